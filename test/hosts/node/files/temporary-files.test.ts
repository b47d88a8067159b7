/** Temporary names of uploads, and the files that ended processes leave. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";
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

  test("a client cannot upload under a temporary name", (t) => {
    const root = temporaryFolder(t);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    assert.equal(store(storage, temporaryName(1), OLD), FORBIDDEN);
    assert.deepEqual(readdirSync(root), []);
  });
});

describe("left-over temporary files", () => {
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
    const litter = [
      temporaryName(ended),
      `sub/deep/${temporaryName(ended)}`,
      temporaryName(process.pid),
      temporaryName(process.ppid, OWN_PLACE, "fedcba9876543210"),
      temporaryName(ended, OTHER_PLACE, "fedcba9876543210"),
    ];
    const kept = [
      temporaryName(process.ppid),
      temporaryName(ended, OTHER_PLACE),
      temporaryName(process.pid, OTHER_PLACE),
      `.tftp-upload-${OWN_PLACE}-${ended}`,
      `${temporaryName(ended)}.txt`,
      `sub/${temporaryName(ended).slice(1)}`,
    ];
    for (const file of [...litter, ...kept]) {
      writeFileSync(path.join(root, file), "");
    }
    for (const old of litter.slice(3)) {
      utimesSync(path.join(root, old), aDayAgo, aDayAgo);
    }
    const elsewhere = path.join(outside, temporaryName(ended));
    writeFileSync(elsewhere, "");
    const inUse = beginUpload(new DirectoryStorage(root, { write: "new" }), "new", NEW, NEW.length);

    await serving(t, { root, write: "new" });

    for (const file of litter) {
      assert.ok(!existsSync(path.join(root, file)), `${file} should be gone`);
    }
    for (const file of kept) {
      assert.ok(existsSync(path.join(root, file)), `${file} should be there`);
    }
    assert.ok(existsSync(elsewhere), "links are not followed");
    assert.equal(inUse.commit(), 0, "an upload of this very process goes on");
    inUse.close();
    assert.deepEqual(readFileSync(path.join(root, "new")), NEW);
  });

  test("temporary files stay where uploads are not allowed", async (t) => {
    const root = folderWithOldFile(t);
    const litter = path.join(root, temporaryName(endedProcess()));
    writeFileSync(litter, "");
    await serving(t, { root });
    assert.ok(existsSync(litter));
  });
});
