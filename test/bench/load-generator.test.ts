/**
 * The load generator of the benchmarks accepts the bytes of the file and nothing else. Figures of a server that sends
 * wrong ones would mean nothing.
 */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type Ended, hasProgram, PROJECT, run } from "../support/program.js";
import { seededBytes } from "../support/seed.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const BLOCK_BYTES = 512;
const BLOCKS = 4;
const CONTENT = seededBytes(1, (BLOCKS - 1) * BLOCK_BYTES + 100);
const READ_REQUEST = 1;
const DATA = 3;

const skip = hasProgram("cc") && process.platform === "linux" ? false : "needs Linux and a C compiler";

/** A server that sends the blocks of these bytes, as they are asked for. */
async function serving(t: TestContext, bytes: Buffer): Promise<number> {
  const socket = dgram.createSocket("udp4");
  t.after(() => socket.close());
  socket.on("message", (message, peer) => {
    const confirmed = message.readUInt16BE(0) === READ_REQUEST ? 0 : message.readUInt16BE(2);
    if (confirmed < BLOCKS) {
      const block = bytes.subarray(confirmed * BLOCK_BYTES, (confirmed + 1) * BLOCK_BYTES);
      socket.send(Buffer.concat([Buffer.of(0, DATA, 0, confirmed + 1), block]), peer.port, peer.address);
    }
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket.address().port;
}

async function compiled(folder: string): Promise<string> {
  const program = path.join(folder, "load");
  const source = path.join(PROJECT, "bench/load/load.c");
  const { code, stderr } = await run("cc", ["-Wall", "-Wextra", "-Werror", "-o", program, source]);
  assert.equal(code, 0, stderr);
  return program;
}

/** Lets three clients download from a server of these bytes, one file each. */
async function loaded(t: TestContext, bytes: Buffer): Promise<Ended> {
  const folder = temporaryFolder(t);
  const program = await compiled(folder);
  const content = path.join(folder, "content");
  writeFileSync(content, CONTENT);
  const port = await serving(t, bytes);
  const words = ["--port", String(port), "--name", "content", "--content", content, "--clients", "3", "--once"];
  return run(program, [...words, "--seconds", "20"]);
}

test("the file's bytes are counted", { skip }, async (t) => {
  const { code, stdout, stderr } = await loaded(t, CONTENT);
  assert.equal(code, 0, stderr);
  const { seconds: _, cpuSeconds: __, ...counted } = JSON.parse(stdout);
  const expected = { blocks: 3 * BLOCKS, bytes: 3 * CONTENT.length, files: 3, repeats: 0, errors: 0, unfinished: 0 };
  assert.deepEqual(counted, expected);
});

test("a wrong byte in the last block is found", { skip }, async (t) => {
  const wrong = Buffer.from(CONTENT);
  wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
  const { code, stderr } = await loaded(t, wrong);
  assert.equal(code, 1);
  assert.match(stderr, /block 4, of 100 bytes, is not that of/);
});

test("a file that ends too early is found", { skip }, async (t) => {
  const { code, stderr } = await loaded(t, CONTENT.subarray(0, -1));
  assert.equal(code, 1);
  assert.match(stderr, /block 4, of 99 bytes, is not that of/);
});

test("it sends to no other machine", { skip }, async (t) => {
  const program = await compiled(temporaryFolder(t));
  const words = ["--address", "192.0.2.1", "--port", "6969", "--name", "content", "--content", program];
  const { code, stderr } = await run(program, [...words, "--seconds", "1"]);
  assert.equal(code, 2);
  assert.match(stderr, /^usage: /);
});
