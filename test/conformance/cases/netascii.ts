/** The mode netascii: RFC 1350 §1, RFC 764. */
import { OUTCOME_COMPLETED, OUTCOME_STORAGE_FAILED, OUTCOME_TOO_LARGE } from "lockstep-tftp/engine";
import { decodeNetascii, encodeNetascii, utf8Of } from "lockstep-tftp/simulated";
import { equal, equalBytes, ok } from "../../support/assertions.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";
import type { EndedTransfer } from "../../support/recording-observer.js";
import { type Case, engineCase } from "./case.js";

const BLOCK_BYTES = 8;
const BLOCK_OPTION = ["blksize", `${BLOCK_BYTES}`];

/** Texts of files, and their form on the wire. */
const TRANSLATIONS: readonly (readonly [string, string, string])[] = [
  ["no line ends", "plain", "plain"],
  ["a line end", "one\ntwo\n", "one\r\ntwo\r\n"],
  ["a bare carriage return", "a\rb", "a\r\0b"],
  ["a line end of two characters in the file", "a\r\nb", "a\r\0\r\nb"],
  ["nothing but line ends", "\n\n\n", "\r\n\r\n\r\n"],
  ["nothing but carriage returns", "\r\r", "\r\0\r\0"],
  ["a zero byte of the file's own", "a\0b", "a\0b"],
  ["nothing", "", ""],
];

function endOf(harness: Harness, name: string): EndedTransfer {
  const found = harness.observer.endedTransfers.find((transfer) => transfer.name === name);
  ok(found !== undefined, `the transfer of "${name}" has ended`);
  return found;
}

const translations = TRANSLATIONS.map(([what, text, wire]) =>
  engineCase(`RFC 764 netascii: ${what}, down and up`, (harness) => {
    const file = harness.file("file", utf8Of(text));
    const peer = harness.peer();
    peer.fetch("file", utf8Of(wire), [], "netascii");
    peer.put("copy", utf8Of(wire), [], "netascii");
    equalBytes(harness.storage.files.get("copy") as Uint8Array, file, "the copy");
    equal(endOf(harness, "copy").bytes, file.length, "bytes of the file that got through");
    equal(endOf(harness, "file").bytes, file.length, "bytes of the file that got through");
  }),
);

/** Uploads of sloppy clients: the bytes on the wire, and the file that they mean. */
const SLOPPY: readonly (readonly [string, string, string])[] = [
  ["a line feed alone", "a\nb", "a\nb"],
  ["a carriage return before another character", "a\rb\r", "a\rb\r"],
  ["two carriage returns before a line feed", "\r\r\n", "\r\n"],
  ["a carriage return as the last byte of the last block", "abc\r", "abc\r"],
  ["a carriage return as the last byte of a full block, and no more", "1234567\r", "1234567\r"],
  ["a carriage return at the end of a block before another character", "1234567\rx", "1234567\rx"],
];

const sloppy = SLOPPY.map(([what, wire, text]) =>
  engineCase(`RFC 764 netascii: an upload with ${what}`, (harness) => {
    harness.peer().put("file", utf8Of(wire), BLOCK_OPTION, "netascii");
    equalBytes(harness.storage.files.get("file") as Uint8Array, utf8Of(text), "the file");
  }),
);

/** Four blocks of eight bytes; the second starts with the second half of a pair, the fourth with a whole one. */
const CUT_TEXT = "1234567\nabcdef\n\n\r\r9\n";

function windowed(harness: Harness): { peer: Peer; wire: Uint8Array } {
  const file = harness.file("file", utf8Of(CUT_TEXT));
  const peer = harness.peer();
  peer.read("file", [...BLOCK_OPTION, "windowsize", "4"], "netascii");
  peer.expectOptions([...BLOCK_OPTION, "windowsize", "4"]);
  peer.acknowledge(0);
  return { peer, wire: encodeNetascii(file) };
}

function expectBlocks(peer: Peer, wire: Uint8Array, first: number, last: number): void {
  for (let block = first; block <= last; block++) {
    peer.expectData(block, blockOf(wire, block, BLOCK_BYTES));
  }
  peer.expectNothing();
}

export const netasciiCases: readonly Case[] = [
  ...translations,
  ...sloppy,

  ...[511, 512, 513, 1024].map((sizeBytes) =>
    engineCase(`RFC 764 netascii: a file of ${sizeBytes} line ends, down and up`, (harness) => {
      const file = harness.file("file", new Uint8Array(sizeBytes).fill(0x0a));
      const peer = harness.peer();
      peer.fetch("file", encodeNetascii(file), [], "netascii");
      peer.put("copy", encodeNetascii(file), [], "netascii");
      equalBytes(harness.storage.files.get("copy") as Uint8Array, file, "the copy");
    }),
  ),

  engineCase("RFC 764 netascii: a block that begins within a pair is the same when it is repeated", (harness) => {
    const file = harness.file("file", utf8Of(CUT_TEXT));
    const wire = encodeNetascii(file);
    const peer = harness.peer();
    peer.read("file", [...BLOCK_OPTION, "timeout", "1"], "netascii");
    peer.expectOptions([...BLOCK_OPTION, "timeout", "1"]);
    peer.acknowledge(0);
    const count = Math.floor(wire.length / BLOCK_BYTES) + 1;
    for (let block = 1; block <= count; block++) {
      expectBlocks(peer, wire, block, block);
      harness.advance(1000);
      expectBlocks(peer, wire, block, block);
      peer.acknowledge(block);
    }
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  ...[1, 2, 3].map((got) =>
    engineCase(`RFC 7440 §4, netascii: a window that lost its block ${got + 1} is sent again from there`, (harness) => {
      const { peer, wire } = windowed(harness);
      const count = Math.floor(wire.length / BLOCK_BYTES) + 1;
      equal(count, 4, "blocks of the text");
      expectBlocks(peer, wire, 1, count);
      peer.acknowledge(got);
      expectBlocks(peer, wire, got + 1, count);
      peer.acknowledge(count);
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
      equal(harness.ended.bytes, CUT_TEXT.length, "bytes of the file that got through");
    }),
  ),

  engineCase("RFC 7440 §4, netascii: the way back to a lost block may find a file that cannot be read", (harness) => {
    const { peer } = windowed(harness);
    peer.ignoreAll();
    harness.storage.readFault = { position: 0, refusal: ~2 };
    peer.acknowledge(2);
    peer.expectError(2);
    peer.expectNothing();
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
  }),

  engineCase(
    "RFC 764 netascii: a duplicate block does not disturb a carriage return that waits for its second byte",
    (harness) => {
      const text = utf8Of("1234567\n7654321\rx");
      const wire = encodeNetascii(text);
      const peer = harness.peer();
      peer.write("file", BLOCK_OPTION, "netascii");
      peer.expectOptions(BLOCK_OPTION);
      const count = Math.floor(wire.length / BLOCK_BYTES) + 1;
      for (let block = 1; block <= count; block++) {
        for (let times = 0; times < 2; times++) {
          peer.data(block, blockOf(wire, block, BLOCK_BYTES));
          peer.expectAcknowledgement(block);
        }
      }
      equalBytes(harness.storage.files.get("file") as Uint8Array, decodeNetascii(wire), "the file");
    },
  ),

  engineCase(
    "size limit: a netascii upload is measured by the file's bytes, not the wire's",
    (harness) => {
      const file = new Uint8Array(100).fill(0x0a);
      harness.peer().put("file", encodeNetascii(file), [], "netascii");
      equalBytes(harness.storage.files.get("file") as Uint8Array, file, "the file");
      const peer = harness.peer();
      peer.write("larger", [], "netascii");
      peer.expectAcknowledgement(0);
      peer.data(1, encodeNetascii(new Uint8Array(101).fill(0x0a)));
      peer.expectError(3);
      equal(harness.observer.endedTransfers.at(-1)?.outcome, OUTCOME_TOO_LARGE, "the outcome");
    },
    { maxSizeBytes: 100 },
  ),
];
