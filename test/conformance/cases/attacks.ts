/** The malformed packets of known weaknesses of other servers, one case each. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
} from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  packetOf,
  readRequest,
  textFields,
  textsOf,
  utf8Of,
} from "lockstep-tftp/simulated";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

/** Starts a download: the peer has the second block. */
function underWay(harness: Harness): { peer: Peer; file: Uint8Array } {
  const file = harness.file("file", contents(1100));
  const peer = harness.peer();
  peer.read("file");
  peer.expectData(1, blockOf(file, 1));
  peer.acknowledge(1);
  peer.expectData(2, blockOf(file, 2));
  return { peer, file };
}

function goesOn(harness: Harness, peer: Peer, file: Uint8Array): void {
  peer.expectNothing();
  peer.acknowledge(2);
  peer.expectData(3, blockOf(file, 3));
  peer.acknowledge(3);
  equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
}

export const attackCases: readonly Case[] = [
  engineCase("CVE-2021-41054: with the smallest blocks the OACK is still whole", (harness) => {
    const file = harness.file("file", contents(20));
    const peer = harness.peer();
    peer.fetch("file", file, ["blksize", "8", "timeout", "255", "tsize", "0", "windowsize", "16"]);
    peer.write("copy", ["blksize", "8", "timeout", "255", "tsize", "999999999999999", "windowsize", "16"]);
    peer.expectOptions(["blksize", "8", "timeout", "255", "tsize", "999999999999999", "windowsize", "16"]);
  }),

  engineCase("CVE-2020-6097: senders with unusual addresses are answered or ignored without harm", (harness) => {
    const file = harness.file("file", contents(5));
    for (const address of ["", "::ffff:192.0.2.1%eth0", 0, -1, 0xffffffff]) {
      harness.peer(65_535, address).fetch("file", file);
    }
  }),

  engineCase("CVE-2019-11365: an ERROR of 3 bytes or fewer is ignored", (harness) => {
    const { peer, file } = underWay(harness);
    for (const packet of [Uint8Array.of(0, 5), Uint8Array.of(0, 5, 0), Uint8Array.of(0), Uint8Array.of()]) {
      peer.reply(packet);
      peer.send(packet);
    }
    goesOn(harness, peer, file);
  }),

  engineCase("atftpd 0.8.0: ACK and DATA of 2 or 3 bytes are ignored", (harness) => {
    const { peer, file } = underWay(harness);
    peer.reply(acknowledgement(2).subarray(0, 3));
    peer.reply(acknowledgement(2).subarray(0, 2));
    peer.reply(dataMessage(2, contents(0)).subarray(0, 3));
    goesOn(harness, peer, file);
  }),

  engineCase("CVE-2009-2957: a name longer than any buffer is refused", (harness) => {
    const peer = harness.peer();
    peer.read("A".repeat(1900));
    peer.expectError(ERROR_ACCESS_VIOLATION);
    peer.write(`${"A/".repeat(900)}x`);
    peer.expectError(ERROR_ACCESS_VIOLATION);
    equal(harness.storage.asked.length, 0, "files that the storage was asked for");
  }),

  engineCase("CVE-2009-2958: a blksize without its value is left out", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    peer.send(packetOf(readRequest("file"), "blksize"));
    peer.expectData(1, blockOf(file, 1));
    peer.send(packetOf(readRequest("file"), "blksize\0"));
    peer.expectData(1, blockOf(file, 1));
    peer.send(packetOf(readRequest("file"), "blksize\0\0"));
    peer.expectData(1, blockOf(file, 1));
  }),

  engineCase("dnsmasq 2.77: the text of an ERROR is short and says nothing of the name", (harness) => {
    const peer = harness.peer();
    const name = "secret".repeat(80);
    peer.read(name);
    const packet = peer.receive(5);
    equal(packet.length < 64, true, "that the ERROR is short");
    equal(textsOf(packet, 4)[0]?.includes("secret"), false, "that the text has the name");
  }),

  engineCase("CVE-2011-2199: the unknown option utimeout is left out, however long its value", (harness) => {
    const file = harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file", ["utimeout", "9".repeat(1000)]);
    peer.expectData(1, blockOf(file, 1));
    peer.read("file", ["timeout", "9".repeat(1000)]);
    peer.expectData(1, blockOf(file, 1));
  }),

  engineCase("CVE-2006-0328: a name with printf formats is taken as it is", (harness) => {
    const peer = harness.peer();
    peer.read("%n%n%n%s%s%x");
    equal(textsOf(peer.receive(5), 4)[0]?.includes("%"), false, "that the ERROR repeats it");
    equal(harness.storage.asked[0], "%n%n%n%s%s%x", "what the storage was asked for");
  }),

  engineCase("CVE-2002-2237: a DOS device name is a file name, which only a host on Windows refuses", (harness) => {
    const peer = harness.peer();
    for (const name of ["con", "NUL", "Aux.txt", "com1", "LPT9.cfg", "boot/prn.tar.gz", "com0/x"]) {
      peer.read(name);
      peer.expectError(ERROR_FILE_NOT_FOUND);
      equal(harness.storage.asked.at(-1), name, "the name that the storage was asked for");
    }
  }),

  engineCase("CVE-2026-21620: a name that climbs never reaches the storage", (harness) => {
    const peer = harness.peer();
    for (const name of ["../etc/passwd", "a/../../etc/passwd", "..\\..\\etc\\passwd", "/../x", "a/b/../../../x"]) {
      peer.read(name);
      peer.expectError(ERROR_ACCESS_VIOLATION);
      peer.write(name);
      peer.expectError(ERROR_ACCESS_VIOLATION);
    }
    equal(harness.storage.asked.length, 0, "files that the storage was asked for");
  }),

  engineCase("CVE-2008-2161: an ERROR with an overlong text, or one that does not end, frees the slot", (harness) => {
    const { peer } = underWay(harness);
    peer.reply(packetOf(5, 0, "B".repeat(2000)));
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.ended.outcome, OUTCOME_ABORTED_BY_PEER, "the outcome");
  }),

  engineCase("NetX Duo 6.1.10: a request whose mode lies beyond the datagram is malformed", (harness) => {
    harness.file("file", contents(5));
    harness.afterDatagram = utf8Of(textFields("octet"));
    const peer = harness.peer();
    for (const opcode of [OPCODE_READ_REQUEST, OPCODE_WRITE_REQUEST]) {
      peer.send(packetOf(opcode, textFields("file")));
      peer.expectError(ERROR_ILLEGAL_OPERATION);
    }
  }),

  engineCase("NetX Duo 6.1.10: DATA larger than any block ends the upload and writes nothing", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    peer.expectAcknowledgement(0);
    peer.data(1, contents(2000));
    peer.expectError(ERROR_ILLEGAL_OPERATION);
    equal(harness.storage.files.names.length, 0, "files in the storage");
  }),

  engineCase("esp32-snippets: an ACK from another port does not move the transfer", (harness) => {
    const { peer, file } = underWay(harness);
    const stranger = harness.peer();
    stranger.send(acknowledgement(2), peer.serverPort);
    stranger.ignoreAll();
    goesOn(harness, peer, file);
  }),

  engineCase("esp32-snippets: a thousand requests of a thousand files leave no file open", (harness) => {
    harness.file("file", contents(600));
    for (let count = 0; count < 1000; count++) {
      const peer = harness.peer(10_000 + count);
      peer.read(count % 2 === 0 ? "missing" : "file");
      peer.ignoreAll();
      peer.error(0);
    }
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase("Zephyr 2026: the client's ERROR ends the transfer, and refused requests keep no slot", (harness) => {
    const { peer } = underWay(harness);
    peer.error(3, "disk full");
    equal(harness.ended.outcome, OUTCOME_ABORTED_BY_PEER, "the outcome");
    for (let count = 0; count < 50; count++) {
      peer.read("missing");
      peer.expectError(ERROR_FILE_NOT_FOUND);
    }
    equal(harness.server.free, 8, "free slots");
  }),
];
