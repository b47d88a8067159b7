/** Blocks of uploads are written some at a time, and are all there when the file has its name. */
import assert from "node:assert/strict";
import fs, { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { DISK_FULL, isRefusal, type WritableFile } from "lockstep-tftp/engine";
import { seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const BLOCK_BYTES = 512;
/** Blocks that are written at a time. */
const BLOCKS = 16;
/** Buffers of all files together. */
const BUFFERS = 64;
/** Blocks of other uploads until one has stalled. */
const STALLED_BLOCKS = 4096;
/** Long enough for the uploads with all buffers to have stalled. */
const LONG_CONTENT = seededBytes(2, (STALLED_BLOCKS + BUFFERS) * BLOCK_BYTES);
const CONTENT = seededBytes(1, (2 * BLOCKS + 3) * BLOCK_BYTES + 100);
/** A datagram: the header of DATA, and a block. The engine hands every block over in the same one. */
const packet = new DataView(new ArrayBuffer(4 + BLOCK_BYTES));

interface Uploads {
  readonly root: string;
  open(name: string): WritableFile;
  /** Calls of the system to write, from the time when the folder was made. */
  writes(): number;
}

function uploads(t: TestContext): Uploads {
  const root = temporaryFolder(t);
  const storage = new DirectoryStorage(root, { write: "overwrite" });
  const { mock } = t.mock.method(fs, "writeSync");
  const open = (name: string): WritableFile => {
    const file = storage.openForWriting(name, -1);
    assert.ok(!isRefusal(file));
    return file;
  };
  return { root, open, writes: () => mock.callCount() };
}

function writeBlock(file: WritableFile, position: number, content = CONTENT): number {
  const block = content.subarray(position, position + BLOCK_BYTES);
  new Uint8Array(packet.buffer, 4).set(block);
  return file.write(packet, 4, block.length, position);
}

function writeAll(file: WritableFile, content = CONTENT): void {
  for (let position = 0; position < content.length; position += BLOCK_BYTES) {
    assert.equal(writeBlock(file, position, content), 0);
  }
}

test("sixteen blocks of an upload cost one call of the system, and all are in the file", (t) => {
  const { root, open, writes } = uploads(t);
  const file = open("file");
  writeAll(file);
  assert.equal(file.commit(), 0);
  file.close();
  assert.equal(writes(), 3);
  assert.deepEqual(readFileSync(path.join(root, "file")), CONTENT);
});

test("more uploads at the same time than there are buffers have their own bytes", (t) => {
  const { root, open } = uploads(t);
  const files = Array.from({ length: BUFFERS + 10 }, (_, index) => open(`${index}`));
  const contents = files.map((_, index) => seededBytes(index, CONTENT.length));
  for (let position = 0; position < CONTENT.length; position += BLOCK_BYTES) {
    for (const [index, file] of files.entries()) {
      assert.equal(writeBlock(file, position, contents[index]), 0);
    }
  }
  for (const [index, file] of files.entries()) {
    assert.equal(file.commit(), 0);
    file.close();
    assert.deepEqual(readFileSync(path.join(root, `${index}`)), contents[index]);
  }
});

/** Uploads that have all buffers, with a block each in them. */
function holdAllBuffers({ open }: Uploads): readonly WritableFile[] {
  const files = Array.from({ length: BUFFERS }, (_, index) => open(`stalled-${index}`));
  for (const file of files) {
    assert.equal(writeBlock(file, 0), 0);
  }
  return files;
}

test("an upload takes the buffer of one that has stalled, which goes on with all its bytes", (t) => {
  const stage = uploads(t);
  const stalled = holdAllBuffers(stage);
  const file = stage.open("file");
  writeAll(file, LONG_CONTENT);
  assert.ok(stage.writes() < STALLED_BLOCKS + 10, `${stage.writes()} calls of the system`);
  assert.equal(file.commit(), 0);
  file.close();
  assert.deepEqual(readFileSync(path.join(stage.root, "file")), LONG_CONTENT);
  for (const [index, one] of stalled.entries()) {
    assert.equal(writeBlock(one, BLOCK_BYTES), 0);
    assert.equal(one.commit(), 0);
    one.close();
    assert.deepEqual(readFileSync(path.join(stage.root, `stalled-${index}`)), CONTENT.subarray(0, 2 * BLOCK_BYTES));
  }
});

test("an upload does not fail for bytes of one that has stalled, which fails itself when it goes on", (t) => {
  const stage = uploads(t);
  const stalled = holdAllBuffers(stage);
  const file = stage.open("file");
  assert.equal(writeBlock(file, 0), 0);
  const { writeSync } = fs;
  t.mock.method(fs, "writeSync", (...args: [number, Uint8Array, number, number, number]) => {
    if (args[4] === 0) {
      throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    }
    return writeSync(...args);
  });
  for (let position = BLOCK_BYTES; position < LONG_CONTENT.length; position += BLOCK_BYTES) {
    assert.equal(writeBlock(file, position, LONG_CONTENT), 0);
  }
  assert.equal(file.commit(), 0);
  file.close();
  for (const one of stalled) {
    assert.equal(one.commit(), DISK_FULL);
    one.close();
  }
});

test("uploads that take turns keep their buffers, of which there are too few", (t) => {
  const { open, writes } = uploads(t);
  const files = Array.from({ length: BUFFERS + 1 }, (_, index) => open(`${index}`));
  const blocks = 2 * STALLED_BLOCKS;
  for (let block = 0; block < blocks; block++) {
    const file = files[block % files.length] as WritableFile;
    assert.equal(writeBlock(file, BLOCK_BYTES * Math.floor(block / files.length), LONG_CONTENT), 0);
  }
  for (const file of files) {
    file.close();
  }
  const ofOneWithoutBuffer = blocks / files.length;
  assert.ok(writes() < ofOneWithoutBuffer + blocks / BLOCKS, `${writes()} calls of the system`);
});

test("a block that does not follow the one before is written at its position", (t) => {
  const { root, open } = uploads(t);
  const file = open("file");
  for (const position of [0, 512, 2048, 1024, 1536]) {
    assert.equal(writeBlock(file, position), 0);
  }
  assert.equal(file.commit(), 0);
  file.close();
  assert.deepEqual(readFileSync(path.join(root, "file")), CONTENT.subarray(0, 2560));
});

test("an upload whose last blocks find no room on the disk is refused, and leaves nothing", (t) => {
  const { root, open } = uploads(t);
  const file = open("file");
  assert.equal(writeBlock(file, 0), 0);
  t.mock.method(fs, "writeSync", () => {
    throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  });
  assert.equal(file.commit(), DISK_FULL);
  file.close();
  assert.deepEqual(readdirSync(root), []);
});

test("an upload that breaks off gives its buffer back, without its bytes", (t) => {
  const { root, open, writes } = uploads(t);
  for (let count = 0; count < 2 * BUFFERS; count++) {
    const file = open("file");
    assert.equal(writeBlock(file, 0), 0);
    file.close();
  }
  assert.equal(writes(), 0, "each had a buffer");
  const file = open("file");
  assert.equal(file.commit(), 0);
  file.close();
  assert.equal(readFileSync(path.join(root, "file")).length, 0);
});
