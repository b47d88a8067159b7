/**
 * Large files are read some blocks ahead, once for all their transfers. The bytes are those of the file, in whatever order
 * they are requested.
 */
import assert from "node:assert/strict";
import fs, { readFileSync, renameSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { isRefusal, type ReadableFile } from "lockstep-tftp/engine";
import { SeededRandom } from "lockstep-tftp/simulated";
import { diskFailure, settle } from "../../../support/file-conditions.js";
import { SEED, seededBytes } from "../../../support/seed.js";
import { contentOf } from "../../../support/storage-use.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const BLOCK_BYTES = 512;
/** More than a file has that is kept whole in memory. */
const BLOCKS = 140;
/** Blocks that are read at a time. */
const BLOCKS_AHEAD = 16;
/** Pieces of all files together that are kept in memory. */
const PIECES = 32;
const MANY_FILES = PIECES + 22;
/** The last block is short. */
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

/** Reads a block, and compares it with the content. */
function assertBlock(file: ReadableFile, position: number, content: Buffer): void {
  const expected = content.subarray(position, position + BLOCK_BYTES);
  const block = Buffer.alloc(BLOCK_BYTES);
  assert.equal(file.read(block, position), expected.length, `bytes at ${position}`);
  assert.deepEqual(block.subarray(0, expected.length), expected, `block at ${position}`);
}

/** Counts the calls of a function of the file system from now on. */
function counted(t: TestContext, name: "openSync" | "closeSync" | "readSync"): () => number {
  const { mock } = t.mock.method(fs, name);
  return () => mock.callCount();
}

function readAll(files: readonly ReadableFile[], content: Buffer, start = 0): void {
  for (let position = start; position < content.length; position += BLOCK_BYTES) {
    for (const file of files) {
      assertBlock(file, position, content);
    }
  }
}

test("sixteen blocks in order cost one call of the system", (t) => {
  const { storage } = opened(t, CONTENT);
  const { mock } = t.mock.method(fs, "readSync");
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  assert.equal(mock.callCount(), Math.ceil((BLOCKS + 1) / BLOCKS_AHEAD));
});

test("blocks of any size, repeated and out of order, have the bytes of the file", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  const random = new SeededRandom(SEED);
  for (let count = 0; count < 2000; count++) {
    // Netascii and other block sizes read from any position, mostly near the one before.
    assertBlock(file, random.below(CONTENT.length), CONTENT);
    const block = random.below(BLOCKS);
    for (const repeated of [block, block + 1, block, block + 1]) {
      assertBlock(file, repeated * BLOCK_BYTES, CONTENT);
    }
  }
  file.close();
});

test("files that are sent at the same time get neither each other's blocks nor those of earlier files", (t) => {
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

test("a file of several transfers at the same time is read once for all of them", (t) => {
  const { open } = opened(t, CONTENT);
  settle(t);
  const files = Array.from({ length: 10 }, open);
  const reads = counted(t, "readSync");
  readAll(files, CONTENT);
  assert.equal(reads(), Math.ceil((BLOCKS + 1) / BLOCKS_AHEAD));
  for (const file of files) {
    file.close();
  }
});

test("a file of several transfers stays open until the last of them closes it", (t) => {
  const { open } = opened(t, CONTENT);
  settle(t);
  const opens = counted(t, "openSync");
  const closes = counted(t, "closeSync");
  const files = [open(), open(), open()];
  files[0]?.close();
  files[2]?.close();
  readAll(files.slice(1, 2), CONTENT);
  assert.equal(opens() - closes(), 1, "one descriptor for all");
  files[1]?.close();
  assert.equal(opens(), closes());
  const again = open();
  readAll([again], CONTENT);
  again.close();
  assert.equal(opens(), closes());
});

for (const [what, change] of [
  ["was rewritten", (file) => writeFileSync(file, OTHER)],
  [
    "was replaced by another file",
    (file) => {
      writeFileSync(`${file}.new`, OTHER);
      renameSync(`${file}.new`, file);
    },
  ],
] satisfies [string, (file: string) => void][]) {
  test(`a new transfer of a file that ${what} gets its present bytes, though another transfer has it open`, (t) => {
    const { file, open } = opened(t, CONTENT);
    settle(t);
    const before = open();
    assertBlock(before, 0, CONTENT);
    const { ctimeMs } = statSync(file);
    do {
      change(file);
    } while (statSync(file).ctimeMs === ctimeMs);
    const after = open();
    readAll([after], readFileSync(file));
    before.close();
    const closes = counted(t, "closeSync");
    const third = open();
    assert.equal(closes(), 1, "it shares the descriptor of the second");
    readAll([third], OTHER);
    after.close();
    readAll([third], OTHER);
    third.close();
  });
}

test("a file that has just changed is not shared: it may change again within the same step of time", (t) => {
  const { open } = opened(t, CONTENT);
  const closes = counted(t, "closeSync");
  const files = [open(), open()];
  assert.equal(closes(), 0, "each has its own descriptor");
  for (const file of files) {
    file.close();
  }
  assert.equal(closes(), 2);
});

test("a transfer that shares a file gets nothing that was read before: a mapped file changes without a new time", (t) => {
  const { file, open } = opened(t, CONTENT);
  settle(t);
  const before = open();
  assertBlock(before, 0, CONTENT);
  const status = statSync(file);
  writeFileSync(file, OTHER);
  t.mock.method(fs, "fstatSync", () => status);
  const after = open();
  readAll([after], OTHER);
  before.close();
  after.close();
});

function openFiles(t: TestContext, count: number): ReadableFile[] {
  return Array.from({ length: count }, () => opened(t, CONTENT).open());
}

function closeAll(files: readonly ReadableFile[]): void {
  for (const file of files) {
    file.close();
  }
}

/**
 * Asserts that `count` pieces can be taken: a transfer that begins in the middle of a piece takes none from another
 * transfer, and reads block by block if none is left.
 */
function assertPiecesLeft(t: TestContext, count: number): void {
  const files = openFiles(t, count);
  const reads = counted(t, "readSync");
  readAll(files, CONTENT, BLOCK_BYTES);
  assert.equal(reads(), count * Math.ceil((BLOCKS + 1) / BLOCKS_AHEAD));
  closeAll(files);
}

test("sending files allocates no memory", (t) => {
  assertPiecesLeft(t, 1);
  const { mock } = t.mock.method(Buffer, "allocUnsafeSlow");
  const files = openFiles(t, MANY_FILES);
  readAll(files, CONTENT);
  closeAll(files);
  assert.equal(mock.callCount(), 0);
});

test("a file that is closed in the middle gives its pieces back", (t) => {
  for (let round = 0; round < 3; round++) {
    const files = openFiles(t, MANY_FILES);
    for (const file of files) {
      assertBlock(file, 0, CONTENT);
    }
    closeAll(files);
    assertPiecesLeft(t, PIECES);
  }
});

test("a single transfer keeps one piece", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  readAll([file], CONTENT);
  assertPiecesLeft(t, PIECES - 1);
  file.close();
});

test("no piece is lost when reading fails", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  const { mock } = t.mock.method(fs, "readSync", diskFailure);
  for (let attempt = 0; attempt < 2 * PIECES; attempt++) {
    assert.ok(file.read(Buffer.alloc(BLOCK_BYTES), 0) < 0);
  }
  mock.restore();
  assertPiecesLeft(t, PIECES);
  file.close();
});

test("more transfers than pieces read little more than they send", (t) => {
  const files = openFiles(t, MANY_FILES);
  const { mock } = t.mock.method(fs, "readSync");
  readAll(files, CONTENT);
  const bytes = mock.calls.reduce((sum, { result }) => sum + (result as number), 0);
  assert.ok(bytes <= 2 * MANY_FILES * CONTENT.length, `${bytes / (MANY_FILES * CONTENT.length)} times as much`);
  closeAll(files);
});

test("more files than pieces are sent at the same time, each with its own bytes", (t) => {
  const contents = Array.from({ length: MANY_FILES }, (_, index) => seededBytes(index, CONTENT.length));
  const files = contents.map((content) => opened(t, content).open());
  for (let position = 0; position < CONTENT.length; position += BLOCK_BYTES) {
    for (const [index, file] of files.entries()) {
      assertBlock(file, position, contents[index] as Buffer);
    }
  }
  for (const file of files) {
    file.close();
  }
});

test("a failure to read is a refusal, and the next read may succeed", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  const { mock } = t.mock.method(fs, "readSync", diskFailure);
  assert.ok(file.read(Buffer.alloc(BLOCK_BYTES), 0) < 0);
  mock.restore();
  readAll([file], CONTENT);
  file.close();
});

for (const length of [0, BLOCK_BYTES + 1, 5 * BLOCK_BYTES, CONTENT.length - 1]) {
  test(`a file that was cut to ${length} bytes while it is sent yields whole blocks or a refusal, never a short block`, (t) => {
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
    // Missing bytes are not made up from what was read before.
    assert.ok(position <= Math.max(length, BLOCKS_AHEAD * BLOCK_BYTES), `${position} bytes of ${length}`);
  });
}
