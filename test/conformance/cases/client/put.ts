/** Uploads by the client: RFC 1350 §2 to §6. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  FORBIDDEN,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TIMED_OUT,
} from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, encodeNetascii, optionAcknowledgement, utf8Of } from "lockstep-tftp/simulated";
import { equal } from "../../../support/assertions.js";
import { contents } from "../../../support/contents.js";
import { blockOf } from "../../../support/peer.js";
import type { Case } from "../case.js";
import { clientCase, take } from "./case.js";

const SIZES_BYTES = [0, 1, 511, 512, 513, 1024];
const SMALLEST_BLOCK_BYTES = 8;
const BLOCKS_PAST_THE_LAST_NUMBER = 65_537;

const sizes = SIZES_BYTES.map((sizeBytes) =>
  clientCase(`RFC 1350 §6: puts a file of ${sizeBytes} bytes`, (harness) => {
    const file = harness.file("file", contents(sizeBytes));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    harness.server.acknowledge(0);
    take(harness, file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.bytes, sizeBytes, "bytes that got through");
    equal(harness.ended.isUpload, true, "that it was an upload");
    equal(harness.client.used, 0, "slots that are used");
  }),
);

export const putCases: readonly Case[] = [
  ...sizes,

  clientCase("docs/protocol.md, block 65535: 0 follows (put)", (harness) => {
    const file = harness.file("file", contents(BLOCKS_PAST_THE_LAST_NUMBER * SMALLEST_BLOCK_BYTES + 3));
    const blksize = `${SMALLEST_BLOCK_BYTES}`;
    harness.put({ name: "file", blockSizeBytes: SMALLEST_BLOCK_BYTES });
    harness.expectWrite("file", ["blksize", blksize]);
    harness.server.reply(optionAcknowledgement(["blksize", blksize]));
    take(harness, file, { blockSize: SMALLEST_BLOCK_BYTES });
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  clientCase("RFC 764 netascii: an upload is translated across the ends of blocks", (harness) => {
    const text = harness.file("text", utf8Of("one\ntwo\rthree\n\n\rfour\r\nfive\n"));
    harness.put({ name: "text", isNetascii: true, blockSizeBytes: SMALLEST_BLOCK_BYTES, tellSize: true });
    harness.expectWrite("text", ["blksize", "8"], "netascii");
    harness.server.reply(optionAcknowledgement(["blksize", "8"]));
    take(harness, encodeNetascii(text), { blockSize: SMALLEST_BLOCK_BYTES });
    equal(harness.ended.bytes, text.length, "bytes of the file");
  }),

  clientCase("RFC 1123 §4.2.3.1: a repeated ACK sends nothing", (harness) => {
    const file = harness.file("file", contents(2000));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    const { server } = harness;
    server.acknowledge(0);
    server.expectData(1, blockOf(file, 1));
    server.acknowledge(0);
    server.expectNothing();
    server.acknowledge(1);
    server.expectData(2, blockOf(file, 2));
    server.acknowledge(1);
    server.acknowledge(0);
    server.acknowledge(3);
    server.expectNothing();
    server.acknowledge(2);
    take(harness, file, { first: 3 });
  }),

  clientCase("messages that do not answer a write request are ignored", (harness) => {
    const file = harness.file("file", contents(600));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    for (const packet of [
      acknowledgement(1),
      acknowledgement(0xffff),
      dataMessage(1, contents(512)),
      dataMessage(0, contents(0)),
    ]) {
      harness.server.reply(packet);
      harness.server.expectNothing();
    }
    harness.server.acknowledge(0);
    take(harness, file);
  }),

  clientCase("a block that is not acknowledged is sent again", (harness) => {
    const file = harness.file("file", contents(600));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    harness.server.acknowledge(0);
    harness.server.expectData(1, blockOf(file, 1));
    harness.advance(1000);
    harness.server.expectData(1, blockOf(file, 1));
    harness.server.ignoreAll();
    harness.server.acknowledge(1);
    take(harness, file, { first: 2 });
    equal(harness.ended.retransmissions > 0, true, "that repeats are counted");
  }),

  clientCase(
    "a block is repeated with pauses that let a server time out whose wait restarts at every packet",
    (harness) => {
      harness.file("file", contents(600));
      harness.put({ name: "file" });
      harness.expectWrite("file");
      const start = harness.now;
      harness.server.acknowledge(0);
      harness.advance(20_000);
      equal(harness.server.ignoreSince(start).join(), "0,250,500,1250,2750,5750,11750,17750", "when block 1 was sent");
      harness.abort();
      harness.server.ignoreAll();
    },
  ),

  clientCase("an upload whose last ACK never comes is probably complete", (harness) => {
    const file = harness.file("file", contents(600));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    harness.server.acknowledge(0);
    harness.server.expectData(1, blockOf(file, 1));
    harness.server.acknowledge(1);
    harness.advance(25_000);
    harness.server.ignoreAll();
    equal(harness.ended.outcome, OUTCOME_PROBABLY_COMPLETED, "the outcome");
  }),

  clientCase("a server that falls silent half-way is given up", (harness) => {
    harness.file("file", contents(1500));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    harness.server.acknowledge(0);
    harness.server.acknowledge(1);
    harness.advance(25_000);
    harness.server.ignoreAll();
    equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome");
  }),

  clientCase("an ERROR in the middle of an upload ends it, with its code and text", (harness) => {
    harness.file("file", contents(1500));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    harness.server.acknowledge(0);
    harness.server.ignoreAll();
    harness.server.error(ERROR_DISK_FULL, "Flash is full");
    equal(harness.ended.outcome, OUTCOME_ABORTED_BY_PEER, "the outcome");
    equal(harness.ended.errorCode, ERROR_DISK_FULL, "the error code");
    equal(harness.ended.errorText, "Flash is full", "the text");
  }),

  clientCase("a file that cannot be read ends the transfer with the storage's ERROR", (harness) => {
    harness.file("file", contents(1500));
    harness.put({ name: "file" });
    harness.expectWrite("file");
    harness.storage.readFault = { position: 0, refusal: FORBIDDEN };
    harness.server.acknowledge(0);
    harness.server.expectError(ERROR_ACCESS_VIOLATION);
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
  }),
];
