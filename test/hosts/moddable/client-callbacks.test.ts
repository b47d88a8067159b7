/** Files, callbacks and closing of the board's client class, as built, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OUTCOME_STOPPED,
  OUTCOME_STORAGE_FAILED,
  type ReadableFile,
} from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, errorMessage, numberOf, opcodeOf } from "lockstep-tftp/simulated";
import { blockOf } from "../../support/peer.js";
import { ADDRESS, answer, CONTENT, download, give, sentOne, start, storage, upload } from "./client-harness.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import { network, type SentMessage } from "./sdk/udp.js";

describe("a file that the client does not take is closed", () => {
  const request = { address: ADDRESS, name: "file" };

  test("without a socket", () => {
    const errors: unknown[] = [];
    const client = start({ onError: (thrown) => errors.push(thrown) });
    network.isUp = false;
    assert.equal(client.get(request, download()), -1);
    assert.equal(storage.openHandles, 0);
    assert.equal(errors.length, 1);
  });

  test("without room for one more transfer", () => {
    const client = start();
    assert.equal(client.get(request, download("one")), 0);
    assert.equal(client.get(request, download("two")), -1);
    assert.equal(storage.openHandles, 1);
  });

  test("if the request is invalid", () => {
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

  test("if the client is closed", () => {
    const client = start();
    client.close();
    assert.throws(() => client.put(request, upload()), /closed/);
    assert.equal(storage.openHandles, 0);
    assert.equal(scheduledTimers(), 0);
  });

  test("if its close throws, which onError receives", () => {
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

test("a storage's refusal is not taken for a file", () => {
  const refused = storage.openForReading("missing") as unknown as ReadableFile;
  assert.throws(() => start().put({ address: ADDRESS, name: "missing" }, refused), /refused the file \(error 1\)/);
  assert.equal(network.sent.length, 0);
});

test("onError receives exceptions of files and callbacks, and other transfers go on", () => {
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

test("close and abort send an ERROR to the server", () => {
  const outcomes: number[] = [];
  const client = start({ maxTransfers: 2, onEnded: (_transfer, outcome) => outcomes.push(outcome) });
  for (const name of ["one", "two"]) {
    client.get({ address: ADDRESS, name }, download(name));
    answer(sentOne().from, dataMessage(1, blockOf(CONTENT, 1)));
    sentOne();
  }
  for (const unused of [-1, 2, Number.NaN]) {
    client.abort(unused);
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
