/** Transfers of `get` and `put` that are aborted, wait, lose datagrams, or outlive their callers. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { type ClientTransferOptions, get, put, TftpServer } from "lockstep-tftp";
import { OUTCOME_ABORTED_BY_PEER, type TransferView } from "lockstep-tftp/engine";
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

test("get and put need no AbortSignal.any, which Node 20.0 lacks, and leave no listener at a signal", async (t) => {
  const { port } = await openServer(t);
  const folder = temporaryFolder(t);
  const { any } = AbortSignal;
  t.after(() => Object.assign(AbortSignal, { any }));
  Object.assign(AbortSignal, { any: undefined });
  const { signal } = new AbortController();
  await get(url(port, "file"), { to: path.join(folder, "file"), signal });
  await put(CONTENT, url(port, "file"), { signal });
  await assert.rejects(get(url(port, "missing"), { to: path.join(folder, "missing"), signal }));
  assert.deepEqual(readdirSync(folder), ["file"]);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

describe("the last call of onProgress comes too late to stop a transfer", () => {
  /** Gets and puts a file; `last` is called in the last call. */
  async function getAndPut(t: TestContext, last: (abortion: AbortController) => void): Promise<void> {
    const server = await openServer(t);
    const to = path.join(temporaryFolder(t), "file");
    let lastCalls = 0;
    const options = (): ClientTransferOptions => {
      const abortion = new AbortController();
      const onProgress = ({ bytes }: TransferView): void => {
        if (bytes === CONTENT.length) {
          lastCalls++;
          last(abortion);
        }
      };
      return { signal: abortion.signal, onProgress };
    };
    assert.equal((await get(url(server.port, "file"), { ...options(), to })).bytes, CONTENT.length);
    assert.deepEqual(readFileSync(to), CONTENT);
    assert.equal((await put(CONTENT, url(server.port, "new"), options())).bytes, CONTENT.length);
    assert.deepEqual(server.contents("new"), CONTENT);
    assert.equal(lastCalls, 2);
  }

  test("an abort", async (t) => {
    await getAndPut(t, (abortion) => abortion.abort());
  });

  for (const thrown of [new Error("boom"), undefined]) {
    test(`an exception: the process emits a warning (${thrown})`, async (t) => {
      const warnings: Error[] = [];
      const listener = (warning: Error): void => void warnings.push(warning);
      process.on("warning", listener);
      t.after(() => process.off("warning", listener));
      await getAndPut(t, () => {
        throw thrown;
      });
      await new Promise(setImmediate);
      const text = thrown?.message;
      assert.deepEqual(
        warnings.map(({ message, cause }) => [message.replace(/ (from|to) .*?: /, ": "), cause]),
        [
          [`getting "file": complete, but onProgress threw: ${text}`, thrown],
          [`putting "new": complete, but onProgress threw: ${text}`, thrown],
        ],
      );
    });
  }
});

test("undefined thrown by onProgress rejects the promise with an Error that says so", async (t) => {
  const { port } = await openServer(t);
  const onProgress = (): void => {
    throw undefined;
  };
  await assert.rejects(
    get(url(port, "file"), { onProgress }),
    /^Error: getting "file" .*: onProgress threw undefined$/,
  );
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
  await new Promise((resolve) => setTimeout(resolve, SHORT_TIMES.giveUpMs + 200));
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
