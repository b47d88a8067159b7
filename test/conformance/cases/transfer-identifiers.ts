/** Transfer identifiers: RFC 1350 §4. */
import { BUSY, ERROR_FILE_NOT_FOUND, ERROR_UNKNOWN_TRANSFER_ID } from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  errorMessage,
  optionAcknowledgement,
  readRequest,
} from "lockstep-tftp/simulated";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { LISTENER, OTHER_LISTENER } from "../../support/engine-transport.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { begun, goesOn } from "./two-blocks.js";

const TFTP_PORT = 69;

const ports: readonly Case[] = [
  engineCase("RFC 1350 §4: each transfer has its own port, on the listener that was asked", (harness) => {
    const file = harness.file("file", contents(600));
    const first = harness.peer();
    const second = harness.peer();
    first.send(readRequest("file"), LISTENER);
    second.send(readRequest("file"), OTHER_LISTENER);
    first.expectData(1, blockOf(file, 1));
    second.expectData(1, blockOf(file, 1));
    equal(first.serverPort >= 0 && second.serverPort >= 0, true, "that the answers come from ports of transfers");
    equal(first.serverPort === second.serverPort, false, "that both have the same port");
    equal(harness.transport.openPorts.get(first.serverPort), LISTENER, "the listener of the first");
    equal(harness.transport.openPorts.get(second.serverPort), OTHER_LISTENER, "the listener of the second");
  }),

  engineCase("RFC 1350 §4: a refusal leaves from the listener that was asked", (harness) => {
    const peer = harness.peer();
    peer.send(readRequest("missing"), OTHER_LISTENER);
    peer.expectError(ERROR_FILE_NOT_FOUND);
    equal(peer.serverPort, OTHER_LISTENER, "the port from which the ERROR came");
  }),

  engineCase(
    "single port: every message leaves from the listening port, and arrives there",
    (harness) => {
      const file = harness.file("file", contents(1100));
      const peer = harness.peer();
      const other = harness.peer();
      other.read("file");
      other.expectData(1, blockOf(file, 1));
      peer.fetch("file", file);
      equal(peer.serverPort, LISTENER, "the port from which the last block came");
      peer.put("new", file);
      equal(peer.serverPort, LISTENER, "the port from which the last ACK came");
      goesOnWithThree(other, file);
    },
    { singlePort: true },
  ),

  engineCase("transport: a request without a free port gets no answer, and no slot stays taken", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    harness.transport.portsAreFree = false;
    peer.read("file");
    peer.write("new");
    peer.expectNothing();
    equal(harness.server.used, 0, "slots that are used");
    harness.transport.portsAreFree = true;
    begunAgain(peer);
  }),

  engineCase("docs/protocol.md, full or short of memory: a busy storage's request gets silence", (harness) => {
    const { peer, file } = begun(harness);
    const other = harness.peer();
    harness.storage.refusals.set("file", BUSY);
    other.read("file");
    other.expectNothing();
    equal(harness.observer.refusedRequests.length, 0, "requests that were refused");
    goesOn(harness, peer, file);
  }),

  engineCase(
    "RFC 1350 §4: one address with two ports is two peers, and so are two addresses with one port",
    (harness) => {
      const file = harness.file("file", contents(600));
      const peers = [
        harness.peer(3000, "192.0.2.1"),
        harness.peer(3001, "192.0.2.1"),
        harness.peer(3000, "192.0.2.2"),
        harness.peer(3000, 0x0a000001),
      ];
      for (const peer of peers) {
        peer.read("file");
        peer.expectData(1, blockOf(file, 1));
      }
      equal(harness.server.used, peers.length, "slots that are used");
      for (const peer of peers) {
        goesOn(harness, peer, file);
      }
    },
  ),
];

function goesOnWithThree(peer: Peer, file: Uint8Array): void {
  for (const block of [2, 3]) {
    peer.acknowledge(block - 1);
    peer.expectData(block, blockOf(file, block));
  }
  peer.acknowledge(3);
}

function begunAgain(peer: Peer): void {
  peer.read("file");
  peer.expectData(1, blockOf(contents(600), 1));
  peer.error(0);
}

const strangers: readonly Case[] = [
  engineCase("RFC 1350 §4: a stranger gets ERROR 5, and the transfer is not disturbed", (harness) => {
    const { peer, file } = begun(harness);
    const sameAddress = harness.peer(peer.port + 100, peer.address);
    const samePort = harness.peer(peer.port, "192.0.2.99");
    const packets = [
      acknowledgement(1),
      dataMessage(1, contents(5)),
      readRequest("file"),
      optionAcknowledgement(["tsize", "0"]),
    ];
    for (const stranger of [sameAddress, samePort]) {
      for (const packet of packets) {
        stranger.send(packet, peer.serverPort);
        stranger.expectError(ERROR_UNKNOWN_TRANSFER_ID);
        equal(stranger.serverPort, peer.serverPort, "the port from which the ERROR came");
        stranger.expectNothing();
      }
    }
    goesOn(harness, peer, file);
  }),

  engineCase("RFC 1350 §4: a stranger's ERROR gets no answer and ends nothing", (harness) => {
    const { peer, file } = begun(harness);
    const stranger = harness.peer();
    stranger.send(errorMessage(0), peer.serverPort);
    stranger.send(errorMessage(ERROR_UNKNOWN_TRANSFER_ID), peer.serverPort);
    stranger.expectNothing();
    goesOn(harness, peer, file);
  }),

  engineCase("RFC 1350 §4: a stranger gets ERROR 5 from an upload, and writes nothing into it", (harness) => {
    const file = contents(600);
    const peer = harness.peer();
    peer.write("file");
    peer.expectAcknowledgement(0);
    const stranger = harness.peer();
    stranger.send(dataMessage(1, contents(512)), peer.serverPort);
    stranger.expectError(ERROR_UNKNOWN_TRANSFER_ID);
    for (const block of [1, 2]) {
      peer.data(block, blockOf(file, block));
      peer.expectAcknowledgement(block);
    }
    equal(harness.storage.files.get("file")?.join(), file.join(), "the file");
  }),

  engineCase("CVE-2024-2169: a stranger at port 69 or 0, which no client has, gets no ERROR 5", (harness) => {
    const { peer, file } = begun(harness);
    for (const port of [TFTP_PORT, 0]) {
      const server = harness.peer(port, "192.0.2.50");
      server.send(acknowledgement(1), peer.serverPort);
      server.expectNothing();
    }
    goesOn(harness, peer, file);
  }),

  engineCase(
    "single port: a stranger's packet belongs to no transfer and gets silence",
    (harness) => {
      const { peer, file } = begun(harness);
      const stranger = harness.peer();
      stranger.send(acknowledgement(1));
      stranger.send(dataMessage(1, contents(5)));
      stranger.expectNothing();
      goesOn(harness, peer, file);
    },
    { singlePort: true },
  ),
];

export const transferIdentifierCases: readonly Case[] = [...ports, ...strangers];
