/** Temporary names of uploads, and the files that ended processes leave. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { DirectoryStorage } from "lockstep-tftp";
import { FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";
import { run } from "../../../support/program.js";
import { UNLESS_ROOT } from "../../../support/rights.js";
import { serving } from "../../../support/serving.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { OWN_PLACE, temporaryName } from "../../../support/temporary-name.js";
import { beginUpload, folderWithOldFile, NEW, OLD } from "./old-file.js";

describe("temporary names", () => {
  for (const ignoreCase of [false, true]) {
    test(`the temporary name of a running upload is neither served nor writable (ignoreCase ${ignoreCase})`, (t) => {
      const root = temporaryFolder(t);
      mkdirSync(path.join(root, "sub"));
      const storage = new DirectoryStorage(root, { write: "overwrite", ignoreCase });
      const file = beginUpload(storage, "sub/new", NEW, NEW.length);
      const [hidden = ""] = hiddenFiles(root);
      const capital = hidden.replace(path.basename(hidden), path.basename(hidden).toUpperCase());
      for (const name of [hidden, capital]) {
        assert.equal(contentOf(storage, name), NOT_FOUND, name);
        assert.equal(store(storage, name, OLD), FORBIDDEN, name);
      }
      assert.equal(file.commit(), 0);
      file.close();
      assert.deepEqual(readFileSync(path.join(root, "sub/new")), NEW);
    });
  }

  test("100 uploads at once have as many temporary names, none of which is served", (t) => {
    const root = temporaryFolder(t);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    const uploads = Array.from({ length: 100 }, (_, index) => beginUpload(storage, `new-${index}`, NEW, 512));
    const hidden = hiddenFiles(root);
    assert.equal(hidden.length, uploads.length);
    for (const name of hidden) {
      assert.equal(contentOf(storage, name), NOT_FOUND, name);
    }
    for (const upload of uploads) {
      upload.close();
    }
    assert.deepEqual(readdirSync(root), []);
  });

  test("a client cannot upload under a temporary name", (t) => {
    const root = temporaryFolder(t);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    assert.equal(store(storage, temporaryName(1), OLD), FORBIDDEN);
    assert.deepEqual(readdirSync(root), []);
  });
});

describe("left-over temporary files", () => {
  /** Runs as a program or as a worker thread. */
  const LITTER_SCENARIO = new URL("litter-scenario.js", import.meta.url);
  const WATCHED_MS = 15 * 60 * 1000;
  /** Another container, which counts its own processes, or another machine with the same folder. */
  const OTHER_PLACE = OWN_PLACE === "00000000" ? "11111111" : "00000000";

  /** Returns the number of a process that has ended. */
  function endedProcess(): number {
    return spawnSync(process.execPath, ["--version"]).pid;
  }

  test("temporary files of ended processes, and no other files, are removed when a server starts", async (t) => {
    const root = folderWithOldFile(t);
    const outside = temporaryFolder(t);
    mkdirSync(path.join(root, "sub/deep"), { recursive: true });
    symlinkSync(outside, path.join(root, "link"));
    const ended = endedProcess();
    const aDayAgo = Date.now() / 1000 - 25 * 60 * 60;
    const litter = [temporaryName(ended), `sub/deep/${temporaryName(ended)}`];
    const unknown = [
      temporaryName(process.pid),
      temporaryName(process.ppid),
      temporaryName(ended, OTHER_PLACE),
      temporaryName(process.pid, OTHER_PLACE),
      `sub/deep/${temporaryName(process.ppid)}`,
    ];
    const growing = [temporaryName(1, OTHER_PLACE), temporaryName(process.ppid, OWN_PLACE, "fedcba9876543210")];
    const kept = [
      `.tftp-upload-${OWN_PLACE}-${ended}`,
      `${temporaryName(ended)}.txt`,
      `sub/${temporaryName(ended).slice(1)}`,
    ];
    for (const file of [...litter, ...unknown, ...growing, ...kept]) {
      writeFileSync(path.join(root, file), "");
    }
    // The clock of another machine is slow, or this one's has jumped: a time proves nothing.
    for (const old of [...unknown.slice(1), ...growing]) {
      utimesSync(path.join(root, old), aDayAgo, aDayAgo);
    }
    const elsewhere = path.join(outside, temporaryName(ended));
    writeFileSync(elsewhere, "");
    const inUse = beginUpload(new DirectoryStorage(root, { write: "new" }), "new", NEW, NEW.length);

    t.mock.timers.enable({ apis: ["setTimeout"] });
    await serving(t, { root, write: "new" });

    const present = (files: string[]): string[] => files.filter((file) => existsSync(path.join(root, file)));
    assert.deepEqual(present(litter), [], "files of ended processes are removed at once");
    t.mock.timers.tick(WATCHED_MS - 1);
    for (const file of growing) {
      appendFileSync(path.join(root, file), "more");
    }
    assert.deepEqual(present(unknown), unknown, "they may be in use");
    t.mock.timers.tick(1);
    while (present(unknown).length > 0) {
      await setImmediate();
    }
    assert.deepEqual(present(growing), growing, "they are in use");
    assert.deepEqual(present(kept), kept, "no other files are removed");
    assert.ok(existsSync(elsewhere), "links are not followed");
    assert.equal(inUse.commit(), 0, "an upload of this very process goes on");
    inUse.close();
    assert.deepEqual(readFileSync(path.join(root, "new")), NEW);
  });

  test("a second server in a worker thread removes no upload of the first", async (t) => {
    const root = folderWithOldFile(t);
    const inUse = beginUpload(new DirectoryStorage(root, { write: "new" }), "new", NEW, NEW.length);
    const [removed] = await once(new Worker(LITTER_SCENARIO, { workerData: root }), "message");
    assert.equal(removed, 0);
    assert.equal(inUse.commit(), 0);
    inUse.close();
    assert.deepEqual(readFileSync(path.join(root, "new")), NEW);
  });

  test("a second machine with the same host name removes no upload of the first", { skip: UNLESS_ROOT }, async (t) => {
    const root = folderWithOldFile(t);
    const running = path.join(root, temporaryName(endedProcess()));
    writeFileSync(running, "");
    const boot = path.join(temporaryFolder(t), "boot_id");
    writeFileSync(boot, "2b0c5a4e-0000-4000-8000-000000000000\n");
    const script = 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"';
    const program = [process.execPath, fileURLToPath(LITTER_SCENARIO), root];
    const other = await run("unshare", ["--mount", "sh", "-c", script, boot, ...program]);
    assert.deepEqual([other.code, other.stdout], [0, "0\n"], other.stderr);
    assert.ok(existsSync(running));
    assert.deepEqual((await run(process.execPath, program.slice(1))).stdout, "1\n", "the same machine removes it");
  });

  test("temporary files stay where uploads are not allowed", async (t) => {
    const root = folderWithOldFile(t);
    const litter = path.join(root, temporaryName(endedProcess()));
    writeFileSync(litter, "");
    await serving(t, { root });
    assert.ok(existsSync(litter));
  });
});
