/** The listening port takes requests and nothing else. */
import { ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  errorMessage,
  optionAcknowledgement,
  packetOf,
  readRequest,
  SeededRandom,
} from "lockstep-tftp/simulated";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { LISTENER } from "../../support/engine-transport.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const TFTP_PORT = 69;
const GARBAGE_SEED = 1350;
const GARBAGE_DATAGRAMS = 2000;

/** Messages that are not requests. */
const NO_REQUESTS: readonly (readonly [string, Uint8Array])[] = [
  ["ACK", acknowledgement(0)],
  ["ACK of a block", acknowledgement(1)],
  ["DATA", dataMessage(1, contents(512))],
  ["empty DATA", dataMessage(1, contents(0))],
  ["ERROR", errorMessage(0)],
  ["ERROR 5", errorMessage(5, "Unknown transfer ID")],
  ["OACK", optionAcknowledgement(["blksize", "512"])],
  ["opcode 0", packetOf(0, "file\0octet\0")],
  ["opcode 7", packetOf(7, "file\0octet\0")],
  ["opcode 256, a RRQ in the wrong byte order", packetOf(256, "file\0octet\0")],
  ["opcode 65535", packetOf(0xffff, "file\0octet\0")],
  ["a text", packetOf("hello\r\n")],
];

const silence = NO_REQUESTS.map(([what, packet]) =>
  engineCase(`docs/protocol.md, listening port: silence for ${what}`, (harness) => {
    const stranger = harness.peer();
    stranger.send(packet);
    stranger.expectNothing();
    equal(harness.server.used, 0, "slots that are used");
  }),
);

const silenceOfSinglePort = NO_REQUESTS.map(([what, packet]) =>
  engineCase(
    `docs/protocol.md, listening port: silence for ${what} from a client without a transfer (single port)`,
    (harness) => {
      harness.file("file", contents(600));
      const peer = harness.peer();
      peer.read("file");
      peer.ignoreAll();
      const stranger = harness.peer();
      stranger.send(packet);
      stranger.expectNothing();
      equal(harness.server.used, 1, "slots that are used");
    },
    { singlePort: true },
  ),
);

export const listeningPortCases: readonly Case[] = [
  ...silence,
  ...silenceOfSinglePort,

  engineCase(
    "docs/protocol.md, listening port: messages that belong to a transfer's port do nothing there",
    (harness) => {
      const file = harness.file("file", contents(600));
      const peer = harness.peer();
      peer.read("file");
      peer.expectData(1, blockOf(file, 1));
      peer.send(acknowledgement(1));
      peer.send(errorMessage(0));
      peer.expectNothing();
      equal(harness.server.running, 1, "transfers that run");
      peer.acknowledge(1);
      peer.expectData(2, blockOf(file, 2));
    },
  ),

  engineCase("docs/protocol.md, listening port: datagrams of 0 to 3 bytes are too short for anything", (harness) => {
    const stranger = harness.peer();
    const whole = readRequest("file");
    for (let length = 0; length < 4; length++) {
      stranger.send(whole.subarray(0, length));
      stranger.send(acknowledgement(1).subarray(0, length));
      stranger.expectNothing();
    }
  }),

  engineCase("CVE-2024-2169: a request from port 69 or 0 gets no answer, whatever it asks for", (harness) => {
    harness.file("file", contents(600));
    for (const port of [TFTP_PORT, 0]) {
      const server = harness.peer(port);
      server.read("file");
      server.read("missing");
      server.write("new");
      server.send(packetOf(1, "malformed"));
      server.expectNothing();
    }
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("CVE-2024-2169: the engine's own ERROR, sent back, gets no answer", (harness) => {
    const peer = harness.peer();
    peer.read("missing");
    peer.expectError(ERROR_FILE_NOT_FOUND);
    peer.send(errorMessage(ERROR_FILE_NOT_FOUND, "File not found"));
    peer.expectNothing();
  }),

  engineCase("security, garbage: random datagrams at every port disturb no transfer", (harness) => {
    const file = harness.file("file", contents(2000));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    const stranger = harness.peer();
    const random = new SeededRandom(GARBAGE_SEED);
    for (let count = 0; count < GARBAGE_DATAGRAMS; count++) {
      const garbage = random.bytes(random.below(60));
      garbage.set([0, random.below(8)].slice(0, garbage.length));
      stranger.send(garbage, random.chance(50) ? peer.serverPort : LISTENER);
    }
    stranger.ignoreAll();
    for (const block of [2, 3, 4]) {
      peer.acknowledge(block - 1);
      peer.expectData(block, blockOf(file, block));
    }
    peer.acknowledge(4);
    equal(
      harness.observer.endedTransfers.find(({ port }) => port === peer.port)?.bytes,
      2000,
      "bytes that got through",
    );
  }),
];
