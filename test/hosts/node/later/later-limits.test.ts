/** Limits of requests that wait for a storage, and what ends their waiting. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOT_FOUND } from "lockstep-tftp";
import { ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { MemoryFile, PromisedFiles, settle, start } from "./promised-files.js";

const CONTENT = seededBytes(1, 1300);
const SMALL = Buffer.from("small");

test("no more requests wait than transfers can run, and those of one address have their limits", async (t) => {
  for (const options of [
    { maxTransfers: 2 },
    { maxTransfers: 9, maxTransfersPerAddress: 2 },
    { maxTransfers: 9, maxUnansweredPerAddress: 2 },
  ]) {
    const { storage, server, port, peer } = await start(t, options);
    const peers = await Promise.all([1, 2].map(() => SocketPeer.open(port)));
    for (const [index, each] of [...peers, peer].entries()) {
      await each.read(`file-${index}`);
    }
    await settle(port);
    assert.equal(storage.calls.length, 2, JSON.stringify(options));
    assert.equal(server.unansweredRequests, 1);
    storage.calls[0]?.answer(NOT_FOUND);
    await peers[0]?.expectError(ERROR_FILE_NOT_FOUND);
    await peer.read("file-2");
    (await storage.asked(2)).answer(NOT_FOUND);
    await peer.expectError(ERROR_FILE_NOT_FOUND);
    for (const each of peers) {
      await each[Symbol.asyncDispose]();
    }
  }
});

test("an answer that a limit holds up waits for the client's next request", async (t) => {
  // The request that waits and the same request with its answer are two, of which a second allows one.
  const { storage, peer } = await start(t, { maxAnswersPerSecond: 1 });
  await peer.read("file");
  const file = new MemoryFile(SMALL);
  (await storage.asked(0)).answer(file);
  const repeat = setInterval(() => void peer.read("file"), 100);
  await peer.expectData(1, SMALL);
  clearInterval(repeat);
  await peer.acknowledge(1);
  assert.equal(storage.calls.length, 1);
});

test("a request that waits ends no transfer that its client has not answered for a while", async (t) => {
  const { storage, port, peer, server } = await start(t, {
    maxTransfers: 8,
    initialIntervalMs: 60_000,
    maxIntervalMs: 60_000,
    giveUpMs: 80_000,
  });
  const ended: string[] = [];
  server.on("ended", ({ name }) => ended.push(name));
  await peer.read("slow");
  (await storage.asked(0)).answer(new MemoryFile(SMALL));
  await peer.expectData(1, SMALL);
  // The engine ends a transfer without an answer after 2 s when a storage is busy.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const other = fetchFile("other", { port });
  (await storage.asked(1)).answer(new MemoryFile(SMALL));
  await other;
  assert.ok(!ended.includes("slow"));
});

test("close forgets requests that wait: it does not wait, and their files are closed when they come", async (t) => {
  const { storage, peer, server, errors, started } = await start(t);
  await peer.read("file");
  const asked = await storage.asked(0);
  const other = await SocketPeer.open((server.addresses[0] as { port: number }).port);
  await other.read("broken");
  const broken = await storage.asked(1);
  await server.close();
  const file = new MemoryFile(SMALL);
  asked.answer(file);
  broken.fail(new Error("closed as well"));
  await new Promise(setImmediate);
  assert.equal(file.closedCount, 1);
  assert.deepEqual([errors, started], [[], []]);
  await other[Symbol.asyncDispose]();
});

test("after reconfigure a request that waits gets the file of the new storage", async (t) => {
  const { storage, peer, server } = await start(t);
  await peer.read("file");
  const asked = await storage.asked(0);
  const next = new PromisedFiles();
  await server.reconfigure({ storage: next });
  const old = new MemoryFile(CONTENT);
  asked.answer(old);
  (await next.asked(0)).answer(new MemoryFile(SMALL));
  await peer.expectData(1, SMALL);
  await peer.acknowledge(1);
  assert.equal(old.closedCount, 1);
});

test("a network that is not allowed any more gets nothing", async (t) => {
  const { storage, peer, server, started } = await start(t);
  await peer.read("file");
  const asked = await storage.asked(0);
  await server.reconfigure({ storage, allow: ["10.0.0.0/8"] });
  asked.answer(new MemoryFile(SMALL));
  await new Promise(setImmediate);
  assert.deepEqual(started, []);
});

test("outside of a request a storage that answers later refuses, and closes its file", async (t) => {
  const { storage, server } = await start(t);
  const answer = server.storage.openForWriting("file", 5, "127.0.0.1");
  assert.ok(typeof answer === "number" && answer < 0);
  const file = new MemoryFile();
  storage.calls[0]?.answer(file);
  await new Promise(setImmediate);
  assert.equal(file.closedCount, 1);
});
