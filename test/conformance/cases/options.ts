/** Option negotiation: RFC 2347, RFC 2348 `blksize`, RFC 2349 `tsize` and `timeout`. */
import {
  ERROR_DISK_FULL,
  ERROR_NOT_DEFINED,
  FAILED,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_STORAGE_FAILED,
} from "lockstep-tftp/engine";
import type { OptionTexts } from "lockstep-tftp/simulated";
import { equal, equalBytes } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const FILE_BYTES = 600;
/** RFC 2347 §4 leaves the code of "options refused" to the client. */
const ERROR_OPTION_REFUSED = 8;
const LIMIT_BYTES = 1000;

/** A download: the options of the request and those of the OACK. Without accepted options the first block comes instead. */
function negotiation(name: string, asked: OptionTexts, answered: OptionTexts): Case {
  return engineCase(name, (harness) => {
    const file = harness.file("file", contents(FILE_BYTES));
    const peer = harness.peer();
    peer.read("file", asked);
    if (answered.length === 0) {
      peer.expectData(1, blockOf(file, 1));
    } else {
      peer.expectOptions(answered);
    }
    peer.expectNothing();
  });
}

const general: readonly Case[] = [
  negotiation("RFC 2347 §2: a request without options gets no OACK", [], []),
  negotiation(
    "RFC 2347 §2: a request with unknown options only gets no OACK",
    ["multicast", "", "utimeout", "5", "", ""],
    [],
  ),
  negotiation(
    "RFC 2347 §2: an unknown option is left out, the others are acknowledged",
    ["multicast", "", "tsize", "0", "x", "y"],
    ["tsize", "600"],
  ),
  negotiation(
    "docs/protocol.md, options: names in any case, echoed in lower case",
    ["TSIZE", "0", "bLkSiZe", "64", "Timeout", "9", "WINDOWsize", "3"],
    ["blksize", "64", "timeout", "9", "tsize", "600", "windowsize", "3"],
  ),
  negotiation(
    "docs/protocol.md, options: blksize comes first in the OACK, wherever it is in the request",
    ["windowsize", "2", "tsize", "0", "timeout", "1", "blksize", "1468"],
    ["blksize", "512", "timeout", "1", "tsize", "600", "windowsize", "2"],
  ),
  negotiation(
    "RFC 2347 §2: an option that is there twice is acknowledged once",
    ["blksize", "64", "blksize", "128", "tsize", "0", "tsize", "0"],
    ["blksize", "64", "tsize", "600"],
  ),
  negotiation(
    "RFC 2347 §2: a name that only begins or ends like an option's is unknown",
    ["blksize2", "64", "xtsize", "0"],
    [],
  ),

  engineCase("RFC 2347 §3: an OACK is answered with the ACK of block 0, then comes the first block", (harness) => {
    const file = harness.file("file", contents(FILE_BYTES));
    const peer = harness.peer();
    peer.read("file", ["tsize", "0"]);
    peer.expectOptions(["tsize", "600"]);
    peer.expectNothing();
    peer.acknowledge(0);
    peer.expectData(1, blockOf(file, 1));
    peer.acknowledge(1);
    peer.expectData(2, blockOf(file, 2));
    peer.acknowledge(2);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("RFC 2347 §3: to a write request the OACK comes in place of the first ACK", (harness) => {
    const file = contents(FILE_BYTES);
    const peer = harness.peer();
    peer.write("file", ["tsize", "600"]);
    peer.expectOptions(["tsize", "600"]);
    peer.expectNothing();
    for (const block of [1, 2]) {
      peer.data(block, blockOf(file, block));
      peer.expectAcknowledgement(block);
    }
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("RFC 2347 §2: an OACK is repeated unchanged until it is answered", (harness) => {
    harness.file("file", contents(FILE_BYTES));
    for (const peer of [harness.peer(), harness.peer()]) {
      const ask = peer.port % 2 === 0 ? peer.read : peer.write;
      ask.call(peer, "file", ["blksize", "8", "tsize", "600"]);
      peer.expectOptions(["blksize", "8", "tsize", "600"]);
      harness.advance(300);
      peer.expectOptions(["blksize", "8", "tsize", "600"]);
    }
  }),

  engineCase("RFC 2347 §4: ERROR 8 for an OACK ends the transfer, which is a normal end", (harness) => {
    harness.file("file", contents(FILE_BYTES));
    const peer = harness.peer();
    peer.read("file", ["blksize", "1468"]);
    peer.expectOptions(["blksize", "512"]);
    peer.error(ERROR_OPTION_REFUSED);
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.ended.outcome, OUTCOME_DECLINED, "the outcome");
  }),

  engineCase("RFC 2347 §3: the ACK of an OACK may find a file that cannot be read", (harness) => {
    harness.file("file", contents(FILE_BYTES));
    const peer = harness.peer();
    peer.read("file", ["tsize", "0"]);
    peer.expectOptions(["tsize", "600"]);
    harness.storage.readFault = { position: 0, refusal: FAILED };
    peer.acknowledge(0);
    peer.expectError(ERROR_NOT_DEFINED);
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
  }),
];

const INVALID_BLOCK_SIZES = ["0", "1", "7", "-1", "abc", "65465", "", "+512", " 512", "512 ", "0x200", "51.2", "5e2"];
const TOO_MANY_DIGITS = "9".repeat(400);
/** Sizes around one and two of the smallest blocks. */
const SIZES_OF_SMALLEST_BLOCKS = [0, 1, 7, 8, 9, 16];

const blockSize: readonly Case[] = [
  ...["8", "9", "511", "512"].map((size) =>
    negotiation(`RFC 2348: blksize ${size} is granted`, ["blksize", size], ["blksize", size]),
  ),
  ...["513", "1024", "1428", "1468", "65464"].map((size) =>
    negotiation(`RFC 2348: blksize ${size} is answered 512`, ["blksize", size], ["blksize", "512"]),
  ),
  ...[...INVALID_BLOCK_SIZES, TOO_MANY_DIGITS].map((size) =>
    negotiation(`RFC 2348: blksize "${size.slice(0, 20)}" is left out`, ["blksize", size], []),
  ),
  ...SIZES_OF_SMALLEST_BLOCKS.map((sizeBytes) =>
    engineCase(`RFC 2348: a file of ${sizeBytes} bytes in blocks of 8, down and up`, (harness) => {
      const file = harness.file("file", contents(sizeBytes));
      const peer = harness.peer();
      peer.fetch("file", file, ["blksize", "8"]);
      peer.put("copy", file, ["blksize", "8"]);
      equalBytes(harness.storage.files.get("copy") as Uint8Array, file, "the copy");
    }),
  ),
  engineCase("RFC 2348: blocks of 512 bytes where more was asked, down and up", (harness) => {
    const file = harness.file("file", contents(1024));
    const peer = harness.peer();
    peer.fetch("file", file, ["blksize", "1428"]);
    peer.put("copy", file, ["blksize", "1428"]);
    equalBytes(harness.storage.files.get("copy") as Uint8Array, file, "the copy");
  }),
];

const transferSize: readonly Case[] = [
  negotiation("RFC 2349 tsize: a download is told the file's real size", ["tsize", "0"], ["tsize", "600"]),
  negotiation("RFC 2349 tsize: the file's size, whatever number the client sent", ["tsize", "12345"], ["tsize", "600"]),
  ...["-1", "abc", "", "1 "].map((size) => negotiation(`RFC 2349 tsize: "${size}" is left out`, ["tsize", size], [])),

  engineCase("RFC 2349 tsize: the size of an empty file is left out, which curl takes for an error", (harness) => {
    harness.file("file", contents(0));
    harness.file("byte", contents(1));
    const peer = harness.peer();
    peer.read("file", ["blksize", "512", "tsize", "0"]);
    peer.expectOptions(["blksize", "512"]);
    peer.acknowledge(0);
    peer.expectData(1, contents(0));
    peer.acknowledge(1);
    peer.read("byte", ["tsize", "0"]);
    peer.expectOptions(["tsize", "1"]);
  }),

  engineCase("RFC 2349 tsize: sizes of more than 32 bits", (harness) => {
    const peer = harness.peer();
    peer.write("huge", ["tsize", "999999999999999"]);
    peer.expectOptions(["tsize", "999999999999999"]);
    equal(harness.storage.announcedBytes[0], 999_999_999_999_999, "the size that the storage was told");
    peer.write("larger than any file", ["tsize", "1000000000000000"]);
    peer.expectAcknowledgement(0);
  }),

  engineCase("RFC 2349 tsize: an unknown size is left out", (harness) => {
    const file = harness.file("file", contents(FILE_BYTES));
    harness.storage.tellsSizes = false;
    const peer = harness.peer();
    peer.read("file", ["tsize", "0"]);
    peer.expectData(1, blockOf(file, 1));
  }),

  engineCase("RFC 2349 tsize: left out for a netascii download, whose size on the wire is unknown", (harness) => {
    const file = harness.file("file", contents(5));
    const peer = harness.peer();
    peer.read("file", ["tsize", "0"], "netascii");
    peer.expectData(1, file);
  }),

  engineCase("RFC 2349 tsize: an upload's size is told to the storage and echoed", (harness) => {
    const peer = harness.peer();
    peer.write("file", ["tsize", "4711"]);
    peer.expectOptions(["tsize", "4711"]);
    equal(harness.storage.announcedBytes[0], 4711, "the size that the storage was told");
    peer.write("other");
    peer.expectAcknowledgement(0);
    equal(harness.storage.announcedBytes[1], -1, "what the storage was told when nothing was said");
  }),

  engineCase(
    "RFC 2349 tsize: a write request that comes a second later with another size gets that one echoed",
    (harness) => {
      const peer = harness.peer();
      peer.write("file", ["tsize", "100"]);
      peer.expectOptions(["tsize", "100"]);
      harness.advance(1000);
      peer.ignoreAll();
      peer.write("file", ["tsize", "200"]);
      peer.expectOptions(["tsize", "200"]);
      equal(harness.server.used, 1, "slots that are used");
    },
  ),

  engineCase(
    "docs/protocol.md, disk full: ERROR 3 at once for an announced size without room, and no slot is taken",
    (harness) => {
      harness.storage.roomBytes = 999;
      const peer = harness.peer();
      peer.write("file", ["tsize", "1000"]);
      peer.expectError(ERROR_DISK_FULL);
      equal(harness.server.used, 0, "slots that are used");
      peer.write("file", ["tsize", "999"]);
      peer.expectOptions(["tsize", "999"]);
    },
  ),

  engineCase(
    "size limit: ERROR 3 at once for a larger announced size, and the storage is not asked",
    (harness) => {
      const peer = harness.peer();
      peer.write("file", ["tsize", `${LIMIT_BYTES + 1}`]);
      peer.expectError(ERROR_DISK_FULL);
      equal(harness.server.used, 0, "slots that are used");
      equal(harness.storage.asked.length, 0, "files that the storage was asked for");
    },
    { maxSizeBytes: LIMIT_BYTES },
  ),
];

const timeout: readonly Case[] = [
  ...["1", "2", "5", "128", "255"].map((seconds) =>
    negotiation(`RFC 2349 timeout: ${seconds} is echoed exactly`, ["timeout", seconds], ["timeout", seconds]),
  ),
  ...["0", "256", "-1", "1.5", "", "abc"].map((seconds) =>
    negotiation(`RFC 2349 timeout: "${seconds}" is left out`, ["timeout", seconds], []),
  ),
];

export const optionCases: readonly Case[] = [...general, ...blockSize, ...transferSize, ...timeout];
