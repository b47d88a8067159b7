/** `get` and `put` of Node programs, against our own server and against servers that do as a test has it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { get, put, TftpError, type TftpErrorCode, TftpServer } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, OUTCOME_ABORTED_BY_PEER, OUTCOME_PROBABLY_COMPLETED } from "lockstep-tftp/engine";
import { FaultyLink } from "../../../support/faulty-link.js";
import { freePort } from "../../../support/free-port.js";
import { PROJECT, run } from "../../../support/program.js";
import { SEED, seededBytes } from "../../../support/seed.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";
import { serving } from "../../../support/serving.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { temporaryName } from "../../../support/temporary-name.js";

const CONTENT = seededBytes(1, 20 * 512 + 100);
/** So soon nothing is given up by chance, and a test need not wait for long. */
const SOON = { giveUpMs: 300, initialIntervalMs: 50, maxIntervalMs: 50 };

function url(port: number, name: string, host = LOOPBACK): string {
  return `tftp://${host}:${port}/${name}`;
}

/** A server that may be written to, with the file "file". */
async function served(t: TestContext, files: Record<string, Uint8Array> = { file: CONTENT }): Promise<ServedFolder> {
  const folder = await ServedFolder.open(files, { write: "overwrite" });
  t.after(() => folder[Symbol.asyncDispose]());
  return folder;
}

function failure(code: TftpErrorCode, message: RegExp, details: Partial<TftpError> = {}) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof TftpError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    for (const [name, value] of Object.entries(details)) {
      assert.equal(error[name as keyof TftpError], value, name);
    }
    return true;
  };
}

describe("get", () => {
  test("into memory", async (t) => {
    const { port } = await served(t);
    const fetched = await get(url(port, "file"));
    assert.deepEqual(fetched.content, CONTENT);
    assert.equal(fetched.bytes, CONTENT.length);
    assert.deepEqual([fetched.blockSizeBytes, fetched.windowSize], [512, 1]);
  });

  test("into a file, whose permissions are those of every new file", async (t) => {
    const { port } = await served(t);
    const to = path.join(temporaryFolder(t), "copy");
    const summary = await get(new URL(url(port, "file")), { to });
    assert.deepEqual(readFileSync(to), CONTENT);
    assert.equal(statSync(to).mode & 0o777, 0o666 & ~process.umask());
    assert.equal("content" in summary, false);
  });

  test("into a folder, under the name that it has on the server, and by a file's URL", async (t) => {
    const { port } = await served(t, { "deep/file.bin": CONTENT });
    const folder = temporaryFolder(t);
    await get(url(port, "deep/file.bin"), { to: pathToFileURL(folder) });
    assert.deepEqual(readFileSync(path.join(folder, "file.bin")), CONTENT);
  });

  test("over a file that a link leads to, which stays a link", async (t) => {
    const { port } = await served(t);
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

  test("into a stream, which is ended", async (t) => {
    const { port } = await served(t);
    const stream = new PassThrough();
    const [received] = await Promise.all([buffer(stream), get(url(port, "file"), { to: stream })]);
    assert.deepEqual(received, CONTENT);
  });

  test("into a stream that fails: the server is told, and the promise rejects", async (t) => {
    const folder = await served(t);
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
      failure("local-file", /the stream failed: full/),
    );
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
  });

  test("options are asked for and agreed upon, and the size is known to who watches", async (t) => {
    const { port } = await served(t);
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
    assert.equal(seen[0], 0, "it is told when the server has answered");
    assert.equal(seen.at(-1), CONTENT.length);
    assert.deepEqual(
      seen.toSorted((one, other) => one - other),
      seen,
    );
  });

  test("netascii, by an option or by the URL", async (t) => {
    const text = Buffer.from("one\ntwo\r\n");
    const { port } = await served(t, { text });
    assert.deepEqual((await get(url(port, "text"), { mode: "netascii" })).content, text);
    assert.deepEqual((await get(url(port, "text;mode=netascii"))).content, text);
  });

  test("names with blanks, letters of other languages, ? and #; IPv6", async (t) => {
    const { port } = await serving(t, {
      root: (await served(t, { "größe 1?#.txt": CONTENT })).root,
      host: "::1",
    });
    for (const name of ["gr%C3%B6%C3%9Fe%201?#.txt", "größe 1%3f%23.txt"]) {
      assert.deepEqual((await get(url(port, name, "[::1]"))).content, CONTENT);
    }
  });

  test("a file larger than is allowed", async (t) => {
    const { port } = await served(t);
    const promise = get(url(port, "file"), { maxSizeBytes: CONTENT.length - 1 });
    await assert.rejects(promise, failure("too-large", /larger than the limit/));
    assert.equal((await get(url(port, "file"), { maxSizeBytes: CONTENT.length })).bytes, CONTENT.length);
  });
});

describe("put", () => {
  test("from a path, bytes, and streams of bytes and texts", async (t) => {
    const folder = await served(t, {});
    const source = path.join(temporaryFolder(t), "source");
    writeFileSync(source, CONTENT);
    const part = new Uint8Array(CONTENT.buffer, CONTENT.byteOffset + 7, 1000);
    await put(source, url(folder.port, "from-path"));
    await put(pathToFileURL(source), url(folder.port, "from-url"));
    await put(part, url(folder.port, "from-bytes"));
    await put(Readable.from([CONTENT.subarray(0, 100), CONTENT.subarray(100)]), url(folder.port, "from-stream"));
    await put(Readable.from(["größe", "\n"]), url(folder.port, "from-texts"));
    assert.deepEqual(folder.contents("from-path"), CONTENT);
    assert.deepEqual(folder.contents("from-url"), CONTENT);
    assert.deepEqual(folder.contents("from-bytes"), Buffer.from(part));
    assert.deepEqual(folder.contents("from-stream"), CONTENT);
    assert.deepEqual(folder.contents("from-texts"), Buffer.from("größe\n"));
  });

  test("without options, and with all of them", async (t) => {
    const folder = await served(t, {});
    await put(CONTENT, url(folder.port, "plain"), { useOptions: false });
    const options = { blockSizeBytes: 64, windowSize: 16, timeoutSeconds: 100 };
    const summary = await put(CONTENT, url(folder.port, "all"), options);
    assert.deepEqual(folder.contents("plain"), CONTENT);
    assert.deepEqual(folder.contents("all"), CONTENT);
    assert.deepEqual([summary.blockSizeBytes, summary.windowSize, summary.bytes], [64, 16, CONTENT.length]);
  });
});

describe("never half a file", () => {
  /** A server that sends one block and then waits. */
  async function halfWay(t: TestContext, to: string, signal: AbortSignal): Promise<{ ended: Promise<unknown> }> {
    const folder = await served(t);
    let resolveStarted = (): void => {};
    const hasStarted = new Promise<void>((resolve) => {
      resolveStarted = resolve;
    });
    const ended = get(url(folder.port, "file"), { to, signal, onProgress: () => resolveStarted() });
    ended.catch(() => {});
    await hasStarted;
    return { ended };
  }

  test("a get that is aborted leaves what was there, and nothing else", async (t) => {
    const folder = temporaryFolder(t);
    const to = path.join(folder, "file");
    writeFileSync(to, "old");
    const abortion = new AbortController();
    const { ended } = await halfWay(t, to, abortion.signal);
    assert.equal(readFileSync(to, "utf8"), "old");
    assert.equal(hiddenFiles(folder).length, 1, "the temporary file stands beside it");
    const reason = new Error("enough");
    abortion.abort(reason);
    await assert.rejects(ended, (error) => error === reason);
    assert.deepEqual(readdirSync(folder), ["file"]);
    assert.equal(readFileSync(to, "utf8"), "old");
  });

  test("what a killed process has left goes with the next get into that folder", async (t) => {
    const { port } = await served(t);
    const folder = temporaryFolder(t);
    // No process has this number: Linux gives none above 4,194,304.
    writeFileSync(path.join(folder, temporaryName(99_999_999)), "half");
    await get(url(port, "file"), { to: path.join(folder, "file") });
    assert.deepEqual(readdirSync(folder), ["file"]);
  });

  test("a get that is refused leaves no empty file", async (t) => {
    const { port } = await served(t);
    const folder = temporaryFolder(t);
    await assert.rejects(get(url(port, "missing"), { to: path.join(folder, "file") }), failure("not-found", /no such/));
    assert.deepEqual(readdirSync(folder), []);
  });
});

describe("what goes wrong has a code, and a message that says what, where and what next", () => {
  test("a missing file", async (t) => {
    const { port } = await served(t);
    const message = new RegExp(`^getting "missing" from 127\\.0\\.0\\.1:${port}: the server has no such file`);
    await assert.rejects(get(url(port, "missing")), failure("not-found", message, { errorCode: 1 }));
  });

  test("a missing folder for what is put", async (t) => {
    const { port } = await served(t);
    const message = /^putting "none\/file" to .*: the server has no folder for it; make the folder there first$/;
    await assert.rejects(put(CONTENT, url(port, "none/file")), failure("not-found", message, { errorCode: 1 }));
  });

  test("a server that gives no words", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const fetching = get(url(server.port, "file"));
    await server.receive(1);
    await server.reply(Buffer.from("\0\x05\0\x02\0", "latin1"));
    await assert.rejects(fetching, failure("refused", /the server says: ERROR 2, access refused$/));
  });

  test("a server that nobody may write to", async (t) => {
    const { root } = await served(t);
    const { port } = await serving(t, { root });
    const details = { errorCode: ERROR_ACCESS_VIOLATION, serverText: "Access violation" };
    await assert.rejects(
      put(CONTENT, url(port, "new")),
      failure("refused", /the server says: Access violation/, details),
    );
  });

  test("nobody at all", async () => {
    const port = await freePort();
    await assert.rejects(get(url(port, "file"), SOON), failure("no-answer", /nobody answers there; check/));
  });

  test("a name without an address", async () => {
    await assert.rejects(get("tftp://no-such-host.invalid/file"), failure("unknown-host", /means no address/));
  });

  test("a server that falls silent half-way, and one that never says that all has come", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const fetching = get(url(server.port, "file"), SOON);
    await server.receive(1);
    await server.reply(Buffer.concat([Buffer.from([0, 3, 0, 1]), CONTENT.subarray(0, 512)]));
    await assert.rejects(fetching, failure("timed-out", /no more answers came after 512 bytes/));

    await using other = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const putting = put(CONTENT.subarray(0, 10), url(other.port, "file"), SOON);
    await other.receive(2);
    await other.acknowledge(0);
    const outcome = OUTCOME_PROBABLY_COMPLETED;
    await assert.rejects(putting, failure("unconfirmed", /look whether the file has arrived/, { outcome }));
  });

  test("a device that says it in its own words", async () => {
    await using device = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const putting = put(CONTENT, url(device.port, "firmware"), { useOptions: false });
    await device.receive(2);
    await device.reply(Buffer.from("Invalid image\r\n"));
    const details = { serverText: "Invalid image", errorCode: 0 };
    await assert.rejects(putting, failure("refused", /the server says: Invalid image$/, details));
  });

  test("a server that grants what was not asked", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const fetching = get(url(server.port, "file"));
    await server.receive(1);
    await server.reply(Buffer.from("\0\x06blksize\x001468\0", "latin1"));
    await assert.rejects(fetching, failure("protocol", /does not keep to what was asked/));
    await server.expectError(8);
  });

  test("files at this end", async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(path.join(folder, "file"), "mine");
    symlinkSync("none", path.join(folder, "link"));
    const { port } = await served(t);
    const cases: readonly (readonly [promise: Promise<unknown>, message: RegExp])[] = [
      [put(path.join(folder, "none"), url(port, "x")), /there is no file .*none/],
      [put(folder, url(port, "x")), /is a folder; name a file/],
      [get(url(port, "file"), { to: path.join(folder, "none", "x") }), /there is no folder for .*; make it first/],
      [get(url(port, "folder/.."), { to: folder }), /ends with no file name/],
      [get(url(port, "file"), { to: `${path.join(folder, "none")}/` }), /there is no folder .*none\/; make it first/],
      [get(url(port, "file"), { to: `${path.join(folder, "file")}/` }), /there is no folder .*file\/; make it first/],
      [get(url(port, "file"), { to: path.join(folder, "link") }), /link is a link to what is not there; remove it/],
      [get(url(port, "file"), { to: path.join(folder, "file", "x") }), /x cannot be written: ENOTDIR/],
    ];
    for (const [promise, message] of cases) {
      await assert.rejects(promise, failure("local-file", message));
    }
    assert.deepEqual(readdirSync(folder), ["file", "link"]);
    assert.equal(readFileSync(path.join(folder, "file"), "utf8"), "mine");
  });

  test("a device that takes nothing more, and standard output of a get that failed", async (t) => {
    const { port } = await served(t, { small: Buffer.from("small") });
    const full = get(url(port, "small"), { to: "/dev/full" });
    await assert.rejects(full, failure("local-file", /the stream failed: .*ENOSPC/));
    const before = process.stdout.listenerCount("error");
    await assert.rejects(get(url(port, "missing"), { to: process.stdout }), failure("not-found", /no such file/));
    assert.equal(process.stdout.listenerCount("error"), before);
  });

  test("calls that make no sense are TypeErrors and RangeErrors", async () => {
    for (const wrong of ["http://host/file", "tftp://host", "tftp://host/", "tftp:///file", "host/file", ""]) {
      await assert.rejects(get(wrong), /is no address of a file on a TFTP server; write it like/);
    }
    await assert.rejects(get("tftp://host:0/file"), TypeError);
    await assert.rejects(get("tftp://host:65536/file"), TypeError);
    await assert.rejects(get("tftp://host/100%"), /write %25 for the character itself/);
    await assert.rejects(get("tftp://host/file;mode=mail"), /has the mode mail/);
    await assert.rejects(get("tftp://127.0.0.1/file", { blockSizeBytes: 513 }), RangeError);
    await assert.rejects(put(CONTENT, "tftp://127.0.0.1/file", { windowSize: 0 }), RangeError);
    await assert.rejects(get("tftp://127.0.0.1/file", { giveUpMs: 0 }), RangeError);
  });
});

describe("a signal", () => {
  test("that is aborted already: nothing is sent", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    await assert.rejects(get(url(server.port, "file"), { signal: AbortSignal.abort() }), { name: "AbortError" });
    await server.expectSilence();
  });

  test("in the middle: the server is told", async (t) => {
    const folder = await served(t);
    const end = folder.nextEnd();
    const abortion = new AbortController();
    const onProgress = (): void => abortion.abort();
    await assert.rejects(get(url(folder.port, "file"), { signal: abortion.signal, onProgress }), {
      name: "AbortError",
    });
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
  });

  test("while nobody answers", async () => {
    const abortion = new AbortController();
    const waiting = get(url(await freePort(), "file"), { wait: true, signal: abortion.signal });
    setTimeout(() => abortion.abort(), 20);
    await assert.rejects(waiting, { name: "AbortError" });
  });
});

test("wait: the server may come later", async (t) => {
  const port = await freePort();
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "file"), CONTENT);
  const waiting = get(url(port, "file"), { wait: true, ...SOON });
  await new Promise((resolve) => setTimeout(resolve, 2 * SOON.giveUpMs));
  const server = new TftpServer({ root, host: LOOPBACK, port });
  t.after(() => server.close());
  await server.listen();
  assert.deepEqual((await waiting).content, CONTENT);
});

test("over a network that loses, doubles and reorders, both ways", async (t) => {
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
  assert.ok(link.toServer.lost > 0 && link.toClients.lost > 0, "something was lost in both directions");
});

test("a process may end as soon as it has its file, although the last ACK may still be asked for", async (t) => {
  const { port } = await served(t);
  const program = `import { get } from "lockstep-tftp";
    console.log((await get("${url(port, "file")}", { lingerMs: 86_400_000 })).bytes);`;
  const { code, stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: PROJECT });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${CONTENT.length}\n` });
  assert.equal(existsSync(path.join(PROJECT, "file")), false);
});
