/** Uploads whose storage completes them later: the last ACK waits for the promise of `commit`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EXISTS, type LaterWritableFile, refuse } from "lockstep-tftp";
import { ERROR_FILE_EXISTS, ERROR_NOT_DEFINED } from "lockstep-tftp/engine";
import { errorMessage } from "lockstep-tftp/simulated";
import { putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { eventsOf, MemoryFile, settle } from "./promised-files.js";

const CONTENT = seededBytes(1, 700);
const LAST_BLOCK = CONTENT.subarray(512);

/** Takes uploads, whose completion a test decides. */
class LateUploads {
  readonly commits: PromiseWithResolvers[] = [];
  readonly files: MemoryFile[] = [];

  openForReading(): number {
    return refuse(EXISTS, "uploads only");
  }

  openForWriting(): LaterWritableFile {
    const file = new MemoryFile();
    this.files.push(file);
    return {
      write: (source, offset, length) => file.write(source, offset, length),
      commit: () => {
        const commit = promiseWithResolvers();
        this.commits.push(commit);
        return commit.promise;
      },
      close: () => file.close(),
    };
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<number>;
  readonly answer: (result: number) => void;
  readonly fail: (error: unknown) => void;
}

function promiseWithResolvers(): PromiseWithResolvers {
  let answer!: (result: number) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<number>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  return { promise, answer, fail };
}

/** A client that has sent all of its file, and waits for the last ACK. */
async function committing(t: Parameters<typeof serving>[0]) {
  const storage = new LateUploads();
  const { server, port } = await serving(t, { storage });
  const peer = await SocketPeer.open(port);
  t.after(() => peer[Symbol.asyncDispose]());
  const reasons: string[] = [];
  server.on("ended", (_, { outcomeName, reason }) => reasons.push(`${outcomeName}: ${reason?.text}`));
  await peer.write("backup");
  await peer.expectAcknowledgement(0);
  await peer.data(1, CONTENT.subarray(0, 512));
  await peer.expectAcknowledgement(1);
  await peer.data(2, LAST_BLOCK);
  await settle(port);
  return { storage, server, port, peer, reasons, ...eventsOf(server) };
}

test("an upload is acknowledged when the promise of commit has brought 0, and its repeats are not passed on", async (t) => {
  const { storage, port, peer, reasons } = await committing(t);
  for (let times = 0; times < 3; times++) {
    await peer.data(2, LAST_BLOCK);
  }
  await settle(port);
  assert.deepEqual([storage.commits.length, storage.files[0]?.closedCount, reasons], [1, 0, []]);
  storage.commits[0]?.answer(0);
  await peer.expectAcknowledgement(2);
  await settle(port);
  assert.deepEqual(Buffer.concat(storage.files[0]?.received ?? []), CONTENT);
  assert.deepEqual([storage.files[0]?.closedCount, reasons], [1, ["completed: undefined"]]);
});

test("a client of the system's gets its file through, and the server serves others meanwhile", async (t) => {
  const storage = new LateUploads();
  const { port } = await serving(t, { storage });
  const slow = putFile("slow", CONTENT, { port });
  while (storage.commits.length === 0) {
    await settle(port);
  }
  const quick = putFile("quick", CONTENT, { port });
  while (storage.commits.length === 1) {
    await settle(port);
  }
  storage.commits[1]?.answer(0);
  await quick;
  storage.commits[0]?.answer(0);
  await slow;
});

for (const [title, end, code, reason, message] of [
  [
    "a refusal with a reason",
    ({ answer }: PromiseWithResolvers) => answer(refuse(EXISTS, "the store has it")),
    ERROR_FILE_EXISTS,
    "storage_failed: the file exists already",
    undefined,
  ],
  [
    "a rejection",
    ({ fail }: PromiseWithResolvers) => fail(new Error("the store is gone")),
    ERROR_NOT_DEFINED,
    "storage_failed: failed: the store is gone",
    "The storage failed: the store is gone",
  ],
  [
    "a result that is no result",
    ({ answer }: PromiseWithResolvers) => answer(undefined as never),
    ERROR_NOT_DEFINED,
    "storage_failed: failed: the promise of commit brought undefined; it must bring 0 or a refusal",
    "The storage failed: the promise of commit brought undefined; it must bring 0 or a refusal",
  ],
] as const) {
  test(`${title} of a late commit is an ERROR with its reason`, async (t) => {
    const { storage, port, peer, reasons, errors } = await committing(t);
    end(storage.commits[0] as PromiseWithResolvers);
    await peer.expectError(code);
    await settle(port);
    assert.deepEqual(reasons, [reason]);
    assert.deepEqual(
      errors.map((error) => error.message),
      message === undefined ? [] : [message],
    );
    assert.equal(storage.files[0]?.closedCount, 1);
  });
}

test("the reason that an async commit gives goes with its own refusal", async (t) => {
  const storage = new LateUploads();
  const uploads = {
    openForReading: () => EXISTS,
    openForWriting: (name: string) => ({
      ...storage.openForWriting(),
      commit: async () => {
        await new Promise((resolve) => setTimeout(resolve, name === "a" ? 20 : 1));
        return refuse(EXISTS, `the store has ${name}`);
      },
    }),
  };
  const { server, port } = await serving(t, { storage: uploads });
  const reasons: (string | undefined)[] = [];
  server.on("ended", ({ name }, { reason }) => reasons.push(`${name}: ${reason?.text}`));
  const puts = ["a", "b"].map((name) =>
    assert.rejects(putFile(name, CONTENT, { port }), { errorCode: ERROR_FILE_EXISTS }),
  );
  await Promise.all(puts);
  assert.deepEqual(reasons.sort(), ["a: the store has a", "b: the store has b"]);
});

test("a client that aborts closes the file, and what commit brings later is ignored", async (t) => {
  const { storage, port, peer, reasons, errors } = await committing(t);
  await peer.reply(errorMessage(ERROR_NOT_DEFINED));
  await settle(port);
  assert.equal(storage.files[0]?.closedCount, 1);
  storage.commits[0]?.fail(new Error("aborted"));
  await settle(port);
  assert.deepEqual([reasons, errors], [["aborted_by_peer: undefined"], []]);
});

test("a server that is closed waits for late commits as for transfers, and then ends them", async (t) => {
  const { storage, server, peer } = await committing(t);
  const closing = server.close({ graceMs: 3_600_000 });
  storage.commits[0]?.answer(0);
  await peer.expectAcknowledgement(2);
  await closing;

  const other = await committing(t);
  await other.server.close();
  await other.peer.expectError(ERROR_NOT_DEFINED);
  assert.equal(other.storage.files[0]?.closedCount, 1);
});

test("what is no upload by TFTP does not wait for a late commit", async (t) => {
  const storage = new LateUploads();
  const { server } = await serving(t, { storage });
  const file = server.storage.openForWriting("backup", -1, "127.0.0.1");
  assert.ok(typeof file === "object");
  assert.ok(file.commit() < 0);
  file.close();
});
