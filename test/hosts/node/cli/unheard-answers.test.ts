/** The log advises `--single-port` if a client gets no answers, as behind a firewall that blocks the server's other ports. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { ServerProcess } from "../../../support/server-process.js";
import { folderWithFile, NAME } from "./command-line.js";

const ADVICE = /; if a firewall or NAT is in between, try --single-port$/;
const ASK_AGAIN_MS = 200;

/** Starts a server, and a client that answers nothing and asks for the same file again and again. */
async function startWithDeafClient(test: TestContext, ...args: string[]): Promise<ServerProcess> {
  const server = await ServerProcess.start(test, [folderWithFile(test), ...args]);
  const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const ask = () => socket.send(`\0\x01${NAME}\0octet\0`, server.port, "127.0.0.1");
  ask();
  const timer = setInterval(ask, ASK_AGAIN_MS);
  test.after(() => {
    clearInterval(timer);
    socket.close();
  });
  return server;
}

test("a transfer that times out without a sign of the client leads to --single-port", async (t) => {
  const server = await startWithDeafClient(t, "--give-up", "50ms");
  assert.match(await server.line(/timed out/), ADVICE);
});

test("a request that is repeated until a new transfer takes its place leads to --single-port", async (t) => {
  const server = await startWithDeafClient(t);
  assert.match(await server.line(/superseded by a new request; 0 bytes/), ADVICE);
});

test("a server with --single-port does not advise it", async (t) => {
  const server = await startWithDeafClient(t, "--give-up", "50ms", "--single-port");
  assert.doesNotMatch(await server.line(/timed out/), ADVICE);
});
