/** Small files in memory: their blocks are those of the file, and together they take a limited number of bytes. */
import assert from "node:assert/strict";
import fs, { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { isRefusal, type ReadableFile } from "lockstep-tftp/engine";
import { SeededRandom } from "lockstep-tftp/simulated";
import { settle, standStill } from "../../../support/file-conditions.js";
import { setHostClock } from "../../../support/host-clock.js";
import { SEED, seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const BLOCK_BYTES = 512;
/** The largest file that is kept. */
const SMALL_BYTES = 65_536;
/** Bytes of all files that are kept or being sent. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Number of the largest files that fit. */
const FITTING = MAX_BYTES / SMALL_BYTES;

interface Folder {
  open(name: string): ReadableFile;
  /** Opens a file and closes it. Returns whether the system was asked to open it. */
  isOpened(name: string): boolean;
}

/** Makes a folder with files that were last changed long ago, by the clock of this process. */
function folderWith(t: TestContext, count: number, contentOf: (index: number) => Buffer): Folder {
  const root = temporaryFolder(t);
  for (let index = 0; index < count; index++) {
    writeFileSync(path.join(root, `${index}`), contentOf(index));
  }
  settle(t);
  standStill(t);
  const storage = new DirectoryStorage(root);
  const { mock } = t.mock.method(fs, "openSync");
  const open = (name: string): ReadableFile => {
    const file = storage.openForReading(name);
    assert.ok(!isRefusal(file));
    return file;
  };
  const isOpened = (name: string): boolean => {
    const before = mock.callCount();
    open(name).close();
    return mock.callCount() > before;
  };
  return { open, isOpened };
}

test("blocks of a kept file, in any order and from any position, have the bytes of the file", (t) => {
  const content = seededBytes(1, 10 * BLOCK_BYTES + 100);
  const file = folderWith(t, 1, () => content).open("0");
  const random = new SeededRandom(SEED);
  for (let count = 0; count < 500; count++) {
    for (const position of [random.below(content.length), random.below(11) * BLOCK_BYTES]) {
      const expected = content.subarray(position, position + BLOCK_BYTES);
      const block = Buffer.alloc(BLOCK_BYTES);
      assert.equal(file.read(block, position), expected.length);
      assert.deepEqual(block.subarray(0, expected.length), expected);
    }
  }
  assert.equal(file.read(Buffer.alloc(BLOCK_BYTES), content.length), 0);
  file.close();
});

test("kept files make room, in the order in which they were read, when all together are too large", (t) => {
  const { isOpened } = folderWith(t, FITTING + 1, (index) => seededBytes(index, SMALL_BYTES));
  for (let index = 0; index < FITTING; index++) {
    assert.ok(isOpened(`${index}`));
  }
  assert.ok(!isOpened("0"), "all fit");
  assert.ok(isOpened(`${FITTING}`));
  assert.ok(isOpened("0"), "the first has made room");
  assert.ok(!isOpened(`${FITTING}`));
});

test("small files that find no room, because all are being sent, are sent like large ones", (t) => {
  const contents = Array.from({ length: FITTING + 1 }, (_, index) => seededBytes(index, SMALL_BYTES));
  const { open, isOpened } = folderWith(t, contents.length, (index) => contents[index] as Buffer);
  const files = contents.map((_, index) => open(`${index}`));
  assert.ok(isOpened(`${FITTING}`), "the last found no room");
  const block = Buffer.alloc(BLOCK_BYTES);
  for (const [index, file] of files.entries()) {
    assert.equal(file.read(block, BLOCK_BYTES), BLOCK_BYTES);
    assert.deepEqual(block, contents[index]?.subarray(BLOCK_BYTES, 2 * BLOCK_BYTES));
    file.close();
  }
  assert.ok(isOpened(`${FITTING}`));
  assert.ok(!isOpened(`${FITTING}`), "the others are sent, and make room");
});

test("a file that is read again while it is being sent counts until its transfers have ended", (t) => {
  const { open, isOpened } = folderWith(t, FITTING + 1, (index) => seededBytes(index, SMALL_BYTES));
  const sent = open("0");
  const later = setHostClock(t.mock, () => performance.now() + 2000);
  assert.ok(isOpened("0"), "its check is too old");
  for (let index = 1; index < FITTING; index++) {
    assert.ok(isOpened(`${index}`));
  }
  assert.ok(isOpened("0"), "the file in memory twice has made room once");
  sent.close();
  later.mock.restore();
});
