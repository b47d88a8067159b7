/**
 * Uploads into a folder: a name has the whole old file or the whole new one, whatever happens in between, and nothing
 * else is left.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage, type TftpServerOptions } from "lockstep-tftp";
import {
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_NOT_DEFINED,
  EXISTS,
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_STOPPED,
  OUTCOME_TIMED_OUT,
  type Outcome,
  type WritableFile,
} from "lockstep-tftp/engine";
import { type ClientOptions, fetchFile, putFile } from "../../../support/retrying-client.js";
import { UNLESS_ROOT } from "../../../support/rights.js";
import { seededBytes } from "../../../support/seed.js";
import { ServerProcess } from "../../../support/server-process.js";
import { serving } from "../../../support/serving.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { OWN_PLACE, temporaryName } from "../../../support/temporary-name.js";

const NAME = "firmware.bin";
const OLD = seededBytes(1, 3000);
const NEW = seededBytes(2, 40 * 512 + 100);

/** A folder with the old file in it. */
function folderWithOldFile(test: TestContext): string {
  const root = temporaryFolder(test);
  writeFileSync(path.join(root, NAME), OLD);
  return root;
}

async function servingOldFile(test: TestContext, options: TftpServerOptions = {}) {
  const root = folderWithOldFile(test);
  return { root, ...(await serving(test, { root, write: "overwrite", ...options })) };
}

function assertOnlyOldFile(root: string): void {
  assert.deepEqual(readdirSync(root), [NAME], "nothing but the old file");
  assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
}

/** Begins an upload and writes its first `length` bytes. */
function begin(storage: DirectoryStorage, name: string, content: Buffer, length: number): WritableFile {
  const file = storage.openForWriting(name, -1);
  assert.ok(!isRefusal(file), `${name} was refused: ${file}`);
  assert.equal(file.write(new DataView(content.buffer, content.byteOffset), 0, length, 0), 0);
  return file;
}

describe("an upload that is not finished leaves the old file as it was", () => {
  /** Each stops an upload in the middle; the outcome is what the server makes of it. */
  const STOPS: readonly { what: string; outcome: Outcome; rejection: object; giveUpMs?: number }[] = [
    { what: "the client aborts", outcome: OUTCOME_ABORTED_BY_PEER, rejection: { message: "aborted" } },
    { what: "the client vanishes", outcome: OUTCOME_TIMED_OUT, rejection: { message: "vanished" }, giveUpMs: 200 },
    { what: "the server is closed", outcome: OUTCOME_STOPPED, rejection: { errorCode: ERROR_NOT_DEFINED } },
  ];

  for (const { what, outcome, rejection, giveUpMs = 10_000 } of STOPS) {
    test(what, async (t) => {
      const { root, server, port } = await servingOldFile(t, { giveUpMs });
      const ended = new Promise<Outcome>((resolve) => server.once("ended", (_, end) => resolve(end.outcome)));
      const client = new AbortController();
      const step: NonNullable<ClientOptions["step"]> = (blocks) => {
        if (blocks < 10) {
          return;
        }
        assert.equal(hiddenFiles(root).length, 1, "the new file grows beside the old one");
        assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
        if (outcome === OUTCOME_ABORTED_BY_PEER) {
          throw new Error("aborted");
        } else if (outcome === OUTCOME_TIMED_OUT) {
          client.abort(new Error("vanished"));
        } else {
          void server.close();
        }
      };
      await assert.rejects(putFile(NAME, NEW, { port, step, signal: client.signal }), rejection);
      assert.equal(await ended, outcome);
      assertOnlyOldFile(root);
    });
  }

  test("it turns out larger than is allowed", async (t) => {
    const { root, port } = await servingOldFile(t, { maxSizeBytes: NEW.length - 1 });
    await assert.rejects(putFile(NAME, NEW, { port }), { errorCode: ERROR_DISK_FULL });
    await assert.rejects(putFile(NAME, NEW, { port, options: { tsize: NEW.length } }), { errorCode: ERROR_DISK_FULL });
    assertOnlyOldFile(root);
  });

  test("it is announced larger than the free room", async (t) => {
    const { root, port } = await servingOldFile(t);
    await assert.rejects(putFile(NAME, NEW, { port, options: { tsize: 1e14 } }), { errorCode: ERROR_DISK_FULL });
    assertOnlyOldFile(root);
  });

  test("the disk is full", { skip: UNLESS_ROOT }, async (t) => {
    const root = temporaryFolder(t);
    // Mounted for the server's process alone: the mount ends with it, however it ends.
    const mountAndServe = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"';
    const launcher = ["unshare", "--mount", "sh", "-c", mountAndServe, root];
    const server = await ServerProcess.start(t, [root, "--overwrite"], { launcher });
    const { port } = server;
    const tooLarge = seededBytes(3, 100_000);
    await putFile(NAME, OLD, { port });
    await assert.rejects(putFile(NAME, tooLarge, { port }), { errorCode: ERROR_DISK_FULL });
    await assert.rejects(putFile("new", tooLarge, { port }), { errorCode: ERROR_DISK_FULL });
    const options = { tsize: tooLarge.length };
    await assert.rejects(putFile("new", tooLarge, { port, options }), { errorCode: ERROR_DISK_FULL });
    assertOnlyOldFile(path.join(`/proc/${server.pid}/root`, root));
    await putFile(NAME, NEW, { port });
    assert.deepEqual((await fetchFile(NAME, { port })).content, NEW, "there is room again");
  });
});

describe("a finished upload", () => {
  test("is seen only when its last block is in", async (t) => {
    const { root, port } = await servingOldFile(t);
    const blockCount = Math.floor(NEW.length / 512) + 1;
    const seen = new Set<string>();
    const step = (blocks: number): void => {
      seen.add(`${blocks < blockCount ? "before" : "after"}: ${readFileSync(path.join(root, NAME)).equals(OLD)}`);
    };
    await putFile(NAME, NEW, { port, step });
    assert.deepEqual([...seen], ["before: true", "after: false"]);
    assert.deepEqual(readFileSync(path.join(root, NAME)), NEW);
    assert.deepEqual(readdirSync(root), [NAME]);
  });

  test("may be empty", (t) => {
    const root = folderWithOldFile(t);
    assert.equal(store(new DirectoryStorage(root, { write: "overwrite" }), NAME, Buffer.alloc(0)), 0);
    assert.equal(statSync(path.join(root, NAME)).size, 0);
  });

  test("needs a folder that exists", (t) => {
    const root = folderWithOldFile(t);
    assert.equal(store(new DirectoryStorage(root, { write: "new" }), "nowhere/new", NEW), NOT_FOUND);
    assertOnlyOldFile(root);
  });

  for (const mode of [0o600, 0o640, 0o644, 0o666, 0o777]) {
    test(`keeps the permissions ${mode.toString(8)} of the file it replaces`, (t) => {
      const root = folderWithOldFile(t);
      chmodSync(path.join(root, NAME), mode);
      const file = begin(new DirectoryStorage(root, { write: "overwrite" }), NAME, NEW, 512);
      const [hidden = ""] = hiddenFiles(root);
      assert.equal(statSync(path.join(root, hidden)).mode & 0o777 & ~mode, 0, "never open to more than the old file");
      assert.equal(file.commit(), 0);
      file.close();
      assert.equal(statSync(path.join(root, NAME)).mode & 0o777, mode);
    });
  }

  test("has the permissions of any new file of the process where there was none", (t) => {
    const root = folderWithOldFile(t);
    writeFileSync(path.join(root, "made by the test"), "");
    assert.equal(store(new DirectoryStorage(root, { write: "new" }), "new", NEW), 0);
    assert.equal(statSync(path.join(root, "new")).mode, statSync(path.join(root, "made by the test")).mode);
  });

  test("stays in the folder it was begun in, wherever that is moved", (t) => {
    const root = folderWithOldFile(t);
    const outside = temporaryFolder(t);
    mkdirSync(path.join(root, "sub"));
    const file = begin(new DirectoryStorage(root, { write: "new" }), "sub/new", NEW, NEW.length);
    // Somebody puts a link to another folder in the place of the one that was checked.
    spawnSync("mv", [path.join(root, "sub"), path.join(root, "moved")]);
    symlinkSync(outside, path.join(root, "sub"));
    assert.equal(file.commit(), 0);
    file.close();
    assert.deepEqual(readdirSync(outside), []);
    assert.deepEqual(readFileSync(path.join(root, "moved/new")), NEW);
  });
});

describe("without the right to overwrite", () => {
  test("a file that exists gets ERROR 6", async (t) => {
    const { root, port } = await servingOldFile(t, { write: "new" });
    await assert.rejects(putFile(NAME, NEW, { port }), { errorCode: ERROR_FILE_EXISTS });
    assertOnlyOldFile(root);
  });

  test("so does one that appears while the upload runs", async (t) => {
    const root = temporaryFolder(t);
    const { port } = await serving(t, { root, write: "new" });
    const step = (blocks: number): void => {
      if (blocks === 10) {
        writeFileSync(path.join(root, NAME), OLD);
      }
    };
    await assert.rejects(putFile(NAME, NEW, { port, step }), { errorCode: ERROR_FILE_EXISTS });
    assertOnlyOldFile(root);
  });

  test("of two uploads of one name the first to end has it", (t) => {
    const root = temporaryFolder(t);
    const storage = new DirectoryStorage(root, { write: "new" });
    const first = begin(storage, NAME, OLD, OLD.length);
    const second = begin(storage, NAME, NEW, NEW.length);
    assert.equal(first.commit(), 0);
    assert.equal(second.commit(), EXISTS);
    first.close();
    second.close();
    assertOnlyOldFile(root);
  });
});

test("of two uploads of one name at a time there is one whole file at any moment", (t) => {
  const root = temporaryFolder(t);
  const storage = new DirectoryStorage(root, { write: "overwrite" });
  const half = NEW.length / 2;
  const first = begin(storage, NAME, NEW, half);
  const second = begin(storage, NAME, OLD, OLD.length);
  assert.equal(second.commit(), 0);
  second.close();
  assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
  assert.equal(first.write(new DataView(NEW.buffer, NEW.byteOffset), half, half, half), 0);
  assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
  assert.equal(first.commit(), 0);
  first.close();
  assert.deepEqual(readFileSync(path.join(root, NAME)), NEW);
  assert.deepEqual(readdirSync(root), [NAME]);
});

describe("the hidden name of an upload that is under way", () => {
  for (const ignoreCase of [false, true]) {
    test(`is neither served nor writable (ignoreCase ${ignoreCase})`, (t) => {
      const root = temporaryFolder(t);
      mkdirSync(path.join(root, "sub"));
      const storage = new DirectoryStorage(root, { write: "overwrite", ignoreCase });
      const file = begin(storage, "sub/new", NEW, NEW.length);
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

  test("cannot be chosen by a client", (t) => {
    const root = temporaryFolder(t);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    assert.equal(store(storage, temporaryName(1), OLD), FORBIDDEN);
    assert.deepEqual(readdirSync(root), []);
  });
});

describe("litter", () => {
  /** A container with process numbers of its own, or another machine with the same folder. */
  const OTHER_PLACE = OWN_PLACE === "00000000" ? "11111111" : "00000000";

  /** The number of a process that has ended. */
  function endedProcess(): number {
    return spawnSync(process.execPath, ["--version"]).pid;
  }

  test("of ended processes is removed when a server starts; nothing else is", async (t) => {
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
    const inUse = begin(new DirectoryStorage(root, { write: "new" }), "new", NEW, NEW.length);

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

  test("stays where nothing may be written", async (t) => {
    const root = folderWithOldFile(t);
    const litter = path.join(root, temporaryName(endedProcess()));
    writeFileSync(litter, "");
    await serving(t, { root });
    assert.ok(existsSync(litter));
  });
});
