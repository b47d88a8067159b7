/** Uploads over files that are there: whose they are, who may read them, and files made for uploads. */
import assert from "node:assert/strict";
import fs, { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { DISK_FULL, FORBIDDEN, isRefusal } from "lockstep-tftp/engine";
import { run } from "../../../support/program.js";
import { putFile } from "../../../support/retrying-client.js";
import { NOBODY, UNLESS_ROOT } from "../../../support/rights.js";
import { ServerProcess } from "../../../support/server-process.js";
import { store } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { assertOnlyOldFile, beginUpload, folderWithOldFile, NAME, NEW, OLD } from "./old-file.js";

const OWNER = 1234;
const GROUP = 4321;

/** Makes a call fail with EACCES for files in the folder: root may do everything. */
function forbid(
  t: TestContext,
  call: "openSync" | "renameSync" | "fchownSync",
  isConcerned: (path: string) => boolean,
) {
  const original = fs[call] as (...args: unknown[]) => unknown;
  t.mock.method(fs, call, (...args: unknown[]) => {
    if (isConcerned(String(args[0]))) {
      throw Object.assign(new Error(`EACCES: ${call}`), { code: "EACCES" });
    }
    return original(...args);
  });
}

/** A folder in which this user may make no file. */
function folderForOldFileOnly(t: TestContext) {
  const root = folderWithOldFile(t);
  forbid(t, "openSync", (file) => path.basename(file).startsWith(".tftp-upload-"));
  const warnings: string[] = [];
  const errors: unknown[] = [];
  const storage = new DirectoryStorage(
    root,
    { write: "overwrite" },
    (error) => errors.push(error),
    (warning) => warnings.push(warning),
  );
  return { root, storage, warnings, errors, file: path.join(root, NAME) };
}

describe("rights of a file that an upload replaces", () => {
  test("a replaced file keeps owner, group and permissions", { skip: UNLESS_ROOT }, (t) => {
    const root = folderWithOldFile(t);
    const file = path.join(root, NAME);
    chownSync(file, OWNER, GROUP);
    chmodSync(file, 0o640);
    assert.equal(store(new DirectoryStorage(root, { write: "overwrite" }), NAME, NEW), 0);
    const { uid, gid, mode } = statSync(file);
    assert.deepEqual([uid, gid, mode & 0o7777], [OWNER, GROUP, 0o640]);
    assertOnly(root, NEW);
  });

  test("a replaced file gets no set-user-id bit for its new content", (t) => {
    const root = folderWithOldFile(t);
    chmodSync(path.join(root, NAME), 0o4755);
    assert.equal(store(new DirectoryStorage(root, { write: "overwrite" }), NAME, NEW), 0);
    assert.equal(statSync(path.join(root, NAME)).mode & 0o7777, 0o755);
  });

  test("a replaced file keeps its access control list", { skip: UNLESS_ROOT }, async (t) => {
    const root = folderWithOldFile(t);
    const file = path.join(root, NAME);
    // The owner rw-, user 1000 rw-, the group r--, the mask rw-, others ---.
    const list =
      '__import__("struct").pack("<I", 2) + b"".join(__import__("struct").pack("<HHI", *e) for e in ' +
      "((1, 6, 2**32 - 1), (2, 6, 1000), (4, 4, 2**32 - 1), (16, 6, 2**32 - 1), (32, 0, 2**32 - 1)))";
    const python = (call: string) => run("python3", ["-c", `import os, sys; list = ${list}; ${call}`, file]);
    const set = await python('os.setxattr(sys.argv[1], "system.posix_acl_access", list)');
    assert.equal(set.code, 0, set.stderr);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    const uploads = Array.from({ length: 6 }, () => beginUpload(storage, NAME, NEW, NEW.length));
    for (const upload of uploads) {
      assert.equal(upload.commit(), 0);
      upload.close();
      const kept = await python('print(os.getxattr(sys.argv[1], "system.posix_acl_access") == list)');
      assert.deepEqual([kept.stdout, kept.stderr], ["True\n", ""]);
    }
    assertOnly(root, NEW);
  });

  test("an upload is copied into a file whose owner this user cannot keep otherwise", { skip: UNLESS_ROOT }, (t) => {
    const root = folderWithOldFile(t);
    const file = path.join(root, NAME);
    chownSync(file, OWNER, GROUP);
    forbid(t, "fchownSync", () => true);
    assert.equal(store(new DirectoryStorage(root, { write: "overwrite" }), NAME, NEW), 0);
    const { uid, gid } = statSync(file);
    assert.deepEqual([uid, gid], [OWNER, GROUP]);
    assertOnly(root, NEW);
  });

  test("an upload is copied into a file that this user may write but not replace", (t) => {
    const root = folderWithOldFile(t);
    const { ino } = statSync(path.join(root, NAME));
    forbid(t, "renameSync", () => true);
    assert.equal(store(new DirectoryStorage(root, { write: "overwrite" }), NAME, NEW), 0);
    assert.equal(statSync(path.join(root, NAME)).ino, ino);
    assertOnly(root, NEW);
  });
});

describe("files made for uploads in a folder where the server may make none", () => {
  test("a server without permissions for the folder takes an upload", { skip: UNLESS_ROOT }, async (t) => {
    const root = temporaryFolder(t);
    chmodSync(root, 0o755);
    writeFileSync(path.join(root, NAME), "");
    chmodSync(path.join(root, NAME), 0o666);
    const launcher = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const { port } = await ServerProcess.start(t, [root, "--overwrite"], { launcher });
    await putFile(NAME, NEW, { port });
    assert.equal(statSync(path.join(root, NAME)).uid, 0);
    assertOnly(root, NEW);
  });

  for (const [length, what] of [
    [NEW.length, "longer"],
    [100, "shorter"],
    [0, "empty"],
  ] as const) {
    test(`an upload that is ${what} is copied into the file when it is complete`, (t) => {
      const { root, file, storage } = folderForOldFileOnly(t);
      const content = NEW.subarray(0, length);
      const upload = beginUpload(storage, NAME, content, length);
      assertOnlyOldFile(root);
      assert.equal(upload.commit(), 0);
      upload.close();
      assert.deepEqual(readFileSync(file), content);
      assert.deepEqual(readdirSync(root), [NAME]);
    });
  }

  test("an upload that breaks off leaves the old content, and no file elsewhere", (t) => {
    const elsewhere = temporaryFolder(t);
    t.mock.method(os, "tmpdir", () => elsewhere);
    const { root, storage } = folderForOldFileOnly(t);
    const upload = beginUpload(storage, NAME, NEW, NEW.length);
    assert.deepEqual(readdirSync(elsewhere), [], "not even a killed server leaves a file");
    upload.close();
    assertOnlyOldFile(root);
  });

  test("the disk that is full during the copy leaves the old content", (t) => {
    const { root, storage } = folderForOldFileOnly(t);
    const upload = beginUpload(storage, NAME, NEW, NEW.length);
    let writes = 0;
    const { writeSync } = fs;
    t.mock.method(fs, "writeSync", (descriptor: number, source: Buffer, offset: number, _: number, at: number) => {
      if (++writes > 1) {
        throw Object.assign(new Error("ENOSPC: write"), { code: "ENOSPC" });
      }
      return writeSync(descriptor, source, offset, 1000, at);
    });
    assert.equal(upload.commit(), DISK_FULL);
    upload.close();
    assertOnlyOldFile(root);
  });

  test("the owner of the folder is told once that uploads are copied", (t) => {
    const { storage, warnings, errors } = folderForOldFileOnly(t);
    assert.equal(store(storage, NAME, NEW), 0);
    assert.equal(store(storage, NAME, OLD), 0);
    assert.deepEqual(errors, []);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] as string,
      /only a crash during the copy could leave half a file\. The first is .*firmware/,
    );
  });

  test("neither a missing file nor one that may not be overwritten is staged elsewhere", (t) => {
    const { root, storage } = folderForOldFileOnly(t);
    assert.equal(storage.openForWriting("new", -1), FORBIDDEN);
    assert.ok(isRefusal(new DirectoryStorage(root, { write: "new" }).openForWriting(NAME, -1)));
    assertOnlyOldFile(root);
  });

  test("an upload is refused with a report when it can be staged nowhere", (t) => {
    const { root, storage, errors } = folderForOldFileOnly(t);
    t.mock.method(fs, "mkdtempSync", () => {
      throw Object.assign(new Error("EACCES: mkdtemp"), { code: "EACCES" });
    });
    assert.equal(storage.openForWriting(NAME, -1), FORBIDDEN);
    assert.match(String(errors[0]), /cannot be staged in a temporary folder \(TMPDIR\).*EACCES/);
    assertOnlyOldFile(root);
  });

  test("a link that takes the place of the file is not followed", (t) => {
    const { root, file, storage } = folderForOldFileOnly(t);
    const outside = path.join(temporaryFolder(t), "secret");
    writeFileSync(outside, "secret");
    const upload = beginUpload(storage, NAME, NEW, NEW.length);
    fs.unlinkSync(file);
    fs.symlinkSync(outside, file);
    assert.ok(upload.commit() < 0);
    upload.close();
    assert.equal(readFileSync(outside, "utf8"), "secret");
    assert.deepEqual(readdirSync(root), [NAME]);
  });
});

function assertOnly(root: string, content: Buffer): void {
  assert.deepEqual(readdirSync(root), [NAME]);
  assert.deepEqual(readFileSync(path.join(root, NAME)), content);
}
