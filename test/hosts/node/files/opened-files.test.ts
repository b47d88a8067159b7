/** Every opened file is closed, whatever fails in between, and a failure to close it throws nothing. */
import assert from "node:assert/strict";
import fs, { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { isRefusal, type Storage } from "lockstep-tftp/engine";
import { diskFailure, settle } from "../../../support/file-conditions.js";
import { seededBytes } from "../../../support/seed.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const SMALL = seededBytes(1, 200);
const LARGE = seededBytes(2, 20_000);

interface Folder {
  readonly storage: Storage;
  /** Number of files that are open. */
  open(): number;
}

function folderOfFiles(t: TestContext): Folder {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, "folder"));
  writeFileSync(path.join(root, "small"), SMALL);
  writeFileSync(path.join(root, "large"), LARGE);
  const storage = new DirectoryStorage(root, { write: "overwrite" });
  const opens = t.mock.method(fs, "openSync").mock;
  const closes = t.mock.method(fs, "closeSync").mock;
  const succeeded = ({ calls }: typeof opens | typeof closes): number =>
    calls.filter(({ error }) => error === undefined).length;
  return { storage, open: () => succeeded(opens) - succeeded(closes) };
}

test("files are closed after downloads and uploads", (t) => {
  const { storage, open } = folderOfFiles(t);
  assert.deepEqual(contentOf(storage, "small"), SMALL);
  assert.deepEqual(contentOf(storage, "large"), LARGE);
  assert.equal(store(storage, "folder/new", SMALL), 0);
  assert.equal(open(), 0);
});

for (const call of ["fstatSync", "readlinkSync", "readSync"] as const) {
  test(`files are closed and requests are refused when ${call} fails`, (t) => {
    const { storage, open } = folderOfFiles(t);
    t.mock.method(fs, call, diskFailure);
    for (const name of ["small", "large"]) {
      const answer = contentOf(storage, name);
      assert.ok(typeof answer === "number" && answer < 0, `${name}: ${answer}`);
    }
    store(storage, "folder/new", SMALL);
    assert.equal(open(), 0);
  });
}

test("an upload succeeds although closing its folder fails", (t) => {
  const { storage } = folderOfFiles(t);
  const { closeSync } = fs;
  t.mock.method(fs, "closeSync", (descriptor: number) => {
    const isFolder = fs.fstatSync(descriptor).isDirectory();
    closeSync(descriptor);
    if (isFolder) {
      diskFailure();
    }
  });
  assert.equal(store(storage, "folder/new", SMALL), 0);
  assert.deepEqual(contentOf(storage, "folder/new"), SMALL);
});

test("a download succeeds although closing its file fails", (t) => {
  const { storage } = folderOfFiles(t);
  const { closeSync } = fs;
  settle(t);
  t.mock.method(fs, "closeSync", (descriptor: number) => {
    closeSync(descriptor);
    diskFailure();
  });
  assert.deepEqual(contentOf(storage, "small"), SMALL);
  const first = storage.openForReading("large", "127.0.0.1");
  assert.ok(!isRefusal(first));
  assert.deepEqual(contentOf(storage, "large"), LARGE);
  first.close();
});

for (const { code, isFailure } of [
  { code: "EIO", isFailure: true },
  { code: "ENOSPC", isFailure: true },
  { code: "EINVAL", isFailure: false },
  { code: "ENOTSUP", isFailure: false },
]) {
  test(`an upload ${isFailure ? "fails" : "succeeds"} when synchronising its folder fails with ${code}`, (t) => {
    const { storage } = folderOfFiles(t);
    const { fsyncSync } = fs;
    t.mock.method(fs, "fsyncSync", (descriptor: number) => {
      if (fs.fstatSync(descriptor).isDirectory()) {
        throw Object.assign(new Error(`${code}: fsync`), { code });
      }
      fsyncSync(descriptor);
    });
    assert.equal(store(storage, "folder/new", SMALL) < 0, isFailure);
  });
}
