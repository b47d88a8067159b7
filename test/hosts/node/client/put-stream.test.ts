/** `put` from a stream: a part of it is in memory at a time, whatever happens to the stream or on the way. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FORBIDDEN, put, type Storage, TftpServer } from "lockstep-tftp";
import { OUTCOME_ABORTED_BY_PEER, type TransferView } from "lockstep-tftp/engine";
import { FaultyLink } from "../../../support/faulty-link.js";
import { CLI, run } from "../../../support/program.js";
import { SEED, seededBytes } from "../../../support/seed.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { openServer, tftpError, url } from "./client-support.js";

const MIB = 1024 * 1024;
/** What a put reads in advance, without windows. */
const READ_AHEAD_BYTES = MIB;
const PART = seededBytes(3, 64 * 1024);
/** More than is read in advance. */
const LONG = seededBytes(4, 1.5 * MIB);
/** Repeats soon, so that a lossy link takes no time. */
const SOON = { initialIntervalMs: 30, minIntervalMs: 30, maxIntervalMs: 200 };

/** A server that keeps nothing of an upload but its digest and the size that was announced. */
async function openDigestingServer(t: TestContext) {
  const digest = createHash("sha256");
  const announced: number[] = [];
  const storage: Storage = {
    openForReading: () => FORBIDDEN,
    openForWriting(_name, sizeBytes) {
      announced.push(sizeBytes);
      return {
        write(source, offset, length) {
          digest.update(new Uint8Array(source.buffer, source.byteOffset + offset, length));
          return 0;
        },
        commit: () => 0,
        close() {},
      };
    },
  };
  const server = new TftpServer({ storage, host: LOOPBACK, port: 0 });
  await server.listen();
  t.after(() => server.close());
  return { port: server.addresses[0]?.port as number, announced, digest: () => digest.digest("hex") };
}

/** Delivers a long stream up to its end or a failure. `pause` is awaited before that. */
async function* longStream(pause: () => Promise<void>, failure?: Error): AsyncGenerator<Uint8Array> {
  yield LONG.subarray(0, MIB);
  yield LONG.subarray(MIB);
  await pause();
  if (failure !== undefined) {
    throw failure;
  }
  yield PART;
}

/** A promise, and a listener of progress that resolves it when a put has sent nearly everything that has come. */
function untilDrained() {
  let resolve: () => void;
  const drained = new Promise<void>((settle) => {
    resolve = settle;
  });
  const onProgress = ({ bytes }: TransferView): void => {
    if (bytes >= LONG.length - 4 * 512) {
      resolve();
    }
  };
  return { drained, onProgress };
}

function never(): Promise<void> {
  return new Promise(() => {});
}

describe("put from a stream", () => {
  test("64 MiB take a mebibyte of memory, and their size is not announced", async (t) => {
    const server = await openDigestingServer(t);
    const digest = createHash("sha256");
    let produced = 0;
    let acknowledged = 0;
    let most = 0;
    async function* stream(): AsyncGenerator<Uint8Array> {
      while (produced < 64 * MIB) {
        produced += PART.length;
        most = Math.max(most, produced - acknowledged);
        digest.update(PART);
        yield PART;
      }
    }
    const onProgress = ({ bytes }: TransferView): void => {
      acknowledged = bytes;
    };
    const { bytes } = await put(stream(), url(server.port, "file"), { windowSize: 16, onProgress });
    assert.equal(bytes, 64 * MIB);
    assert.equal(server.digest(), digest.digest("hex"));
    assert.deepEqual(server.announced, [-1]);
    // The stream itself holds a few parts more.
    assert.ok(most > READ_AHEAD_BYTES && most < READ_AHEAD_BYTES + 6 * PART.length, `${most} bytes in memory`);
  });

  test("a stream that ends within the read-ahead has its size announced", async (t) => {
    const server = await openDigestingServer(t);
    await put(Readable.from([PART, "größe"]), url(server.port, "file"));
    await put(Readable.from([]), url(server.port, "empty"));
    assert.deepEqual(server.announced, [PART.length + 7, 0]);
  });

  for (const mode of ["octet", "netascii"] as const) {
    test(`${mode}: a long stream arrives whole over a link that loses and reorders windows`, async (t) => {
      const folder = await openServer(t, {});
      const faults = { loss: 0.01, duplication: 0.01, reordering: 0.01, reorderingMs: 5, delayMs: 0 };
      const link = await FaultyLink.open(folder.port, faults, SEED);
      t.after(() => link.close());
      // Without carriage returns, which netascii on this system would take for line ends.
      const text = LONG.map((byte) => (byte === 13 ? 10 : byte));
      await put(Readable.from([text.subarray(0, 700_001), text.subarray(700_001)]), url(link.port, "file"), {
        mode,
        windowSize: 8,
        ...SOON,
      });
      assert.ok(Buffer.from(text).equals(folder.contents("file")));
    });
  }

  test("a stream that pauses keeps the transfer, and goes on", async (t) => {
    const folder = await openServer(t, {});
    const { drained, onProgress } = untilDrained();
    // Long enough for a repeat, on a machine with time for it.
    const pause = (): Promise<void> => drained.then(() => sleep(100));
    await put(longStream(pause), url(folder.port, "file"), { onProgress, ...SOON });
    assert.ok(Buffer.concat([LONG, PART]).equals(folder.contents("file")));
  });

  test("a stream that fails half-way tells the server, and the error says how far it came", async (t) => {
    const folder = await openServer(t, {});
    const end = folder.nextEnd();
    const cause = new Error("the tape is torn");
    const { drained, onProgress } = untilDrained();
    const source = Readable.from(longStream(() => drained, cause));
    await assert.rejects(
      put(source, url(folder.port, "file"), { onProgress }),
      tftpError("local-file", /: the stream failed after 1572864 bytes: the tape is torn$/, { cause }),
    );
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
    assert.equal(folder.has("file"), false);
    assert.ok(source.destroyed);
  });

  test("a stream that is closed before its end is a failure", async (t) => {
    const folder = await openServer(t, {});
    const end = folder.nextEnd();
    const { drained, onProgress } = untilDrained();
    const source = new Readable({ read: (): void => {} });
    source.push(LONG);
    void drained.then(() => source.destroy());
    await assert.rejects(
      put(source, url(folder.port, "file"), { onProgress }),
      tftpError("local-file", /: the stream failed after 1572864 bytes: it was closed before its end$/),
    );
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
    assert.equal(folder.has("file"), false);
  });

  test("a stream that fails at once, or delivers something else than bytes, sends nothing", async () => {
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const cause = new Error("no tape");
    const failing = new Readable({ read: (): void => void failing.destroy(cause) });
    await assert.rejects(
      put(failing, url(server.port, "file")),
      tftpError("local-file", /: the stream failed after 0 bytes: no tape$/, { cause }),
    );
    await assert.rejects(
      put(Readable.from([PART, 7]), url(server.port, "file")),
      tftpError("local-file", /: the stream failed after 65536 bytes: a stream must deliver bytes or strings$/),
    );
    await server.expectSilence();
  });

  test("a stream that stalls ends the transfer after the time of giveUpMs, and the server is told", async (t) => {
    const folder = await openServer(t, {});
    const end = folder.nextEnd();
    const source = Readable.from(longStream(never));
    await assert.rejects(
      put(source, url(folder.port, "file"), { giveUpMs: 2000 }),
      tftpError("local-file", /: the stream failed after 1572864 bytes: no more came for 2 s; save it as a file/),
    );
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
    assert.ok(source.destroyed);
  });

  test("an abort ends a put that waits for its stream, before the request and in the middle", async (t) => {
    const folder = await openServer(t, {});
    const early = new AbortController();
    const silent = new Readable({ read: () => early.abort() });
    await assert.rejects(put(silent, url(folder.port, "file"), { signal: early.signal }), { name: "AbortError" });
    assert.ok(silent.destroyed);

    const late = new AbortController();
    const { drained, onProgress } = untilDrained();
    const end = folder.nextEnd();
    void drained.then(() => late.abort());
    const waiting = put(longStream(never), url(folder.port, "file"), { signal: late.signal, onProgress });
    await assert.rejects(waiting, { name: "AbortError" });
    assert.equal((await end).outcome, OUTCOME_ABORTED_BY_PEER);
  });

  test("a window that no request can have is refused, and the stream is closed", async () => {
    for (const windowSize of [16_385, Number.NaN, 2 ** 40]) {
      const source = Readable.from(longStream(never));
      await assert.rejects(put(source, url(9, "file"), { windowSize }), RangeError);
      assert.ok(source.destroyed);
    }
  });

  test("a server that refuses a stream gets advice about its size", async () => {
    await using folder = await ServedFolder.open({ file: PART }, { write: "new" });
    const refused = put(longStream(never), url(folder.port, "file"));
    await assert.rejects(
      refused,
      tftpError("refused", /the server says: .*; if it wants to know the size, which a stream/),
    );
    await assert.rejects(put(PART, url(folder.port, "file")), ({ message }: Error) => !message.includes("size"));
  });

  test("lockstep-tftp put - ends when the server refuses, although its input goes on", async () => {
    await using folder = await ServedFolder.open({ file: PART }, { write: "new" });
    const command = `yes | "$0" "$1" put - "$2" --quiet`;
    const ended = await run("sh", ["-c", command, process.execPath, CLI, url(folder.port, "file")]);
    assert.deepEqual([ended.code, ended.stdout], [4, ""]);
    assert.match(ended.stderr, /^lockstep-tftp: putting "file" to .*: the server says: /);
  });
});
