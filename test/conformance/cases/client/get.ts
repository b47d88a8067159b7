/** Downloads by the client: RFC 1350 §2 to §6. */
import {
  DISK_FULL,
  ERROR_DISK_FULL,
  ERROR_ILLEGAL_OPERATION,
  ERROR_UNKNOWN_TRANSFER_ID,
  OUTCOME_COMPLETED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
} from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  encodeNetascii,
  errorMessage,
  optionAcknowledgement,
  utf8Of,
} from "lockstep-tftp/simulated";
import { equal } from "../../../support/assertions.js";
import { SLOT } from "../../../support/client-harness.js";
import { contents } from "../../../support/contents.js";
import { blockOf } from "../../../support/peer.js";
import type { Case } from "../case.js";
import { clientCase, serve } from "./case.js";

const SIZES_BYTES = [0, 1, 511, 512, 513, 1024];
const SMALLEST_BLOCK_BYTES = 8;
const BLOCKS_PAST_THE_LAST_NUMBER = 65_537;
/** Longer than the slot of a finished download lingers. */
const LONG_MS = 20_000;

const sizes = SIZES_BYTES.map((sizeBytes) =>
  clientCase(`RFC 1350 §6: fetches a file of ${sizeBytes} bytes`, (harness) => {
    const file = contents(sizeBytes);
    harness.get({ name: "file" });
    harness.expectRead("file");
    serve(harness, file);
    harness.expectFile("file", file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.bytes, sizeBytes, "bytes that got through");
    equal(harness.ended.isUpload, false, "that it was an upload");
  }),
);

export const getCases: readonly Case[] = [
  ...sizes,

  clientCase("a server that answers from port 69 itself is accepted", (harness) => {
    const file = contents(1000);
    harness.get({ name: "file" });
    const { requestPort } = harness;
    harness.expectRead("file");
    for (const block of [1, 2]) {
      requestPort.data(block, blockOf(file, block));
      requestPort.expectAcknowledgement(block);
    }
    harness.expectFile("file", file);
    equal(harness.ended.port, requestPort.port, "the server's port");
  }),

  clientCase("docs/protocol.md, block 65535: 0 follows (get)", (harness) => {
    const file = contents(BLOCKS_PAST_THE_LAST_NUMBER * SMALLEST_BLOCK_BYTES + 3);
    const blksize = `${SMALLEST_BLOCK_BYTES}`;
    harness.get({ name: "file", blockSizeBytes: SMALLEST_BLOCK_BYTES });
    harness.expectRead("file", ["blksize", blksize]);
    harness.server.reply(optionAcknowledgement(["blksize", blksize]));
    harness.server.expectAcknowledgement(0);
    serve(harness, file, { blockSize: SMALLEST_BLOCK_BYTES });
    harness.expectFile("file", file);
    equal(harness.ended.blocks, BLOCKS_PAST_THE_LAST_NUMBER + 1, "blocks, counted on past 65535");
  }),

  clientCase("RFC 764 netascii: a download is translated across the ends of blocks", (harness) => {
    const text = utf8Of("one\ntwo\rthree\n\n\rfour\r\nfive\n");
    harness.get({ name: "text", isNetascii: true, blockSizeBytes: SMALLEST_BLOCK_BYTES, tellSize: true });
    // The size of a text in netascii is unknown in advance, so it is not asked for.
    harness.expectRead("text", ["blksize", "8"], "netascii");
    harness.server.reply(optionAcknowledgement(["blksize", "8"]));
    harness.server.expectAcknowledgement(0);
    serve(harness, encodeNetascii(text), { blockSize: SMALLEST_BLOCK_BYTES });
    harness.expectFile("text", text);
    equal(harness.ended.bytes, text.length, "bytes of the file");
    equal(harness.ended.isNetascii, true, "that it was netascii");
  }),

  clientCase("RFC 1123 §4.2.3.1: a repeated block gets its ACK again, an older one gets nothing", (harness) => {
    const file = contents(2000);
    harness.get({ name: "file" });
    harness.expectRead("file");
    const { server } = harness;
    for (const block of [1, 2]) {
      server.data(block, blockOf(file, block));
      server.expectAcknowledgement(block);
    }
    server.data(2, blockOf(file, 2));
    server.expectAcknowledgement(2);
    server.data(1, blockOf(file, 1));
    server.data(4, blockOf(file, 4));
    server.expectNothing();
    serve(harness, file, { first: 3 });
    harness.expectFile("file", file);
  }),

  clientCase("the last ACK is repeated while the slot lingers, and then the slot is free", (harness) => {
    const file = contents(100);
    harness.get({ name: "file" });
    harness.expectRead("file");
    serve(harness, file);
    equal(harness.client.running, 0, "transfers that run");
    harness.server.data(1, file);
    harness.server.expectAcknowledgement(1);
    harness.advance(LONG_MS);
    equal(harness.client.used, 0, "slots that are used");
    harness.server.data(1, file);
    harness.server.expectNothing();
  }),

  clientCase("a lingering slot is taken for the next request", (harness) => {
    const file = contents(100);
    harness.get({ name: "first" });
    harness.expectRead("first");
    serve(harness, file);
    equal(harness.get({ name: "second" }), SLOT, "the slot");
    harness.expectRead("second");
    const other = harness.peer();
    other.send(dataMessage(1, file), SLOT);
    other.expectAcknowledgement(1);
    harness.expectFile("second", file);
  }),

  clientCase("RFC 1350 §4: strangers get ERROR 5, and the transfer goes on", (harness) => {
    const file = contents(1000);
    harness.get({ name: "file" });
    harness.expectRead("file");
    const { server } = harness;
    const otherMachine = harness.peer(server.port, "192.0.2.66");
    otherMachine.send(dataMessage(1, contents(512)), SLOT);
    otherMachine.expectError(ERROR_UNKNOWN_TRANSFER_ID);
    server.data(1, blockOf(file, 1));
    server.expectAcknowledgement(1);
    // A server that received the request twice answers twice, from two ports.
    const otherTransfer = harness.peer();
    otherTransfer.send(dataMessage(1, blockOf(file, 1)), SLOT);
    otherTransfer.expectError(ERROR_UNKNOWN_TRANSFER_ID);
    otherTransfer.send(errorMessage(0), SLOT);
    otherMachine.send(errorMessage(0), SLOT);
    serve(harness, file, { first: 2 });
    harness.expectFile("file", file);
  }),

  clientCase("messages that do not answer a read request are ignored", (harness) => {
    const file = contents(600);
    harness.get({ name: "file" });
    harness.expectRead("file");
    const { server } = harness;
    for (const packet of [
      acknowledgement(0),
      acknowledgement(1),
      dataMessage(0, contents(512)),
      dataMessage(2, contents(512)),
      Uint8Array.of(0, 3),
      Uint8Array.of(0, 1, 0, 0),
      Uint8Array.of(0, 7, 0, 1),
      Uint8Array.of(0xff, 0xfe, 0x80, 0x00),
    ]) {
      server.reply(packet);
      server.expectNothing();
    }
    equal(harness.observer.startedTransfers.length, 0, "transfers that have started");
    serve(harness, file);
    harness.expectFile("file", file);
  }),

  clientCase("a block larger than agreed ends the transfer with ERROR 4, and leaves nothing", (harness) => {
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.data(1, contents(513));
    harness.server.expectError(ERROR_ILLEGAL_OPERATION);
    equal(harness.ended.outcome, OUTCOME_PROTOCOL_VIOLATED, "the outcome");
    harness.expectNoFile("file");
  }),

  clientCase(
    "a file that cannot be written ends the transfer with the storage's ERROR, and leaves nothing",
    (harness) => {
      const file = contents(1000);
      harness.storage.writeFault = { position: 600, refusal: DISK_FULL };
      harness.get({ name: "file" });
      harness.expectRead("file");
      harness.server.data(1, blockOf(file, 1));
      harness.server.expectAcknowledgement(1);
      harness.server.data(2, blockOf(file, 2));
      harness.server.expectError(ERROR_DISK_FULL);
      equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
      harness.expectNoFile("file");
    },
  ),

  clientCase("a file that cannot be committed is not acknowledged", (harness) => {
    harness.storage.commitResult = DISK_FULL;
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.data(1, contents(10));
    harness.server.expectError(ERROR_DISK_FULL);
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
  }),

  clientCase(
    "a file larger than allowed ends the transfer with ERROR 3 at the first block above the limit",
    (harness) => {
      const file = contents(1025);
      harness.get({ name: "file" });
      harness.expectRead("file");
      harness.server.data(1, blockOf(file, 1));
      harness.server.expectAcknowledgement(1);
      harness.server.data(2, blockOf(file, 2));
      harness.server.expectAcknowledgement(2);
      harness.server.data(3, blockOf(file, 3));
      harness.server.expectError(ERROR_DISK_FULL);
      equal(harness.ended.outcome, OUTCOME_TOO_LARGE, "the outcome");
      harness.expectNoFile("file");
    },
    { maxSizeBytes: 1024 },
  ),

  clientCase("a server that falls silent is given up 25 s after its last block, and nothing is left", (harness) => {
    harness.get({ name: "file" });
    harness.expectRead("file");
    harness.server.data(1, contents(512));
    harness.server.expectAcknowledgement(1);
    harness.advance(24_999);
    equal(harness.client.running, 1, "transfers that run");
    equal(harness.server.ignoreAll() > 2, true, "that the ACK was repeated");
    harness.advance(1);
    equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome");
    harness.expectNoFile("file");
  }),
];
