/** Lock-step uploads: RFC 1350 §2, §4, §6. */
import { ERROR_NOT_DEFINED, OUTCOME_COMPLETED } from "lockstep-tftp/engine";
import { optionAcknowledgement } from "lockstep-tftp/simulated";
import { equal, equalBytes } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { halfWay, stored } from "./started-upload.js";

const SIZES_BYTES = [0, 1, 511, 512, 513, 1024];
const SMALLEST_BLOCK_BYTES = 8;
const BLOCKS_PAST_THE_LAST_NUMBER = 65_537;
const LINGER_MS = 12_000;

const sizes = SIZES_BYTES.map((sizeBytes) =>
  engineCase(`RFC 1350 §6: an upload of ${sizeBytes} bytes ends with a block of less than 512`, (harness) => {
    const file = contents(sizeBytes);
    harness.peer().put("file", file);
    equal(harness.storage.files.has("file"), true, "that the file is there");
    equalBytes(stored(harness, "file"), file, "the file");
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.bytes, sizeBytes, "bytes that got through");
  }),
);

const wholeUploads: readonly Case[] = [
  ...sizes,

  engineCase("RFC 1350 §4: a write request is answered with the ACK of block 0", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    peer.expectAcknowledgement(0);
    peer.data(1, contents(5));
    peer.expectAcknowledgement(1);
  }),

  engineCase("docs/protocol.md, block 65535: 0 follows (upload)", (harness) => {
    const file = contents(BLOCKS_PAST_THE_LAST_NUMBER * SMALLEST_BLOCK_BYTES + 3);
    harness.peer().put("file", file, ["blksize", `${SMALLEST_BLOCK_BYTES}`]);
    equalBytes(stored(harness, "file"), file, "the file");
    equal(harness.ended.blocks, BLOCKS_PAST_THE_LAST_NUMBER + 1, "blocks, counted on past 65535");
  }),

  engineCase("uploads: nothing has the final name before the last block is in", (harness) => {
    const { peer, old } = halfWay(harness);
    equalBytes(stored(harness, "file"), old, "the file before the last block");
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectAcknowledgement(3);
    equalBytes(stored(harness, "file"), contents(1500), "the file after the last block");
  }),

  engineCase("uploads: two uploads of one name leave one whole file", (harness) => {
    const first = harness.peer();
    const second = harness.peer();
    const files = [contents(900), contents(901)] as const;
    first.write("file");
    second.write("file");
    for (const [index, peer] of [first, second].entries()) {
      peer.expectAcknowledgement(0);
      peer.data(1, blockOf(files[index] as Uint8Array, 1));
      peer.expectAcknowledgement(1);
    }
    second.data(2, blockOf(files[1], 2));
    second.expectAcknowledgement(2);
    equalBytes(stored(harness, "file"), files[1], "the file after the first to end");
    first.data(2, blockOf(files[0], 2));
    first.expectAcknowledgement(2);
    equalBytes(stored(harness, "file"), files[0], "the file after the last to end");
  }),
];

const repeats: readonly Case[] = [
  engineCase("docs/protocol.md, duplicate DATA at a receiver: its ACK again, and it is written once", (harness) => {
    const file = contents(1100);
    const peer = harness.peer();
    peer.write("file");
    peer.expectAcknowledgement(0);
    for (const block of [1, 2]) {
      for (let times = 0; times < 3; times++) {
        peer.data(block, blockOf(file, block));
        peer.expectAcknowledgement(block);
      }
    }
    peer.data(3, blockOf(file, 3));
    peer.expectAcknowledgement(3);
    equalBytes(stored(harness, "file"), file, "the file");
    equal(harness.ended.duplicates, 4, "duplicates");
  }),

  engineCase("RFC 1350 §2: DATA that is older than the last ACK gets no answer", (harness) => {
    const { peer } = halfWay(harness);
    peer.data(1, blockOf(contents(1500), 1));
    peer.data(0, contents(512));
    peer.data(60_000, contents(512));
    peer.expectNothing();
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectAcknowledgement(3);
    equalBytes(stored(harness, "file"), contents(1500), "the file");
  }),

  engineCase("RFC 1350 §2: in lock-step a block from the future gets no answer and is not written", (harness) => {
    const { peer } = halfWay(harness);
    peer.data(4, contents(512));
    peer.data(5, contents(3));
    peer.expectNothing();
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectAcknowledgement(3);
    equalBytes(stored(harness, "file"), contents(1500), "the file");
  }),

  engineCase("RFC 1350 §2: both sides repeat, so an ACK that brings no DATA is sent again", (harness) => {
    const { peer } = halfWay(harness);
    harness.advance(10_000);
    equal(peer.ignoreAll(), 3, "repeats of the ACK: two soon, then one in 6 s");
    harness.advance(4000);
    peer.expectAcknowledgement(2);
    peer.ignoreAll();
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectAcknowledgement(3);
  }),

  engineCase("docs/protocol.md, last ACK: the slot lingers to repeat it", (harness) => {
    const file = contents(600);
    const peer = harness.peer();
    peer.put("file", file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    harness.advance(LINGER_MS / 2);
    peer.expectNothing();
    equal(harness.server.used, 1, "slots that are used while it lingers");
    equal(harness.server.running, 0, "transfers that run while it lingers");
    for (let times = 0; times < 3; times++) {
      peer.data(2, blockOf(file, 2));
      peer.expectAcknowledgement(2);
    }
    harness.advance(LINGER_MS / 2);
    equal(harness.server.used, 0, "slots that are used afterwards");
    peer.expectNothing();
  }),

  engineCase(
    "docs/protocol.md, last ACK: a client that repeats after 5 s, as tftp-hpa does, may lose it twice",
    (harness) => {
      const file = contents(600);
      const peer = harness.peer();
      peer.put("file", file);
      for (let times = 0; times < 2; times++) {
        harness.advance(5050);
        peer.data(2, blockOf(file, 2));
        peer.expectAcknowledgement(2);
      }
    },
  ),

  engineCase("RFC 1350 §5: DATA has no block 0, so there is no answer before the first block", (harness) => {
    const peer = harness.peer();
    peer.write("file", ["blksize", "512"]);
    peer.expectOptions(["blksize", "512"]);
    peer.data(0, contents(512));
    peer.data(65_535, contents(512));
    peer.expectNothing();
    peer.data(1, contents(5));
    peer.expectAcknowledgement(1);
    equalBytes(stored(harness, "file"), contents(5), "the file");
  }),

  engineCase(
    "docs/protocol.md, last ACK: the slot lingers for three intervals of a client that negotiated a long one",
    (harness) => {
      const peer = harness.peer();
      peer.put("file", contents(5), ["timeout", "60"]);
      harness.advance(179_999);
      peer.data(1, contents(5));
      peer.expectAcknowledgement(1);
      harness.advance(1);
      equal(harness.server.used, 0, "slots that are used after three minutes");
    },
  ),

  engineCase("RFC 1350 §6: nothing more is written while the slot lingers", (harness) => {
    const file = contents(600);
    const peer = harness.peer();
    peer.put("file", file);
    peer.data(3, contents(100));
    peer.data(1, contents(512));
    peer.acknowledge(2);
    peer.expectNothing();
    equalBytes(stored(harness, "file"), file, "the file");
  }),

  engineCase("RFC 1350 §7: an ERROR frees a lingering slot", (harness) => {
    const peer = harness.peer();
    peer.put("file", contents(5));
    peer.error(ERROR_NOT_DEFINED);
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome, told once");
  }),

  engineCase("RFC 1350 §5: ACK and OACK mean nothing to the side that sends ACK", (harness) => {
    const { peer } = halfWay(harness);
    peer.acknowledge(2);
    peer.acknowledge(3);
    peer.reply(optionAcknowledgement(["tsize", "1"]));
    peer.expectNothing();
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectAcknowledgement(3);
    equal(harness.ended.duplicates, 0, "duplicates");
  }),
];

export const uploadCases: readonly Case[] = [...wholeUploads, ...repeats];
