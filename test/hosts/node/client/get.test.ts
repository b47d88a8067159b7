/** `get`: into memory, files, folders and streams. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { get } from "lockstep-tftp";
import { OPCODE_READ_REQUEST, OUTCOME_ABORTED_BY_PEER } from "lockstep-tftp/engine";
import { LOOPBACK } from "../../../support/served-folder.js";
import { serving } from "../../../support/serving.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { temporaryName } from "../../../support/temporary-name.js";
import { CONTENT, openServer, tftpError, url } from "./client-support.js";

describe("get", () => {
  test("get without a target returns the content and the agreed options", async (t) => {
    const { port } = await openServer(t);
    const fetched = await get(url(port, "file"));
    assert.deepEqual(fetched.content, CONTENT);
    assert.equal(fetched.bytes, CONTENT.length);
    assert.deepEqual([fetched.blockSizeBytes, fetched.windowSize], [512, 1]);
  });

  test("get writes to a file with the permissions of any new file", async (t) => {
    const { port } = await openServer(t);
    const to = path.join(temporaryFolder(t), "copy");
    const summary = await get(new URL(url(port, "file")), { to });
    assert.deepEqual(readFileSync(to), CONTENT);
    assert.equal(statSync(to).mode & 0o777, 0o666 & ~process.umask());
    assert.equal("content" in summary, false);
    assert.equal(summary.path, to);
  });

  test("the duration of a get that waited for its server begins with the request that was answered", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const startedAt = performance.now();
    const fetched = get(url(server.port, "file"), { wait: true, tellSize: false });
    await server.receive(OPCODE_READ_REQUEST);
    await server.receive(OPCODE_READ_REQUEST);
    await server.data(1, Buffer.from("late"));
    const { durationMs } = await fetched;
    // The second request follows the first one after a second.
    assert.ok(durationMs <= performance.now() - startedAt - 900, `${durationMs} ms`);
  });

  test("get writes into a folder given by a URL, under the name of the file on the server", async (t) => {
    const { port } = await openServer(t, { "deep/file.bin": CONTENT });
    const folder = temporaryFolder(t);
    const { path: written } = await get(url(port, "deep/file.bin"), { to: pathToFileURL(folder) });
    assert.equal(written, path.join(folder, "file.bin"));
    assert.deepEqual(readFileSync(path.join(folder, "file.bin")), CONTENT);
  });

  test("get follows a link, and the link stays", async (t) => {
    const { port } = await openServer(t);
    const folder = temporaryFolder(t);
    mkdirSync(path.join(folder, "elsewhere"));
    const target = path.join(folder, "elsewhere", "old");
    const link = path.join(folder, "link");
    writeFileSync(target, "old");
    symlinkSync(target, link);
    await get(url(port, "file"), { to: link });
    assert.deepEqual(readFileSync(target), CONTENT);
    assert.deepEqual(readdirSync(folder).sort(), ["elsewhere", "link"]);
  });

  test("get writes to a stream and ends it", async (t) => {
    const { port } = await openServer(t);
    const stream = new PassThrough();
    const [received] = await Promise.all([buffer(stream), get(url(port, "file"), { to: stream })]);
    assert.deepEqual(received, CONTENT);
  });

  test("if the stream of a get fails, the server is informed and the promise rejects", async (t) => {
    const folder = await openServer(t);
    const end = folder.nextEnd();
    let taken = 0;
    const stream = new Writable({
      write: (part, _encoding, done) => {
        taken += part.length;
        done(taken > 1000 ? new Error("full") : null);
      },
    });
    await assert.rejects(
      get(url(folder.port, "file"), { to: stream }),
      tftpError("local-file", /the stream failed: full/),
    );
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
  });

  test("get negotiates options, and reports progress with the size", async (t) => {
    const { port } = await openServer(t);
    const seen: number[] = [];
    const options = { blockSizeBytes: 256, windowSize: 4, timeoutSeconds: 200 };
    const fetched = await get(url(port, "file"), {
      ...options,
      onProgress: ({ bytes, sizeBytes }) => {
        assert.equal(sizeBytes, CONTENT.length);
        seen.push(bytes);
      },
    });
    assert.deepEqual(fetched.content, CONTENT);
    assert.deepEqual([fetched.blockSizeBytes, fetched.windowSize], [256, 4]);
    assert.equal(seen[0], 0, "the first report comes when the server has answered");
    assert.equal(seen.at(-1), CONTENT.length);
    assert.deepEqual(
      seen.toSorted((one, other) => one - other),
      seen,
    );
  });

  test("get translates netascii by an option or by the URL", async (t) => {
    const text = Buffer.from("one\ntwo\r\n");
    const { port } = await openServer(t, { text });
    assert.deepEqual((await get(url(port, "text"), { mode: "netascii" })).content, text);
    assert.deepEqual((await get(url(port, "text;mode=netascii"))).content, text);
  });

  test("get accepts names with spaces, other alphabets, ? and #, over IPv6", async (t) => {
    const { port } = await serving(t, {
      root: (await openServer(t, { "größe 1?#.txt": CONTENT })).root,
      host: "::1",
    });
    for (const name of ["gr%C3%B6%C3%9Fe%201?#.txt", "größe 1%3f%23.txt"]) {
      assert.deepEqual((await get(url(port, name, "[::1]"))).content, CONTENT);
    }
  });

  test("get refuses a file larger than maxSizeBytes, and accepts one of exactly that size", async (t) => {
    const { port } = await openServer(t);
    const promise = get(url(port, "file"), { maxSizeBytes: CONTENT.length - 1 });
    await assert.rejects(promise, tftpError("too-large", /larger than the limit/));
    assert.equal((await get(url(port, "file"), { maxSizeBytes: CONTENT.length })).bytes, CONTENT.length);
  });
});

describe("an incomplete download", () => {
  /** Starts a download, and returns when the server has answered. */
  async function startDownload(t: TestContext, to: string, signal: AbortSignal): Promise<{ ended: Promise<unknown> }> {
    const folder = await openServer(t);
    let resolveStarted = (): void => {};
    const hasStarted = new Promise<void>((resolve) => {
      resolveStarted = resolve;
    });
    const ended = get(url(folder.port, "file"), { to, signal, onProgress: () => resolveStarted() });
    ended.catch(() => {});
    await hasStarted;
    return { ended };
  }

  test("an aborted get leaves the old file, and nothing else", async (t) => {
    const folder = temporaryFolder(t);
    const to = path.join(folder, "file");
    writeFileSync(to, "old");
    const abortion = new AbortController();
    const { ended } = await startDownload(t, to, abortion.signal);
    assert.equal(readFileSync(to, "utf8"), "old");
    assert.equal(hiddenFiles(folder).length, 1, "a temporary file is in the folder");
    const reason = new Error("enough");
    abortion.abort(reason);
    await assert.rejects(ended, (error) => error === reason);
    assert.deepEqual(readdirSync(folder), ["file"]);
    assert.equal(readFileSync(to, "utf8"), "old");
  });

  test("a get removes the temporary file of a killed process from the folder", async (t) => {
    const { port } = await openServer(t);
    const folder = temporaryFolder(t);
    // No process has this number: those of Linux end at 4,194,304.
    writeFileSync(path.join(folder, temporaryName(99_999_999)), "half");
    await get(url(port, "file"), { to: path.join(folder, "file") });
    assert.deepEqual(readdirSync(folder), ["file"]);
  });

  test("a refused get leaves no empty file", async (t) => {
    const { port } = await openServer(t);
    const folder = temporaryFolder(t);
    await assert.rejects(
      get(url(port, "missing"), { to: path.join(folder, "file") }),
      tftpError("not-found", /no such/),
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});
