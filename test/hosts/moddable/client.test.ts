/** The client class of a board, as the build has made it, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import {
  ERROR_UNKNOWN_TRANSFER_ID,
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_STOPPED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_UNANSWERED,
  type ReadableFile,
  type WritableFile,
} from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, errorMessage, numberOf, opcodeOf, payloadOf } from "lockstep-tftp/simulated";
import type { default as TFTPClientClass, TFTPClientOptions } from "../../../dist/types/hosts/moddable/client.js";
import { CaseStorage } from "../../support/case-storage.js";
import { blockOf } from "../../support/peer.js";
import { boardModule, resetBoard } from "./board.js";
import { contentsOf } from "./client.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import UDP, { BufferUDP, deliver, network, type SentMessage } from "./sdk/udp.js";

const { default: TFTPClient } = await boardModule<{ default: typeof TFTPClientClass }>("client");

const ADDRESS = "192.168.1.1";
const ADDRESS_BITS = 0xc0a80101;
const SERVER_PORT = 5000;
/** Longer than a request lives without an answer, and longer than a finished download lingers. */
const LONG_MS = 60_000;
const CONTENT = contentsOf(1300);

let storage: CaseStorage;

beforeEach(() => {
  resetBoard();
  BufferUDP.buffers.clear();
  storage = new CaseStorage();
  storage.files.set("firmware", CONTENT);
});

function start(options: Partial<TFTPClientOptions> = {}): TFTPClientClass {
  return new TFTPClient({ io: UDP as unknown as TFTPClientOptions["io"], ...options });
}

function download(name = "file"): WritableFile {
  return storage.openForWriting(name, -1) as WritableFile;
}

function upload(): ReadableFile {
  return storage.openForReading("firmware") as ReadableFile;
}

/** The only message that was sent since the last look. */
function sentOne(): SentMessage {
  assert.equal(network.sent.length, 1, "messages that were sent");
  return network.sent.pop() as SentMessage;
}

/** The server sends to where the request came from. */
function answer(to: number, message: Uint8Array, port = SERVER_PORT): void {
  deliver(to, { address: ADDRESS, port, message });
}

/** The server gives all of `CONTENT` to the request that was just sent, and looks at the acknowledgements. */
function give(): void {
  const { from } = sentOne();
  for (const block of [1, 2, 3]) {
    answer(from, dataMessage(block, blockOf(CONTENT, block)));
    const sent = sentOne();
    assert.deepEqual([sent.address, sent.port, numberOf(sent.bytes)], [ADDRESS, SERVER_PORT, block]);
  }
}

for (const [what, io, transferAddress] of [
  ["whose addresses are texts", UDP, ADDRESS],
  ["whose addresses are numbers", BufferUDP, ADDRESS_BITS],
] as const) {
  describe(`on sockets ${what}`, () => {
    for (const address of [ADDRESS, ADDRESS_BITS]) {
      test(`fetches a file from ${address}, which answers from a port of its own`, () => {
        const told: unknown[] = [];
        const client = start({
          io: io as unknown as TFTPClientOptions["io"],
          target: "mine",
          onStarted(transfer) {
            told.push(this.target, transfer.address);
          },
          onEnded(transfer, outcome) {
            told.push(transfer.name, transfer.bytes, outcome);
          },
        });
        assert.equal(client.get({ address, name: "file" }, download()), 0);
        const [request] = network.sent;
        assert.deepEqual([request?.address, request?.port], [ADDRESS, 69]);
        assert.equal(opcodeOf(request?.bytes as Uint8Array), OPCODE_READ_REQUEST);
        give();
        assert.deepEqual(storage.files.get("file"), CONTENT);
        assert.deepEqual(told, ["mine", transferAddress, "file", CONTENT.length, OUTCOME_COMPLETED]);
        assert.equal(client.running, 0);
        advance(LONG_MS);
        assert.equal(network.sockets.size, 0);
        assert.equal(scheduledTimers(), 0);
      });
    }
  });
}

test("all datagrams are read into one buffer where the sockets can", () => {
  const client = start({ io: BufferUDP as unknown as TFTPClientOptions["io"], maxTransfers: 2 });
  for (const name of ["one", "two"]) {
    client.get({ address: ADDRESS, name }, download(name));
    give();
  }
  assert.equal(BufferUDP.buffers.size, 1);
});

test("nothing is looped over for a datagram, since on XS each loop's iterator is garbage", (t) => {
  start().get({ address: ADDRESS, name: "file" }, download());
  const { from } = sentOne();
  answer(from, dataMessage(1, blockOf(CONTENT, 1)));
  const block = dataMessage(2, blockOf(CONTENT, 2));
  const idle = new UDP({ port: 1, onReadable: () => undefined });
  const iterators: { next(): unknown } = Object.getPrototypeOf([].values());
  const loops = t.mock.method(iterators, "next").mock;
  answer(1, block);
  const ofTheStandIn = loops.callCount();
  answer(from, block);
  const all = loops.callCount();
  t.mock.restoreAll();
  idle.close();
  assert.equal(network.sent.length, 2);
  assert.ok(ofTheStandIn > 0);
  assert.equal(all, 2 * ofTheStandIn);
});

test("puts a file to another port", () => {
  const client = start();
  client.put({ address: ADDRESS, port: 6969, name: "firmware" }, upload());
  const request = sentOne();
  assert.deepEqual([request.port, opcodeOf(request.bytes)], [6969, OPCODE_WRITE_REQUEST]);
  answer(request.from, acknowledgement(0));
  for (const block of [1, 2, 3]) {
    assert.deepEqual(Buffer.from(payloadOf(sentOne().bytes)), Buffer.from(blockOf(CONTENT, block)));
    answer(request.from, acknowledgement(block));
  }
  assert.equal(client.running, 0);
  assert.equal(network.sockets.size, 0);
  assert.equal(storage.openHandles, 0);
});

test("what nobody answers is repeated, and given up", () => {
  const outcomes: number[] = [];
  const client = start({ onEnded: (_transfer, outcome) => outcomes.push(outcome) });
  client.get({ address: ADDRESS, name: "file" }, download());
  advance(1000);
  assert.equal(network.sent.length, 2);
  advance(LONG_MS);
  assert.deepEqual(outcomes, [OUTCOME_UNANSWERED]);
  assert.equal(storage.openHandles, 0);
  assert.equal(network.sockets.size, 0);
});

test("a refusal is told, with the server's words", () => {
  const told: unknown[] = [];
  const client = start({ onEnded: (transfer, outcome) => told.push(outcome, transfer.errorCode, transfer.errorText) });
  client.get({ address: ADDRESS, name: "file" }, download());
  answer(sentOne().from, errorMessage(1, "no such file"));
  assert.deepEqual(told, [OUTCOME_DECLINED, 1, "no such file"]);
});

test("strangers get ERROR 5, and the transfer goes on", () => {
  const client = start();
  client.get({ address: ADDRESS, name: "file" }, download());
  const { from } = sentOne();
  answer(from, dataMessage(1, blockOf(CONTENT, 1)));
  sentOne();
  answer(from, dataMessage(1, blockOf(CONTENT, 1)), SERVER_PORT + 1);
  const refusal = sentOne();
  assert.deepEqual([refusal.port, numberOf(refusal.bytes)], [SERVER_PORT + 1, ERROR_UNKNOWN_TRANSFER_ID]);
  assert.equal(client.running, 1);
});

describe("a file that is not taken is closed:", () => {
  const request = { address: ADDRESS, name: "file" };

  test("when there is no socket", () => {
    const errors: unknown[] = [];
    const client = start({ onError: (thrown) => errors.push(thrown) });
    network.isUp = false;
    assert.equal(client.get(request, download()), -1);
    assert.equal(storage.openHandles, 0);
    assert.equal(errors.length, 1);
  });

  test("when there is no room", () => {
    const client = start();
    assert.equal(client.get(request, download("one")), 0);
    assert.equal(client.get(request, download("two")), -1);
    assert.equal(storage.openHandles, 1);
  });

  test("when the request makes no sense", () => {
    const client = start();
    for (const wrong of [
      { ...request, address: "router" },
      { ...request, address: -1 },
      { ...request, address: 2 ** 32 },
      { ...request, port: 0 },
      { ...request, windowSize: 0 },
    ]) {
      assert.throws(() => client.get(wrong, download()), RangeError);
    }
    assert.equal(storage.openHandles, 0);
    assert.equal(network.sent.length, 0);
  });

  test("when the client is closed", () => {
    const client = start();
    client.close();
    assert.throws(() => client.put(request, upload()), /closed/);
    assert.equal(storage.openHandles, 0);
    assert.equal(scheduledTimers(), 0);
  });

  test("when its close throws, which is told", () => {
    const errors: unknown[] = [];
    const client = start({ onError: (thrown) => errors.push((thrown as Error).message) });
    const file = {
      ...{ write: () => 0, commit: () => 0 },
      close() {
        throw new Error("close");
      },
    };
    assert.throws(() => client.get({ ...request, port: 0 }, file), /port is 0/);
    assert.deepEqual(errors, ["close"]);
  });
});

test("what a storage has refused is not taken for a file", () => {
  const refused = storage.openForReading("missing") as unknown as ReadableFile;
  assert.throws(() => start().put({ address: ADDRESS, name: "missing" }, refused), /refused the file \(error 1\)/);
  assert.equal(network.sent.length, 0);
});

test("what a file or a callback throws ends nothing else", () => {
  const errors: unknown[] = [];
  const outcomes: number[] = [];
  const client = start({
    onProgress() {
      throw new Error("callback");
    },
    onEnded: (_transfer, outcome) => outcomes.push(outcome),
    onError: (thrown) => errors.push((thrown as Error).message),
  });
  const file = {
    sizeBytes: 10,
    read(): number {
      throw new Error("file");
    },
    close() {},
  };
  client.put({ address: ADDRESS, name: "file" }, file);
  answer(sentOne().from, acknowledgement(0));
  assert.deepEqual(outcomes, [OUTCOME_STORAGE_FAILED]);
  network.sent.length = 0;
  client.get({ address: ADDRESS, name: "file" }, download());
  answer(sentOne().from, dataMessage(1, new Uint8Array(3)));
  assert.deepEqual(errors, ["file", "callback"]);
  assert.equal(storage.files.get("file")?.length, 3);
});

test("close and abort tell the server", () => {
  const outcomes: number[] = [];
  const client = start({ maxTransfers: 2, onEnded: (_transfer, outcome) => outcomes.push(outcome) });
  for (const name of ["one", "two"]) {
    client.get({ address: ADDRESS, name }, download(name));
    answer(sentOne().from, dataMessage(1, blockOf(CONTENT, 1)));
    sentOne();
  }
  for (const nobody of [-1, 2, Number.NaN]) {
    client.abort(nobody);
  }
  client.abort(0);
  assert.equal(opcodeOf(sentOne().bytes), OPCODE_ERROR);
  client.close();
  client.close();
  assert.equal(opcodeOf(sentOne().bytes), OPCODE_ERROR);
  assert.deepEqual(outcomes, [OUTCOME_STOPPED, OUTCOME_STOPPED]);
  assert.equal(network.sockets.size, 0);
  assert.equal(storage.openHandles, 0);
  assert.deepEqual(storage.files.names, ["firmware"]);
});

describe("a callback", () => {
  for (const way of ["close", "abort"] as const) {
    test(`may ${way} in the middle of the engine's work`, () => {
      const outcomes: number[] = [];
      const errors: unknown[] = [];
      const client = start({
        onProgress(transfer) {
          this[way](transfer.slot);
        },
        onEnded: (_transfer, outcome) => outcomes.push(outcome),
        onError: (thrown) => errors.push(thrown),
      });
      client.put({ address: ADDRESS, name: "firmware" }, upload());
      const { from } = sentOne();
      for (const block of [0, 1]) {
        answer(from, acknowledgement(block));
      }
      assert.deepEqual([outcomes, errors], [[OUTCOME_STOPPED], []]);
      assert.equal(opcodeOf(network.sent.at(-1)?.bytes as Uint8Array), OPCODE_ERROR);
      assert.equal(storage.openHandles, 0);
      assert.equal(network.sockets.size, 0);
      assert.equal(client.running, 0);
    });
  }

  test("may begin the next transfer when one has ended", () => {
    const client = start({
      maxTransfers: 2,
      onEnded(transfer) {
        if (transfer.name === "one") {
          assert.equal(this.get({ address: ADDRESS, name: "two" }, download("two")), 1);
        }
      },
    });
    client.get({ address: ADDRESS, name: "one" }, download("one"));
    const { from } = sentOne();
    answer(from, dataMessage(1, new Uint8Array(3)));
    const [lastAcknowledgement, request] = network.sent.splice(0);
    assert.deepEqual([lastAcknowledgement?.from, numberOf(lastAcknowledgement?.bytes as Uint8Array)], [from, 1]);
    network.sent.push(request as SentMessage);
    give();
    assert.deepEqual(storage.files.get("two"), CONTENT);
  });

  test("that begins a transfer has it repeated in time", () => {
    const client = start({
      maxTransfers: 2,
      onEnded(transfer) {
        if (transfer.name === "one") {
          this.get({ address: ADDRESS, name: "two" }, download("two"));
        }
      },
    });
    client.get({ address: ADDRESS, name: "one" }, download("one"));
    answer(sentOne().from, errorMessage(1, "no"));
    sentOne();
    advance(1000);
    assert.equal(opcodeOf(sentOne().bytes), OPCODE_READ_REQUEST);
  });

  test("that begins a transfer may close the client afterwards", () => {
    const errors: unknown[] = [];
    const client = start({
      maxTransfers: 2,
      onProgress() {
        this.get({ address: ADDRESS, name: "two" }, download("two"));
        this.close();
      },
      onError: (thrown) => errors.push(thrown),
    });
    client.put({ address: ADDRESS, name: "firmware" }, upload());
    const { from } = sentOne();
    for (const block of [0, 1]) {
      answer(from, acknowledgement(block));
    }
    assert.deepEqual(errors, []);
    assert.equal(client.running, 0);
    assert.equal(storage.openHandles, 0);
    assert.equal(network.sockets.size, 0);
  });
});
