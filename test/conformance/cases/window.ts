/** Windows of blocks: RFC 7440. */
import { OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED } from "lockstep-tftp/engine";
import { equal, equalBytes } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const WINDOW = 4;
const SMALLEST_BLOCK_BYTES = 8;
/** Not a multiple of the window, so that a window reaches across block 65535. */
const BLOCKS_PAST_THE_LAST_NUMBER = 65_545;

function grants(asked: string, granted: string | null, maxWindowSize?: number): Case {
  const limit = maxWindowSize === undefined ? "" : ` of at most ${maxWindowSize}`;
  const answer = granted === null ? "is left out" : `is answered ${granted}`;
  return engineCase(
    `RFC 7440 §3: windowsize "${asked}"${limit} ${answer}`,
    (harness) => {
      const file = harness.file("file", contents(5));
      const peer = harness.peer();
      peer.read("file", ["windowsize", asked]);
      if (granted === null) {
        peer.expectData(1, file);
      } else {
        peer.expectOptions(["windowsize", granted]);
      }
    },
    maxWindowSize === undefined ? {} : { maxWindowSize },
  );
}

/** Starts a download of 10 blocks, the last of 100 bytes: the peer has the first window. */
function download(harness: Harness): { peer: Peer; file: Uint8Array } {
  const file = harness.file("file", contents(9 * 512 + 100));
  const peer = harness.peer();
  peer.read("file", ["windowsize", `${WINDOW}`]);
  peer.expectOptions(["windowsize", `${WINDOW}`]);
  peer.acknowledge(0);
  expectBlocks(peer, file, 1, WINDOW);
  return { peer, file };
}

function expectBlocks(peer: Peer, file: Uint8Array, first: number, last: number): void {
  for (let block = first; block <= last; block++) {
    peer.expectData(block, blockOf(file, block));
  }
  peer.expectNothing();
}

/** Starts an upload of 10 blocks, the last of 100 bytes: no block has been sent. */
function upload(harness: Harness): { peer: Peer; file: Uint8Array } {
  const peer = harness.peer();
  peer.write("file", ["windowsize", `${WINDOW}`]);
  peer.expectOptions(["windowsize", `${WINDOW}`]);
  return { peer, file: contents(9 * 512 + 100) };
}

function sendBlocks(peer: Peer, file: Uint8Array, ...blocks: readonly number[]): void {
  for (const block of blocks) {
    peer.data(block, blockOf(file, block));
  }
}

const negotiation: readonly Case[] = [
  grants("1", "1"),
  grants("4", "4"),
  grants("16", "16"),
  grants("17", "16"),
  grants("65535", "16"),
  grants("8", "1", 1),
  grants("200", "64", 64),
  grants("0", null),
  grants("65536", null),
  grants("-4", null),
  grants("abc", null),
  grants("", null),
];

const downloads: readonly Case[] = [
  engineCase("RFC 7440 §4: a window is sent at once, the next with its last ACK", (harness) => {
    const { peer, file } = download(harness);
    peer.acknowledge(4);
    expectBlocks(peer, file, 5, 8);
    peer.acknowledge(8);
    expectBlocks(peer, file, 9, 10);
    peer.acknowledge(10);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.retransmissions, 0, "retransmissions");
  }),

  ...[0, 1, 511, 512, 513, 1024, 4 * 512, 8 * 512, 8 * 512 + 1].map((sizeBytes) =>
    engineCase(`RFC 7440 §4: a file of ${sizeBytes} bytes in windows of ${WINDOW}, down and up`, (harness) => {
      const file = harness.file("file", contents(sizeBytes));
      const peer = harness.peer();
      peer.fetch("file", file, ["windowsize", `${WINDOW}`]);
      peer.put("copy", file, ["windowsize", `${WINDOW}`]);
      equalBytes(harness.storage.files.get("copy") as Uint8Array, file, "the copy");
    }),
  ),

  engineCase(
    "RFC 7440 §4: after the ACK of a block within the window, the window goes on after that block",
    (harness) => {
      const { peer, file } = download(harness);
      peer.acknowledge(2);
      expectBlocks(peer, file, 3, 6);
      peer.acknowledge(3);
      expectBlocks(peer, file, 4, 7);
      peer.acknowledge(7);
      expectBlocks(peer, file, 8, 10);
      peer.acknowledge(9);
      peer.expectData(10, blockOf(file, 10));
      peer.acknowledge(10);
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
      equal(harness.ended.bytes, file.length, "bytes that got through");
      equal(harness.ended.retransmissions, 2 + 3 + 1, "blocks that were sent again");
    },
  ),

  engineCase("RFC 7440 §4: a window without an ACK is sent again, whole", (harness) => {
    const { peer, file } = download(harness);
    peer.acknowledge(4);
    expectBlocks(peer, file, 5, 8);
    harness.advance(250);
    expectBlocks(peer, file, 5, 8);
    peer.acknowledge(8);
    expectBlocks(peer, file, 9, 10);
  }),

  engineCase("RFC 7440 §4: an ACK beyond the window is from the future", (harness) => {
    const { peer, file } = download(harness);
    peer.acknowledge(5);
    peer.acknowledge(8);
    peer.expectNothing();
    peer.acknowledge(4);
    expectBlocks(peer, file, 5, 8);
  }),

  engineCase("docs/protocol.md, last DATA never acknowledged: probably complete within the last window", (harness) => {
    const { peer, file } = download(harness);
    peer.acknowledge(4);
    peer.acknowledge(8);
    peer.ignoreAll();
    // The first blocks of the last window arrived, the last one did not.
    peer.acknowledge(9);
    peer.expectData(10, blockOf(file, 10));
    harness.advance(60_000);
    peer.ignoreAll();
    equal(harness.ended.outcome, OUTCOME_PROBABLY_COMPLETED, "the outcome");
    equal(harness.ended.blocks, 9, "blocks that got through for certain");
  }),

  engineCase("docs/protocol.md, block 65535: 0 follows (windows, down and up)", (harness) => {
    const sizeBytes = BLOCKS_PAST_THE_LAST_NUMBER * SMALLEST_BLOCK_BYTES + 3;
    const file = harness.file("file", contents(sizeBytes));
    const options = ["blksize", `${SMALLEST_BLOCK_BYTES}`, "windowsize", "16"];
    const peer = harness.peer();
    peer.fetch("file", file, options);
    peer.put("copy", file, options);
    equalBytes(harness.storage.files.get("copy") as Uint8Array, file, "the copy");
  }),

  engineCase(
    "docs/protocol.md, block 65535: a window across it that lost its middle block is sent again from there",
    (harness) => {
      const file = harness.file("file", contents(65_540 * SMALLEST_BLOCK_BYTES));
      const peer = harness.peer();
      peer.read("file", ["blksize", `${SMALLEST_BLOCK_BYTES}`, "windowsize", "10"]);
      peer.acknowledge(0);
      for (let block = 10; block <= 65_530; block += 10) {
        peer.ignoreAll();
        peer.acknowledge(block);
      }
      peer.ignoreAll();
      peer.acknowledge(65_534);
      for (let block = 65_535; block <= 65_541; block++) {
        peer.expectData(block, blockOf(file, block, SMALLEST_BLOCK_BYTES));
      }
      peer.acknowledge(0);
      for (let block = 65_537; block <= 65_541; block++) {
        peer.expectData(block, blockOf(file, block, SMALLEST_BLOCK_BYTES));
      }
      peer.acknowledge(5);
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    },
  ),
];

const uploads: readonly Case[] = [
  engineCase(
    "RFC 7440 §4: only the last block of a window and the last block of the file are acknowledged",
    (harness) => {
      const { peer, file } = upload(harness);
      sendBlocks(peer, file, 1, 2, 3);
      peer.expectNothing();
      sendBlocks(peer, file, 4);
      peer.expectAcknowledgement(4);
      sendBlocks(peer, file, 5, 6, 7, 8);
      peer.expectAcknowledgement(8);
      sendBlocks(peer, file, 9, 10);
      peer.expectAcknowledgement(10);
      equalBytes(harness.storage.files.get("file") as Uint8Array, file, "the file");
    },
  ),

  engineCase("RFC 7440 §4: the block before a missing one is acknowledged once", (harness) => {
    const { peer, file } = upload(harness);
    sendBlocks(peer, file, 1, 2, 4);
    peer.expectAcknowledgement(2);
    sendBlocks(peer, file, 4);
    peer.expectNothing();
    sendBlocks(peer, file, 3, 4, 5);
    peer.expectNothing();
    sendBlocks(peer, file, 6);
    peer.expectAcknowledgement(6);
    sendBlocks(peer, file, 8, 9);
    peer.expectAcknowledgement(6);
    sendBlocks(peer, file, 7, 8, 9, 10);
    peer.expectAcknowledgement(10);
    equalBytes(harness.storage.files.get("file") as Uint8Array, file, "the file");
  }),

  engineCase(
    "RFC 7440 §4: a window that comes again after a lost ACK has its last block acknowledged again",
    (harness) => {
      const { peer, file } = upload(harness);
      sendBlocks(peer, file, 1, 2, 3, 4);
      peer.expectAcknowledgement(4);
      sendBlocks(peer, file, 1, 2, 3);
      peer.expectNothing();
      sendBlocks(peer, file, 4);
      peer.expectAcknowledgement(4);
      sendBlocks(peer, file, 5, 6, 7, 8);
      peer.expectAcknowledgement(8);
      equal(harness.storage.files.has("file"), false, "that the file is there already");
    },
  ),

  engineCase("RFC 7440 §4: a window that lost its end is acknowledged after a wait, as far as it came", (harness) => {
    const { peer, file } = upload(harness);
    sendBlocks(peer, file, 1, 2, 3);
    harness.advance(249);
    peer.expectNothing();
    harness.advance(1);
    peer.expectAcknowledgement(3);
    sendBlocks(peer, file, 4, 5, 6, 7);
    peer.expectAcknowledgement(7);
  }),

  engineCase("RFC 7440 §4: a block from beyond the window gets no answer", (harness) => {
    const { peer, file } = upload(harness);
    sendBlocks(peer, file, 6, 7, 100);
    peer.expectNothing();
    sendBlocks(peer, file, 1, 2, 3, 4);
    peer.expectAcknowledgement(4);
  }),
];

export const windowCases: readonly Case[] = [...negotiation, ...downloads, ...uploads];
