/** Lock-step downloads: RFC 1350 §2, §6. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  FAILED,
  FORBIDDEN,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_STORAGE_FAILED,
} from "lockstep-tftp/engine";
import { optionAcknowledgement } from "lockstep-tftp/simulated";
import { equal, ok } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const SIZES_BYTES = [0, 1, 511, 512, 513, 1024];
/** The smallest blocks reach the last block number with the smallest file (RFC 2348). */
const SMALLEST_BLOCK_BYTES = 8;
const BLOCKS_PAST_THE_LAST_NUMBER = 65_537;

const sizes = SIZES_BYTES.map((sizeBytes) =>
  engineCase(`RFC 1350 §6: a download of ${sizeBytes} bytes ends with a block of less than 512`, (harness) => {
    const file = harness.file("file", contents(sizeBytes));
    const peer = harness.peer();
    peer.fetch("file", file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.bytes, sizeBytes, "bytes that got through");
    equal(harness.server.used, 0, "slots that are used after the last ACK");
  }),
);

export const downloadCases: readonly Case[] = [
  ...sizes,

  engineCase("RFC 1350 §2: a block is sent when the one before it is acknowledged, not earlier", (harness) => {
    const file = harness.file("file", contents(1500));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    peer.expectNothing();
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    peer.expectNothing();
    peer.acknowledge(2);
    peer.expectData(3, blockOf(file, 3));
    peer.acknowledge(3);
  }),

  engineCase("RFC 1350 §2: the last block is sent again until its ACK comes", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    harness.advance(2000);
    peer.expectData(2, blockOf(file, 2));
    peer.ignoreAll();
    peer.acknowledge(2);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("docs/protocol.md, last DATA never acknowledged: probably complete", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file");
    peer.ignoreAll();
    peer.acknowledge(1);
    harness.advance(60_000);
    peer.ignoreAll();
    equal(harness.ended.outcome, OUTCOME_PROBABLY_COMPLETED, "the outcome");
    equal(harness.ended.bytes, 512, "bytes that got through for certain");
  }),

  engineCase("docs/protocol.md, block 65535: 0 follows (download)", (harness) => {
    const sizeBytes = BLOCKS_PAST_THE_LAST_NUMBER * SMALLEST_BLOCK_BYTES + 3;
    const file = harness.file("file", contents(sizeBytes));
    harness.peer().fetch("file", file, ["blksize", `${SMALLEST_BLOCK_BYTES}`]);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.blocks, BLOCKS_PAST_THE_LAST_NUMBER + 1, "blocks, counted on past 65535");
  }),

  engineCase("docs/protocol.md, missing file: ERROR 1 at once, and no slot is taken", (harness) => {
    const peer = harness.peer();
    peer.read("missing");
    peer.expectError(ERROR_FILE_NOT_FOUND);
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.observer.startedTransfers.length, 0, "transfers that have started");
    equal(harness.observer.refusedRequests.length, 1, "requests that were refused");
  }),

  engineCase(
    "RFC 1350 §5: each refusal of a storage is sent as its code, and a busy storage's request gets silence",
    (harness) => {
      const peer = harness.peer();
      harness.storage.refusals.set("folder", FORBIDDEN);
      peer.read("folder");
      peer.expectError(ERROR_ACCESS_VIOLATION);
      harness.storage.refusals.set("broken", FAILED);
      peer.read("broken");
      peer.expectError(ERROR_NOT_DEFINED);
      // A code outside RFC 1350 is reported as "not defined".
      harness.storage.refusals.set("strange", ~99);
      peer.read("strange");
      peer.expectError(ERROR_NOT_DEFINED);
    },
  ),

  engineCase("RFC 1350 §7: a file that cannot be read any more ends with an ERROR", (harness) => {
    const file = harness.file("file", contents(2000));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    harness.storage.readFault = { position: 600, refusal: FORBIDDEN };
    peer.acknowledge(1);
    peer.expectError(ERROR_ACCESS_VIOLATION);
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("RFC 1350 §7: a first block that cannot be read is an ERROR and leaves no slot", (harness) => {
    harness.file("file", contents(2000));
    harness.storage.readFault = { position: 0, refusal: FAILED };
    const peer = harness.peer();
    peer.read("file");
    peer.expectError(ERROR_NOT_DEFINED);
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
  }),

  engineCase("docs/protocol.md, ERROR from the peer: the slot is free at once", (harness) => {
    const file = harness.file("file", contents(2000));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    peer.error(ERROR_NOT_DEFINED, "closed");
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.ended.outcome, OUTCOME_ABORTED_BY_PEER, "the outcome");
    ok(harness.ended.seenAt === harness.now, "it ended with the ERROR");
  }),

  engineCase("docs/protocol.md, ERROR from the peer: a normal end before the first ACK", (harness) => {
    const file = harness.file("file", contents(2000));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    peer.error(ERROR_NOT_DEFINED, "Early terminate");
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
  }),

  engineCase("RFC 1350 §5: DATA and OACK mean nothing to the side that sends DATA", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    peer.data(1, contents(512));
    peer.data(2, contents(5));
    peer.reply(optionAcknowledgement(["blksize", "8"]));
    peer.expectNothing();
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    peer.acknowledge(2);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),
];
