/** Health checks of the server, by the status page of Node. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { StatusPage, TftpServer } from "lockstep-tftp";
import { PROJECT, run } from "../../support/program.js";
import { seededBytes } from "../../support/seed.js";
import { ServedFolder } from "../../support/served-folder.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const NAME = "file.bin";
const CONTENT = seededBytes(1, 2000);

async function listeningPage(t: TestContext, server: TftpServer): Promise<StatusPage> {
  const page = new StatusPage(server, { port: 0 });
  await page.listen();
  t.after(() => page.close());
  return page;
}

async function health(page: StatusPage, init: RequestInit = {}): Promise<number> {
  const { status } = await fetch(new URL("/healthz", page.url), init);
  return status;
}

test("a server is healthy from when it listens until it begins to stop", async (t) => {
  for (const singlePort of [false, true]) {
    await using folder = await ServedFolder.open({ [NAME]: CONTENT }, { singlePort });
    const page = await listeningPage(t, folder.server);
    assert.equal(await health(page), 200);
    await using peer = await folder.peer();
    await peer.read(NAME);
    await peer.expectData(1, CONTENT.subarray(0, 512));
    void folder.server.close({ graceMs: 60_000 });
    assert.equal(await health(page), 503, "a transfer is still running");
    await folder.server.close();
    assert.equal(await health(page), 503);
  }
});

test("a server that does not listen yet is not healthy", async (t) => {
  const server = new TftpServer({ root: temporaryFolder(t), host: "127.0.0.1", port: 0 });
  t.after(() => server.close());
  const page = await listeningPage(t, server);
  assert.equal(await health(page), 503);
  await server.listen();
  assert.equal(await health(page), 200);
});

test("health is told under any host name, and by GET and HEAD only", async (t) => {
  await using folder = await ServedFolder.open({});
  const page = await listeningPage(t, folder.server);
  assert.equal(await health(page, { headers: { host: "tftp-7c9f.pod.example" } }), 200);
  assert.equal(await health(page, { method: "HEAD" }), 200);
  assert.equal(await health(page, { method: "POST" }), 405);
});

test("the health check of the container has exit code 0 only while the server takes requests", async (t) => {
  const containerfile = readFileSync(path.join(PROJECT, "examples/operations/Containerfile"), "utf8");
  const [, script] = /^HEALTHCHECK CMD node -e '(.*)'$/m.exec(containerfile) as unknown as [string, string];
  await using folder = await ServedFolder.open({});
  const page = await listeningPage(t, folder.server);
  const here = script.replace("http://127.0.0.1:8069/", page.url);
  assert.notEqual(here, script);
  assert.equal((await run(process.execPath, ["-e", here])).code, 0);
  await folder.server.close();
  assert.equal((await run(process.execPath, ["-e", here])).code, 1);
  const unanswered = script.replace("http://127.0.0.1:8069/", await withoutAnswers(t));
  assert.equal((await run(process.execPath, ["-e", unanswered])).code, 1);
});

/** The URL of a server that ends each connection. The port of a closed page could be another program's by now. */
async function withoutAnswers(t: TestContext): Promise<string> {
  const server = net.createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`;
}
