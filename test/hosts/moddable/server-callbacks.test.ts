/** Callbacks, exceptions and closing of the board's server class, as built, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ERROR_DISK_FULL,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  FAILED,
  OUTCOME_COMPLETED,
  OUTCOME_STOPPED,
} from "lockstep-tftp/engine";
import { consoleLines } from "./board.js";
import { acknowledgement, Client, contentsOf, errorCode, readRequest, SERVER_PORT } from "./client.js";
import { breakOnce } from "./sdk/time.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import { deliver, network } from "./sdk/udp.js";
import { FIRST_WAIT_MS, start } from "./server-harness.js";

test("exceptions inside the server leave neither the callback of a socket nor that of a timer", () => {
  const errors: unknown[] = [];
  start({ onError: (error) => errors.push(error) });
  const client = new Client();
  const other = new Client();
  breakOnce();
  deliver(SERVER_PORT, client.arrival(readRequest("1.bin")), other.arrival(readRequest("1.bin")));
  assert.equal(errors.length, 1);
  assert.equal(other.take().length, 1, "what came with it is answered");
  client.ask(readRequest("1.bin"));
  assert.equal(client.take().length, 1);
  breakOnce();
  advance(FIRST_WAIT_MS);
  assert.equal(errors.length, 2);
  assert.equal(client.take().length, 1, "the block is repeated all the same");
});

test("callbacks have the server as this, and its target", () => {
  const seen: unknown[] = [];
  const target = { mine: true };
  const server = start({
    target,
    onStarted(transfer) {
      seen.push(["started", this.target, transfer.name]);
    },
    onProgress(transfer) {
      seen.push(["progress", this.target, transfer.blocks]);
    },
    onEnded(transfer, outcome, durationMs) {
      seen.push(["ended", this.target, transfer.bytes, outcome, durationMs]);
    },
    onRefused({ name, isUpload, address }, code) {
      seen.push(["refused", this.target, name, isUpload, code, address]);
    },
  });
  assert.equal(server.target, target);
  const client = new Client();
  client.ask(readRequest("511.bin"));
  const { from } = client.takeOne();
  advance(70);
  client.send(from, acknowledgement(1));
  new Client("192.168.4.3").get("missing");
  assert.deepEqual(seen, [
    ["started", target, "511.bin"],
    ["progress", target, 1],
    ["ended", target, 511, OUTCOME_COMPLETED, 70],
    ["refused", target, "missing", false, ERROR_FILE_NOT_FOUND, "192.168.4.3"],
  ]);
});

test("onError receives the exceptions of callbacks, and transfers go on", () => {
  const errors: unknown[] = [];
  const fail = () => {
    throw new Error("mine");
  };
  start({
    onStarted: fail,
    onProgress: fail,
    onEnded: fail,
    onRefused: fail,
    onError(error) {
      errors.push(error);
      fail();
    },
  });
  assert.deepEqual(Buffer.from(new Client().get("513.bin") as Uint8Array), Buffer.from(contentsOf(513)));
  assert.equal(new Client().get("missing"), ERROR_FILE_NOT_FOUND);
  assert.equal(errors.length, 5);
});

test("an exception of the storage becomes an ERROR, and frees the slot", () => {
  const fail = () => {
    throw new Error("mine");
  };
  const file = { sizeBytes: 5000, read: fail, close: fail };
  const upload = { write: fail, commit: fail, close: fail };
  const late = { write: () => 0, commit: fail, close: fail };
  const server = start({
    maxTransfers: 1,
    storage: {
      openForReading: (name) => (name === "opens" ? file : fail()),
      openForWriting: (name) => (name === "opens" ? upload : name === "ends" ? late : fail()),
    },
  });
  assert.equal(new Client().get("never"), ERROR_NOT_DEFINED);
  assert.equal(new Client().get("opens"), ERROR_NOT_DEFINED);
  assert.equal(new Client().put("never", contentsOf(1)), ERROR_NOT_DEFINED);
  assert.equal(new Client().put("opens", contentsOf(1)), ERROR_DISK_FULL);
  assert.equal(new Client().put("ends", contentsOf(1)), ERROR_NOT_DEFINED);
  assert.equal(server.running, 0);
});

test("onRequest leaves requests without an answer while running transfers go on", () => {
  let isWelcome = true;
  const asked: string[] = [];
  start({
    onRequest({ address }) {
      asked.push(address);
      return isWelcome;
    },
  });
  const client = new Client();
  client.ask(readRequest("513.bin"));
  const { from } = client.takeOne();
  isWelcome = false;
  const late = new Client("192.168.4.9");
  late.ask(readRequest("1.bin"));
  late.ask(acknowledgement(1));
  assert.equal(late.take().length, 0);
  // Only where requests arrive are they asked for.
  client.send(from, readRequest("1.bin"));
  client.send(from, acknowledgement(1));
  assert.equal(client.takeOne().bytes.length, 4 + 1);
  assert.deepEqual(asked, ["192.168.4.2", "192.168.4.9"]);
});

test("a request is not answered when onRequest throws", () => {
  const errors: unknown[] = [];
  start({
    onRequest() {
      throw new Error("mine");
    },
    onError: (error) => errors.push(error),
  });
  const client = new Client();
  client.ask(readRequest("1.bin"));
  assert.equal(client.take().length, 0);
  assert.equal(errors.length, 1);
});

test("close tells the clients, closes the sockets and stops the timer", () => {
  const outcomes: number[] = [];
  const server = start({ onEnded: (_, outcome) => outcomes.push(outcome) });
  const client = new Client();
  client.ask(readRequest("5000.bin"));
  client.take();
  server.close();
  server.close();
  assert.equal(errorCode(client.takeOne()), ERROR_NOT_DEFINED);
  assert.deepEqual(outcomes, [OUTCOME_STOPPED]);
  assert.equal(network.sockets.size, 0);
  assert.equal(scheduledTimers(), 0);
});

test("a callback may close the server in the middle of a transfer", () => {
  const server = start({
    onProgress() {
      this.close();
    },
  });
  const client = new Client();
  client.ask(readRequest("5000.bin"));
  const { from } = client.takeOne();
  client.send(from, acknowledgement(1), acknowledgement(2));
  assert.equal(network.sockets.size, 0);
  assert.equal(server.running, 0);
  assert.equal(errorCode(client.take().at(-1) as never), ERROR_NOT_DEFINED);
});

test("exceptions are traced on the console if there is no onError", () => {
  const fail = () => {
    throw new Error("mine");
  };
  start({ storage: { openForReading: fail, openForWriting: fail }, onRefused: fail });
  assert.equal(new Client().get("a"), ERROR_NOT_DEFINED);
  assert.deepEqual(consoleLines, ["TFTP: Error: mine", "TFTP: Error: mine"]);
});

test("an exception that has no text ends nothing", () => {
  start({
    onStarted() {
      throw Object.create(null);
    },
  });
  assert.deepEqual(Buffer.from(new Client().get("513.bin") as Uint8Array), Buffer.from(contentsOf(513)));
});

test("a file is read without a guard only if it says that it never throws", () => {
  const read = (target: Uint8Array) => {
    stacks.push(new Error().stack as string);
    return target.length - 1;
  };
  const stacks: string[] = [];
  const file = { sizeBytes: 511, read, close() {} };
  start({
    storage: {
      openForReading: (name) => (name === "safe" ? { ...file, neverThrows: true } : file),
      openForWriting: () => FAILED,
    },
  });
  new Client().get("safe");
  new Client().get("other");
  const isGuarded = (stack: string | undefined) => stack?.includes("GuardedReadableFile.read") ?? false;
  assert.deepEqual(stacks.map(isGuarded), [false, true]);
});
