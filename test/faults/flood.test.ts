/**
 * Floods of garbage, of requests from many ports, and of transfers without an answer. A regular client is served meanwhile,
 * and memory stays within bounds.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import dgram from "node:dgram";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { SeededRandom } from "lockstep-tftp/simulated";
import { fetchFile } from "../support/retrying-client.js";
import { SEED, seededBytes } from "../support/seed.js";
import { ServerProcess } from "../support/server-process.js";
import { serving } from "../support/serving.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const GARBAGE_PACKETS = 40_000;
const MAX_GARBAGE_BYTES = 700;
const FLOODING_PORTS = 1500;
/** Packets that are sent before other work gets its turn. */
const BURST = 200;
/** Tolerated growth of the server's memory in a flood: young garbage and socket buffers, nothing that grows with the flood. */
const MAX_GROWTH_BYTES = 60 * 1024 * 1024;
/** A resting port is closed after two seconds, a transfer without an answer after the time to give up. */
const PATIENCE_MS = 120_000;

const content = seededBytes(SEED, 300_000);

function sum(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Waits for a condition that becomes true however slow the machine is. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(Date.now() < end, what);
    await wait(20);
  }
}

async function started(context: TestContext, words: readonly string[]): Promise<ServerProcess> {
  const folder = temporaryFolder(context);
  writeFileSync(path.join(folder, "file"), content);
  return ServerProcess.start(context, [folder, ...words]);
}

async function boundSocket(context: TestContext): Promise<dgram.Socket> {
  const socket = dgram.createSocket("udp4");
  socket.on("error", () => {});
  context.after(() => socket.close());
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return socket;
}

/** Sends packets in bursts until all are sent. */
async function flood(count: number, send: (index: number) => void): Promise<void> {
  for (let index = 0; index < count; index++) {
    send(index);
    if (index % BURST === 0) {
      await wait(1);
    }
  }
}

const READ_REQUEST = Buffer.from("\0\x01file\0octet\0");

test(`garbage on the listening port does not keep a client from its file (seed ${SEED})`, async (context) => {
  const server = await started(context, []);
  const random = new SeededRandom(SEED);
  const socket = await boundSocket(context);
  const before = residentBytes(server.pid);
  const flooding = flood(GARBAGE_PACKETS, () => {
    const packet = Buffer.from(random.bytes(random.below(MAX_GARBAGE_BYTES)));
    if (packet.length > 1 && random.chance(70)) {
      packet.writeUInt16BE(random.below(8), 0);
    }
    socket.send(packet, server.port, "127.0.0.1");
  });
  for (let round = 0; round < 5; round++) {
    const fetched = await fetchFile("file", { port: server.port });
    assert.equal(sum(fetched.content), sum(content));
  }
  await flooding;
  const fetched = await fetchFile("file", { port: server.port });
  assert.equal(sum(fetched.content), sum(content));
  assert.ok(residentBytes(server.pid) - before < MAX_GROWTH_BYTES, "the server's memory stays bounded");
});

test("transfers without an answer do not keep a client from its file, and give everything back", async (context) => {
  const server = await started(context, ["--give-up", "2s"]);
  const descriptors = openDescriptors(server.pid);
  const before = residentBytes(server.pid);
  const sockets: dgram.Socket[] = [];
  for (let count = 0; count < FLOODING_PORTS; count++) {
    sockets.push(await boundSocket(context));
  }
  await flood(FLOODING_PORTS, (index) => sockets[index]?.send(READ_REQUEST, server.port, "127.0.0.1"));
  const fetched = await fetchFile("file", { port: server.port });
  assert.equal(sum(fetched.content), sum(content));
  await until(() => openDescriptors(server.pid) <= descriptors, "descriptors are closed when transfers are given up");
  assert.ok(residentBytes(server.pid) - before < MAX_GROWTH_BYTES, "the server's memory stays bounded");
});

test("a full pool serves another client once its transfers are given up", async (context) => {
  const server = await started(context, ["--give-up", "500ms", "--max-transfers", "10"]);
  for (let count = 0; count < 10; count++) {
    (await boundSocket(context)).send(READ_REQUEST, server.port, "127.0.0.1");
  }
  const fetched = await fetchFile("file", { port: server.port, requestIntervalMs: 250 });
  assert.equal(sum(fetched.content), sum(content));
});

/**
 * Measures on the wire how much a request with a forged address makes the server send to the victim: at most the first
 * block three times.
 */
test("a request with a forged address makes the server send at most three blocks", async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(path.join(folder, "file"), content);
  const { server, port } = await serving(context, { root: folder, initialIntervalMs: 20, giveUpMs: 1000 });
  const ended = new Promise((resolve) => server.once("ended", resolve));
  const victim = await boundSocket(context);
  let receivedBytes = 0;
  victim.on("message", (message) => {
    receivedBytes += message.length;
  });
  victim.send(READ_REQUEST, port, "127.0.0.1");
  await ended;
  await wait(50);
  assert.equal(receivedBytes, 3 * 516);
  context.diagnostic(`${READ_REQUEST.length} bytes requested, ${receivedBytes} bytes sent`);
});
