/** A server that takes over the port while another one is stopping. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { freePort, freeTcpPort } from "../../../support/free-port.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { CONTENT, commandLine, folderWithFile, NAME, startPausedDownload } from "./command-line.js";

const STATUS_PAGE = /Status page at http:\/\/(\S+)\/$/;

/** A server that is stopping, and waits for a download. */
async function stoppingServer(t: TestContext, words: readonly string[] = [], ready = /Listening/) {
  const root = folderWithFile(t);
  const port = String(await freePort());
  const former = await ServerProcess.start(t, [root, "--port", port, "--grace", "1m", ...words]);
  await former.line(ready);
  const paused = await startPausedDownload(t, former);
  former.signal("SIGTERM");
  await former.line(/Stopping/);
  return { root, former, ...paused };
}

/** Address and port of a server's status page. */
async function placeOfPage(server: ServerProcess): Promise<string> {
  const [, place = ""] = STATUS_PAGE.exec(await server.line(STATUS_PAGE)) ?? [];
  return place;
}

test("the next server takes the port while transfers of the former one go on", async (t) => {
  const { root, former, download, resume } = await stoppingServer(t);
  const next = await ServerProcess.start(t, [root, "--port", String(former.port)]);
  assert.equal(next.port, former.port);
  assert.deepEqual((await fetchFile(NAME, { port: next.port })).content, CONTENT);
  resume();
  assert.deepEqual((await download).content, CONTENT);
  assert.equal((await former.ended).code, 0);
});

test("the next server's status page waits for the former one's", async (t) => {
  const { root, former, download, resume } = await stoppingServer(
    t,
    ["--status-page", `127.0.0.1:${await freeTcpPort()}`],
    STATUS_PAGE,
  );
  const page = await placeOfPage(former);
  const next = await ServerProcess.start(t, [root, "--port", String(former.port), "--status-page", page]);
  await next.line(/The status page waits: a server that is stopping still has its port$/);
  assert.deepEqual((await fetchFile(NAME, { port: next.port })).content, CONTENT);
  resume();
  assert.deepEqual((await download).content, CONTENT);
  assert.equal((await former.ended).code, 0);
  await next.line(/Status page at/);
  assert.equal((await fetch(`http://${page}/healthz`)).status, 200);
});

test("a server whose status page waits can be stopped", async (t) => {
  const { root, former } = await stoppingServer(t, ["--status-page", `127.0.0.1:${await freeTcpPort()}`], STATUS_PAGE);
  const page = await placeOfPage(former);
  const next = await ServerProcess.start(t, [root, "--port", String(former.port), "--status-page", page]);
  await next.line(/The status page waits/);
  next.signal("SIGTERM");
  assert.equal((await next.ended).code, 0);
});

test("with a single port the transfers of a server that stops keep it", async (t) => {
  const { root, former, download, resume } = await stoppingServer(t, ["--single-port"]);
  const next = await commandLine("serve", root, "--host", "127.0.0.1", "--port", String(former.port));
  assert.match(next.stderr, /is taken by another program/);
  resume();
  assert.deepEqual((await download).content, CONTENT);
  assert.equal((await former.ended).code, 0);
});
