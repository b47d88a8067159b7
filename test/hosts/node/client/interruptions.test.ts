/** Transfers of `get` and `put` that are aborted, wait, lose datagrams, or outlive their callers. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { get, put, TftpServer } from "lockstep-tftp";
import { OUTCOME_ABORTED_BY_PEER } from "lockstep-tftp/engine";
import { FaultyLink } from "../../../support/faulty-link.js";
import { freePort } from "../../../support/free-port.js";
import { PROJECT, run } from "../../../support/program.js";
import { SEED, seededBytes } from "../../../support/seed.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CONTENT, openServer, SHORT_TIMES, url } from "./client-support.js";

describe("an abort signal", () => {
  test("a get whose signal is already aborted sends nothing", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    await assert.rejects(get(url(server.port, "file"), { signal: AbortSignal.abort() }), { name: "AbortError" });
    await server.expectSilence();
  });

  test("an abort during a get is sent to the server", async (t) => {
    const folder = await openServer(t);
    const end = folder.nextEnd();
    const abortion = new AbortController();
    const onProgress = (): void => abortion.abort();
    await assert.rejects(get(url(folder.port, "file"), { signal: abortion.signal, onProgress }), {
      name: "AbortError",
    });
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
  });

  test("an abort ends a get that waits for a server", async () => {
    const abortion = new AbortController();
    const waiting = get(url(await freePort(), "file"), { wait: true, signal: abortion.signal });
    setTimeout(() => abortion.abort(), 20);
    await assert.rejects(waiting, { name: "AbortError" });
  });
});

test("an error thrown by onProgress aborts the transfer and rejects the promise", async (t) => {
  const server = await openServer(t);
  const folder = temporaryFolder(t);
  const end = server.nextEnd();
  const thrown = new Error("thrown by a callback");
  const onProgress = (): void => {
    throw thrown;
  };
  const fetching = get(url(server.port, "file"), { to: path.join(folder, "file"), onProgress });
  await assert.rejects(fetching, (error) => error === thrown);
  assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
  assert.deepEqual(readdirSync(folder), []);
});

test("get with `wait` gets its file from a server that starts later", async (t) => {
  const port = await freePort();
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "file"), CONTENT);
  const waiting = get(url(port, "file"), { wait: true, ...SHORT_TIMES });
  await new Promise((resolve) => setTimeout(resolve, 2 * SHORT_TIMES.giveUpMs));
  const server = new TftpServer({ root, host: LOOPBACK, port });
  t.after(() => server.close());
  await server.listen();
  assert.deepEqual((await waiting).content, CONTENT);
});

test("get and put survive a network that loses, duplicates and reorders in both directions", async (t) => {
  const folder = await ServedFolder.open(
    {},
    { write: "overwrite", initialIntervalMs: 100, minIntervalMs: 30, maxIntervalMs: 500 },
  );
  t.after(() => folder[Symbol.asyncDispose]());
  const faults = { loss: 0.05, duplication: 0.05, reordering: 0.05, reorderingMs: 3, delayMs: 0.5 };
  const link = await FaultyLink.open(folder.port, faults, SEED);
  t.after(() => link.close());
  for (const windowSize of [1, 8]) {
    const content = seededBytes(windowSize, 200 * 512 + 1);
    await put(content, url(link.port, "file"), { windowSize, initialIntervalMs: 100 });
    assert.deepEqual(folder.contents("file"), content);
    assert.deepEqual((await get(url(link.port, "file"), { windowSize, initialIntervalMs: 100 })).content, content);
  }
  assert.ok(link.toServer.lost > 0 && link.toClients.lost > 0, "datagrams were lost in both directions");
});

test("a process can end as soon as it has its file, while the last ACK may still have to be repeated", async (t) => {
  const { port } = await openServer(t);
  const program = `import { get } from "lockstep-tftp";
    console.log((await get("${url(port, "file")}", { lingerMs: 86_400_000 })).bytes);`;
  const { code, stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: PROJECT });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${CONTENT.length}\n` });
  assert.equal(existsSync(path.join(PROJECT, "file")), false);
});
