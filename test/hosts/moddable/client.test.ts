/** Transfers of the board's client class, as built, on stand-ins for the modules of the SDK. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ERROR_UNKNOWN_TRANSFER_ID,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_UNANSWERED,
} from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, errorMessage, numberOf, opcodeOf, payloadOf } from "lockstep-tftp/simulated";
import { blockOf } from "../../support/peer.js";
import {
  ADDRESS,
  ADDRESS_BITS,
  answer,
  CONTENT,
  download,
  give,
  LONG_MS,
  SERVER_PORT,
  sentOne,
  start,
  storage,
  type TFTPClientOptions,
  upload,
} from "./client-harness.js";
import { advance, scheduledTimers } from "./sdk/timer.js";
import UDP, { BufferUDP, network } from "./sdk/udp.js";

for (const [what, io] of [
  ["whose addresses are texts", UDP],
  ["whose addresses are numbers", BufferUDP],
] as const) {
  describe(`on sockets ${what}`, () => {
    for (const address of [ADDRESS, ADDRESS_BITS]) {
      test(`fetches a file from ${address}, which answers from another port`, () => {
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
        assert.deepEqual(told, ["mine", ADDRESS, "file", CONTENT.length, OUTCOME_COMPLETED]);
        assert.equal(client.running, 0);
        advance(LONG_MS);
        assert.equal(network.sockets.size, 0);
        assert.equal(scheduledTimers(), 0);
      });
    }
  });
}

test("all datagrams are read into one buffer, if the sockets can do that", () => {
  const client = start({ io: BufferUDP as unknown as TFTPClientOptions["io"], maxTransfers: 2 });
  for (const name of ["one", "two"]) {
    client.get({ address: ADDRESS, name }, download(name));
    give();
  }
  assert.equal(BufferUDP.buffers.size, 1);
});

test("no iterator is made for a datagram, since on XS it would be garbage", (t) => {
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

test("a request without an answer is repeated, and given up", () => {
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

test("onEnded receives the text of the server's ERROR", () => {
  const told: unknown[] = [];
  const client = start({ onEnded: (transfer, outcome) => told.push(outcome, transfer.errorCode, transfer.errorText) });
  client.get({ address: ADDRESS, name: "file" }, download());
  answer(sentOne().from, errorMessage(1, "no such file"));
  assert.deepEqual(told, [OUTCOME_DECLINED, 1, "no such file"]);
});

test("a stranger gets ERROR 5, and the transfer goes on", () => {
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
