/** The life of a server on Node: two in one process, signals, closing. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { ERROR_NOT_DEFINED, OUTCOME_COMPLETED, OUTCOME_STOPPED } from "lockstep-tftp/engine";
import { contents } from "../../support/contents.js";
import { freePort } from "../../support/free-port.js";
import { LOOPBACK, ServedFolder } from "../../support/served-folder.js";
import { FILE, FIRST_BLOCK, LAST_BLOCK } from "./two-blocks.js";

/** Binds a port, which fails if a server still has it. */
async function canBeBound(port: number): Promise<void> {
  const socket = dgram.createSocket("udp4");
  socket.bind(port, LOOPBACK);
  await once(socket, "listening");
  socket.close();
}

test("Node host: two servers in one process serve their own folders", async () => {
  await using one = await ServedFolder.open({ file: contents(700) });
  await using two = await ServedFolder.open({ file: contents(701) });
  await using peerOfOne = await one.peer();
  await using peerOfTwo = await two.peer();
  await peerOfOne.read("file");
  await peerOfTwo.read("file");
  await peerOfOne.expectData(1, contents(700).subarray(0, 512));
  await peerOfTwo.expectData(1, contents(701).subarray(0, 512));
  await one.server.close();
  await peerOfOne.expectError(ERROR_NOT_DEFINED);
  await peerOfTwo.acknowledge(1);
  await peerOfTwo.expectData(2, contents(701).subarray(512));
});

test("Node host: an aborted signal ends transfers with an ERROR and closes the port", async () => {
  const controller = new AbortController();
  const port = await freePort();
  await using folder = await ServedFolder.open({ file: FILE }, { port, signal: controller.signal });
  await using peer = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const end = folder.nextEnd();
  const closed = once(folder.server, "close");
  controller.abort();
  assert.equal((await end).outcome, OUTCOME_STOPPED);
  await closed;
  await peer.expectError(ERROR_NOT_DEFINED);
  assert.deepEqual(folder.server.addresses, []);
  await canBeBound(port);
});

test("Node host: a signal that is already aborted keeps the server from starting", async () => {
  await assert.rejects(ServedFolder.open({}, { signal: AbortSignal.abort() }), /closed/);
});

test("Node host: disposing of a server closes it", async () => {
  const port = await freePort();
  await using folder = await ServedFolder.open({ file: FILE }, { port });
  const { server } = folder;
  await server[Symbol.asyncDispose]();
  assert.deepEqual(server.addresses, []);
  await canBeBound(port);
});

test("Node host: closing with a grace time lets transfers end, and takes no more requests", async () => {
  await using folder = await ServedFolder.open({ file: FILE, other: contents(3) });
  await using peer = await folder.peer();
  await using late = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const end = folder.nextEnd();
  const closed = folder.server.close({ graceMs: 600_000 });
  await late.read("other");
  await peer.acknowledge(1);
  await peer.expectData(2, LAST_BLOCK);
  assert.equal(folder.server.running, 1);
  await peer.acknowledge(2);
  assert.equal((await end).outcome, OUTCOME_COMPLETED);
  await closed;
  await late.expectSilence();
});

test("Node host: transfers that outlast the grace time are stopped", async () => {
  await using folder = await ServedFolder.open({ file: FILE });
  await using peer = await folder.peer();
  await peer.read("file");
  await peer.expectData(1, FIRST_BLOCK);
  const end = folder.nextEnd();
  const closed = folder.server.close({ graceMs: 600_000 });
  // The second call is less patient.
  await folder.server.close({ graceMs: 30 });
  await closed;
  assert.equal((await end).outcome, OUTCOME_STOPPED);
  await peer.expectError(ERROR_NOT_DEFINED);
});
