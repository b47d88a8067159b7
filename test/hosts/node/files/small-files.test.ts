/** Small files that a folder's storage keeps in memory are opened once, and never served after they have changed. */
import assert from "node:assert/strict";
import fs, { mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";
import { settle, standStill } from "../../../support/file-conditions.js";
import { setHostClock } from "../../../support/host-clock.js";
import { seededBytes } from "../../../support/seed.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CONTENT = seededBytes(1, 200);
const OTHER = seededBytes(2, 200);
/** The largest file that the storage keeps, and the number of files. */
const MAX_KEPT_BYTES = 65_536;
const MAX_KEPT_FILES = 256;
/** After this time a file is opened again, changed or not. */
const CHECKED_MS = 1000;

interface KeptFile {
  readonly root: string;
  readonly file: string;
  readonly storage: DirectoryStorage;
  /** Number of files that were opened so far. */
  opened(): number;
}

/** Makes a folder with a file that was last changed long ago, by the clock of this process. */
function keptFile(t: TestContext, content = CONTENT): KeptFile {
  const root = path.join(temporaryFolder(t), "served");
  mkdirSync(root);
  const file = path.join(root, "file");
  writeFileSync(file, content);
  settle(t);
  standStill(t);
  const { mock } = t.mock.method(fs, "openSync");
  return { root, file, storage: new DirectoryStorage(root, { write: "overwrite" }), opened: () => mock.callCount() };
}

/** Changes a file until its time changes too: file systems count time in steps. */
function changeWithNewTime(file: string, change: () => void): void {
  const { ctimeMs } = statSync(file);
  do {
    change();
  } while (statSync(file).ctimeMs === ctimeMs);
}

test("a small file is opened once for all requests", (t) => {
  const { storage, opened } = keptFile(t);
  for (let request = 0; request < 5; request++) {
    assert.deepEqual(contentOf(storage, "file"), CONTENT);
  }
  assert.equal(opened(), 1);
});

test("a file of the largest kept size is sent whole, and a larger file is opened each time", (t) => {
  const content = seededBytes(3, MAX_KEPT_BYTES);
  const { root, storage, opened } = keptFile(t, content);
  const larger = seededBytes(4, MAX_KEPT_BYTES + 1);
  writeFileSync(path.join(root, "larger"), larger);
  const before = opened();
  for (let request = 0; request < 2; request++) {
    assert.deepEqual(contentOf(storage, "file"), content);
    assert.deepEqual(contentOf(storage, "larger"), larger);
  }
  assert.equal(opened(), before + 1 + 2);
});

for (const [what, change] of [
  ["was rewritten", ({ file }) => writeFileSync(file, OTHER)],
  [
    "was replaced by another file",
    ({ root, file }) => {
      writeFileSync(path.join(root, "new"), OTHER);
      renameSync(path.join(root, "new"), file);
    },
  ],
  ["was uploaded", ({ storage }) => assert.equal(store(storage, "file", OTHER), 0)],
] satisfies [string, (kept: KeptFile) => void][]) {
  test(`a kept file that ${what} is sent with its present bytes`, (t) => {
    const all = keptFile(t);
    assert.deepEqual(contentOf(all.storage, "file"), CONTENT);
    changeWithNewTime(all.file, () => change(all));
    assert.deepEqual(contentOf(all.storage, "file"), OTHER);
  });
}

test("a change of a kept file is noticed though the file has its old time and size", (t) => {
  const { file, storage } = keptFile(t);
  const longAgo = 1_000_000_000;
  utimesSync(file, longAgo, longAgo);
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  changeWithNewTime(file, () => {
    writeFileSync(file, OTHER);
    utimesSync(file, longAgo, longAgo);
  });
  assert.deepEqual(contentOf(storage, "file"), OTHER);
});

for (const what of ["dev", "ino", "size", "mtimeMs", "ctimeMs"] as const) {
  test(`a kept file whose ${what} has changed is opened again`, (t) => {
    const { file, storage, opened } = keptFile(t);
    assert.deepEqual(contentOf(storage, "file"), CONTENT);
    assert.equal(opened(), 1);
    const status = statSync(file);
    const changed = Object.assign(Object.create(Object.getPrototypeOf(status)), status, { [what]: status[what] + 1 });
    t.mock.method(fs, "lstatSync", () => changed);
    assert.deepEqual(contentOf(storage, "file"), CONTENT);
    assert.equal(opened(), 2);
  });
}

test("a file that has just changed is not kept: it may change again within the same step of time", (t) => {
  const { storage, opened } = keptFile(t);
  t.mock.restoreAll();
  const { mock } = t.mock.method(fs, "openSync");
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  assert.equal(mock.callCount(), 2);
  assert.equal(opened(), 0, "the earlier counter no longer counts");
});

test("a kept file that was removed is not found", (t) => {
  const { file, storage } = keptFile(t);
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  rmSync(file);
  assert.equal(contentOf(storage, "file"), NOT_FOUND);
});

test("a link to the outside in place of a kept file is refused", (t) => {
  const { root, file, storage } = keptFile(t);
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  const outside = path.join(root, "../outside");
  renameSync(file, outside);
  symlinkSync(outside, file);
  assert.equal(contentOf(storage, "file"), FORBIDDEN);
});

test("a kept file is looked up at most once in a millisecond", (t) => {
  const { storage } = keptFile(t);
  let milliseconds = performance.now();
  setHostClock(t.mock, () => milliseconds);
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  const { mock } = t.mock.method(fs, "lstatSync");
  for (let request = 0; request < 5; request++) {
    assert.deepEqual(contentOf(storage, "file"), CONTENT);
  }
  assert.equal(mock.callCount(), 1);
  milliseconds++;
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  assert.equal(mock.callCount(), 2);
});

test("an upload or a removal of a kept file takes effect within the same millisecond", (t) => {
  const { file, storage } = keptFile(t);
  const milliseconds = performance.now();
  setHostClock(t.mock, () => milliseconds);
  const askTwice = (expected: unknown): void => {
    assert.deepEqual(contentOf(storage, "file"), expected);
    assert.deepEqual(contentOf(storage, "file"), expected);
  };
  askTwice(CONTENT);
  changeWithNewTime(file, () => assert.equal(store(storage, "file", OTHER), 0));
  askTwice(OTHER);
  assert.equal(storage.removeFile("file"), 0);
  askTwice(NOT_FOUND);
});

test("a link to the outside in place of the folder of a kept file is noticed after a second", (t) => {
  const { root, file, storage } = keptFile(t);
  const folder = path.join(root, "folder");
  mkdirSync(folder);
  renameSync(file, path.join(folder, "file"));
  assert.deepEqual(contentOf(storage, "folder/file"), CONTENT);
  renameSync(folder, path.join(root, "../folder"));
  symlinkSync("../folder", folder);
  setHostClock(t.mock, () => performance.now() + CHECKED_MS);
  assert.equal(contentOf(storage, "folder/file"), FORBIDDEN);
});

test("a small file that is requested through a link is opened each time", (t) => {
  const { root, storage, opened } = keptFile(t);
  symlinkSync("file", path.join(root, "link"));
  assert.deepEqual(contentOf(storage, "link"), CONTENT);
  assert.deepEqual(contentOf(storage, "link"), CONTENT);
  assert.equal(opened(), 2);
});

test("the number of kept files is limited", (t) => {
  const { root, storage, opened } = keptFile(t);
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  for (let index = 0; index < MAX_KEPT_FILES; index++) {
    writeFileSync(path.join(root, `other-${index}`), OTHER);
    assert.deepEqual(contentOf(storage, `other-${index}`), OTHER);
  }
  const before = opened();
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  assert.equal(opened(), before + 1, "the first file has made room");
  assert.deepEqual(contentOf(storage, `other-${MAX_KEPT_FILES - 1}`), OTHER);
  assert.equal(opened(), before + 1, "the last file is still kept");
});
