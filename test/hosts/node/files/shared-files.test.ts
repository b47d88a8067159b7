/**
 * Files that are read some blocks ahead, once for all who fetch them: the bytes are those of the file, in whatever order
 * they are asked for.
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
const BLOCKS = 40;
/** So many are read at a time. */
const BLOCKS_AHEAD = 16;
/** So much of all files together is kept in memory while they are sent. */
const PIECES = 32;
const MANY_FILES = PIECES + 22;
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

/** How often a function of the file system is called from now on. */
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

test("blocks in order cost a call of the system for sixteen of them", (t) => {
  const { storage } = opened(t, CONTENT);
  const { mock } = t.mock.method(fs, "readSync");
  assert.deepEqual(contentOf(storage, "file"), CONTENT);
  assert.equal(mock.callCount(), Math.ceil((BLOCKS + 1) / BLOCKS_AHEAD));
});

test("blocks of any size, repeated and out of order, are those of the file", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  const random = new SeededRandom(SEED);
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

test("a file that several fetch at the same time is read once for all of them", (t) => {
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

test("a file stays open for those who still fetch it, and is closed with the last", (t) => {
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
  ["was written anew", (file) => writeFileSync(file, OTHER)],
  [
    "has a successor of the same name",
    (file) => {
      writeFileSync(`${file}.new`, OTHER);
      renameSync(`${file}.new`, file);
    },
  ],
] satisfies [string, (file: string) => void][]) {
  test(`who asks for a file that ${what} gets it as it is now, though it is being sent as it was`, (t) => {
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
    assert.equal(closes(), 1, "it needs no descriptor of its own beside the second");
    readAll([third], OTHER);
    after.close();
    readAll([third], OTHER);
    third.close();
  });
}

test("what changed only just now is not shared: it may change again within the same step of time", (t) => {
  const { open } = opened(t, CONTENT);
  const closes = counted(t, "closeSync");
  const files = [open(), open()];
  assert.equal(closes(), 0, "each has a descriptor of its own");
  for (const file of files) {
    file.close();
  }
  assert.equal(closes(), 2);
});

test("who joins gets nothing that was read before: a mapped file changes without a new time", (t) => {
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
 * That so many pieces can be had: who begins in the middle of one takes it from nobody, and reads block by block where none
 * is left.
 */
function assertPiecesLeft(t: TestContext, count: number): void {
  const files = openFiles(t, count);
  const reads = counted(t, "readSync");
  readAll(files, CONTENT, BLOCK_BYTES);
  assert.equal(reads(), count * Math.ceil((BLOCKS + 1) / BLOCKS_AHEAD));
  closeAll(files);
}

test("files that are sent make no memory of their own", (t) => {
  assertPiecesLeft(t, 1);
  const { mock } = t.mock.method(Buffer, "allocUnsafeSlow");
  const files = openFiles(t, MANY_FILES);
  readAll(files, CONTENT);
  closeAll(files);
  assert.equal(mock.callCount(), 0);
});

test("what is closed in the middle gives its memory back", (t) => {
  for (let round = 0; round < 3; round++) {
    const files = openFiles(t, MANY_FILES);
    for (const file of files) {
      assertBlock(file, 0, CONTENT);
    }
    closeAll(files);
    assertPiecesLeft(t, PIECES);
  }
});

test("a single transfer stays with one piece", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  readAll([file], CONTENT);
  assertPiecesLeft(t, PIECES - 1);
  file.close();
});

test("where reading fails no piece is lost", (t) => {
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

test("more files than there is memory for are sent at the same time, each with its own bytes", (t) => {
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

test("a failure to read is told to who reads, and the next can read again", (t) => {
  const { open } = opened(t, CONTENT);
  const file = open();
  const { mock } = t.mock.method(fs, "readSync", diskFailure);
  assert.ok(file.read(Buffer.alloc(BLOCK_BYTES), 0) < 0);
  mock.restore();
  readAll([file], CONTENT);
  file.close();
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
