/**
 * The load generator of the benchmarks rejects wrong bytes: the figures of a server that sends them would mean nothing.
 */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
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

const SOURCES = path.join(PROJECT, "bench/load");

/** Starts a server that sends these bytes, block by block. @returns its port. */
async function serve(t: TestContext, bytes: Buffer): Promise<number> {
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

async function compile(folder: string): Promise<string> {
  const program = path.join(folder, "load");
  const names = readdirSync(SOURCES).filter((name) => name.endsWith(".c"));
  const sources = names.map((name) => path.join(SOURCES, name));
  const { code, stderr } = await run("cc", ["-Wall", "-Wextra", "-Werror", "-o", program, ...sources]);
  assert.equal(code, 0, stderr);
  return program;
}

/** Runs three clients that download one file each from a server of these bytes. */
async function load(t: TestContext, bytes: Buffer): Promise<Ended> {
  const folder = temporaryFolder(t);
  const program = await compile(folder);
  const content = path.join(folder, "content");
  writeFileSync(content, CONTENT);
  const port = await serve(t, bytes);
  const flags = ["--port", String(port), "--name", "content", "--content", content, "--clients", "3", "--once"];
  // However late this process answers, nothing is sent again.
  return run(program, [...flags, "--seconds", "60", "--repeat-ms", "60000"]);
}

test("the load generator counts the blocks, bytes and files of its downloads", { skip }, async (t) => {
  const { code, stdout, stderr } = await load(t, CONTENT);
  assert.equal(code, 0, stderr);
  const { seconds: _, cpuSeconds: __, ...counted } = JSON.parse(stdout);
  const expected = { blocks: 3 * BLOCKS, bytes: 3 * CONTENT.length, files: 3, repeats: 0, errors: 0, unfinished: 0 };
  assert.deepEqual(counted, expected);
});

test("the load generator rejects a wrong byte in the last block", { skip }, async (t) => {
  const wrong = Buffer.from(CONTENT);
  wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
  const { code, stderr } = await load(t, wrong);
  assert.equal(code, 1);
  assert.match(stderr, /block 4 \(100 bytes\) differs from/);
});

test("the load generator rejects a last block that is too short", { skip }, async (t) => {
  const { code, stderr } = await load(t, CONTENT.subarray(0, -1));
  assert.equal(code, 1);
  assert.match(stderr, /block 4 \(99 bytes\) differs from/);
});

test("the load generator rejects an address outside the loopback network", { skip }, async (t) => {
  const program = await compile(temporaryFolder(t));
  const flags = ["--address", "192.0.2.1", "--port", "6969", "--name", "content", "--content", program];
  const { code, stderr } = await run(program, [...flags, "--seconds", "1"]);
  assert.equal(code, 2);
  assert.match(stderr, /^usage: /);
});
