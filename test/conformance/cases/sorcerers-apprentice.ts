/** RFC 1123 §4.2.3.1: a repeated ACK must never cause repeated DATA, which would double every later message. */
import { OUTCOME_COMPLETED } from "lockstep-tftp/engine";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const INTERVAL_MS = 300;

export const sorcerersApprenticeCases: readonly Case[] = [
  engineCase("RFC 1123 §4.2.3.1: with every ACK doubled, every block is still sent once", (harness) => {
    const file = harness.file("file", contents(5000));
    const peer = harness.peer();
    peer.read("file");
    for (let block = 1; block <= 10; block++) {
      peer.expectData(block, blockOf(file, block));
      peer.acknowledge(block);
      peer.acknowledge(block);
    }
    peer.expectNothing();
    equal(harness.transport.sentCount, 10, "messages that were sent");
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.ended.duplicates, 9, "duplicates; the last comes when the port is closed");
  }),

  engineCase("RFC 1123 §4.2.3.1: an ACK of any other block sends nothing", (harness) => {
    const file = harness.file("file", contents(5000));
    const peer = harness.peer();
    peer.read("file");
    for (let block = 1; block <= 3; block++) {
      peer.expectData(block, blockOf(file, block));
      peer.acknowledge(block);
    }
    peer.expectData(4, blockOf(file, 4));
    for (const block of [0, 1, 2, 3, 5, 6, 100, 32_771, 32_772, 32_773, 65_535]) {
      peer.acknowledge(block);
      peer.expectNothing();
    }
    peer.acknowledge(4);
    peer.expectData(5, blockOf(file, 5));
  }),

  engineCase("RFC 1123 §4.2.3.1: an ACK of any other block moves no timer", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    harness.advance(INTERVAL_MS - 1);
    peer.acknowledge(0);
    peer.acknowledge(2);
    peer.expectNothing();
    harness.advance(1);
    peer.expectData(1, blockOf(file, 1));
  }),

  engineCase("RFC 1123 §4.2.3.1: ACKs of other blocks keep no dead transfer alive", (harness) => {
    harness.file("file", contents(5000));
    const peer = harness.peer();
    peer.read("file");
    peer.acknowledge(1);
    peer.ignoreAll();
    peer.acknowledge(1);
    for (let seconds = 0; seconds < 30; seconds++) {
      harness.advance(1000);
      peer.acknowledge(1);
    }
    peer.ignoreAll();
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("RFC 1123 §4.2.3.1: the ACK of the OACK, doubled, sends the first block once", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file", ["tsize", "0"]);
    peer.expectOptions(["tsize", "600"]);
    peer.acknowledge(0);
    peer.acknowledge(0);
    peer.expectData(1, blockOf(file, 1));
    peer.expectNothing();
    peer.acknowledge(1);
    peer.acknowledge(0);
    peer.expectData(2, blockOf(file, 2));
    peer.expectNothing();
  }),

  engineCase("RFC 1123 §4.2.3.1: while an OACK waits, only the ACK of block 0 answers it", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file", ["tsize", "0"]);
    peer.expectOptions(["tsize", "600"]);
    peer.acknowledge(1);
    peer.acknowledge(65_535);
    peer.expectNothing();
  }),

  engineCase("RFC 1123 §4.2.3.1: the ACK of a window, doubled, sends the next window once", (harness) => {
    const file = harness.file("file", contents(8000));
    const peer = harness.peer();
    peer.read("file", ["windowsize", "4"]);
    peer.expectOptions(["windowsize", "4"]);
    peer.acknowledge(0);
    for (let window = 0; window < 4; window++) {
      for (let block = window * 4 + 1; block <= window * 4 + 4; block++) {
        peer.expectData(block, blockOf(file, block));
      }
      peer.expectNothing();
      peer.acknowledge(window * 4 + 4);
      peer.acknowledge(window * 4 + 4);
    }
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("RFC 1123 §4.2.3.1: an old ACK is recognized as old past block 65535", (harness) => {
    const blockSize = 8;
    const file = harness.file("file", contents(65_540 * blockSize));
    const peer = harness.peer();
    peer.read("file", ["blksize", `${blockSize}`]);
    peer.expectOptions(["blksize", `${blockSize}`]);
    for (let block = 1; block <= 65_540; block++) {
      peer.acknowledge((block - 1) % 0x10000);
      peer.expectData(block, blockOf(file, block, blockSize));
      if (block >= 65_534) {
        peer.acknowledge((block - 1) % 0x10000);
        peer.acknowledge((block + 1) % 0x10000);
        peer.expectNothing();
      }
    }
  }),
];
