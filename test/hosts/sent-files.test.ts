/** Files that are read a few blocks ahead: the bytes are those of the file, in whatever order they are asked for. */
import assert from "node:assert/strict";
import fs, { truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { isRefusal, type ReadableFile } from "lockstep-tftp/engine";
import { Random } from "../support/random.js";
import { SEED, seededBytes } from "../support/seed.js";
import { contentOf } from "../support/storage-use.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const BLOCK_BYTES = 512;
const BLOCKS = 40;
/** So many are read at a time. */
const BLOCKS_AHEAD = 3;
/** The last block is a short one. */
const CONTENT = seededBytes(1, BLOCKS * BLOCK_BYTES + 100);
const OTHER = seededBytes(2, CONTENT.length);

function opened(t: TestContext, content: Buffer): { file: string; storage: DirectoryStorage; open(): ReadableFile } {
  const root = temporaryFolder(t);
  const file = path.join(root, "file");
  writeFileSync(file, content);
  const storage = new DirectoryStorage(root);
  const open = (): ReadableFile => {
    const readable = storage.openForReading("file");
    assert.ok(!isRefusal(readable));
    return readable;
  };
  return { file, storage, open };
}

/** Reads a block, and sees that it is that of the content. */
function assertBlock(file: ReadableFile, position: number, content: Buffer): void {
  const expected = content.subarray(position, position + BLOCK_BYTES);
  const block = Buffer.alloc(BLOCK_BYTES);
  assert.equal(file.read(block, position), expected.length, `bytes at ${position}`);
  assert.deepEqual(block.subarray(0, expected.length), expected, `block at ${position}`);
}

test("blocks in order cost a call of the system for three of them", (t) => {
  const { storage } = opened(t, CONTENT);
  const { mock } = t.mock.method(fs, "readSync");
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  assert.equal(mock.callCount(), Math.ceil((BLOCKS + 1) / BLOCKS_AHEAD));
});

test("blocks of any size, repeated and out of order, are those of the file", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  const random = new Random(SEED);
  for (let count = 0; count < 2000; count++) {
    // As netascii does, and blocks of another size: from anywhere, mostly near to where it was before.
    assertBlock(file, random.below(CONTENT.length), CONTENT);
    const block = random.below(BLOCKS);
    for (const repeated of [block, block + 1, block, block + 1]) {
      assertBlock(file, repeated * BLOCK_BYTES, CONTENT);
    }
  }
  file.close();
});

test("files that are sent at the same time do not get each other's blocks, nor those of one before", (t) => {
  const first = opened(t, CONTENT);
  const second = opened(t, OTHER);
  for (let round = 0; round < 3; round++) {
    const files = [first.open(), second.open(), first.open()];
    for (let position = 0; position < CONTENT.length; position += BLOCK_BYTES) {
      for (const [index, file] of files.entries()) {
        assertBlock(file, position, index === 1 ? OTHER : CONTENT);
      }
    }
    for (const file of files) {
      file.close();
    }
  }
});

for (const length of [0, BLOCK_BYTES + 1, 5 * BLOCK_BYTES, CONTENT.length - 1]) {
  test(`of a file that was cut to ${length} bytes no block is short: it is whole, or the transfer fails`, (t) => {
    const { file, open } = opened(t, CONTENT);
    const readable = open();
    assertBlock(readable, 0, CONTENT);
    truncateSync(file, length);
    const block = Buffer.alloc(BLOCK_BYTES);
    let position = BLOCK_BYTES;
    while (readable.read(block, position) === BLOCK_BYTES) {
      assert.deepEqual(block, CONTENT.subarray(position, position + BLOCK_BYTES));
      position += BLOCK_BYTES;
    }
    assert.ok(readable.read(block, position) < 0, `at ${position}`);
    readable.close();
    // Nothing that is missing is made up from what was read before.
    assert.ok(position <= Math.max(length, BLOCKS_AHEAD * BLOCK_BYTES), `${position} bytes of ${length}`);
  });
}
