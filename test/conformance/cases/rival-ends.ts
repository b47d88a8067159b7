/** Two transfers with one client, and how they end other than by an answer; requests that are refused beside one. */
import {
  ERROR_FILE_NOT_FOUND,
  ERROR_UNKNOWN_TRANSFER_ID,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_DECLINED,
  OUTCOME_TIMED_OUT,
} from "lockstep-tftp/engine";
import { acknowledgement, errorMessage } from "lockstep-tftp/simulated";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { begun } from "./two-blocks.js";
import { FILE, newPort, OTHER, outcomesOf, takesRest, underWay } from "./two-transfers.js";

export const rivalEndCases: readonly Case[] = [
  engineCase("docs/protocol.md, ERROR from the peer: it ends the new transfer only", (harness) => {
    const peer = underWay(harness);
    const old = peer.serverPort;
    peer.read("other");
    const recent = newPort(harness, peer);
    peer.send(errorMessage(ERROR_UNKNOWN_TRANSFER_ID), recent);
    equal(outcomesOf(harness), `other ${OUTCOME_DECLINED}`, "the outcome of the new one");
    peer.send(acknowledgement(2), old);
    peer.expectData(3, blockOf(FILE, 3));
    takesRest(peer, FILE, 4);
  }),

  engineCase("docs/protocol.md, ERROR from the peer: it ends the old transfer only", (harness) => {
    const peer = underWay(harness);
    const old = peer.serverPort;
    peer.read("other");
    const recent = newPort(harness, peer);
    peer.send(errorMessage(0), old);
    equal(outcomesOf(harness), `file ${OUTCOME_ABORTED_BY_PEER}`, "the outcome of the old one");
    peer.send(acknowledgement(1), recent);
    peer.expectData(2, blockOf(OTHER, 2));
    peer.acknowledge(2);
    equal(harness.observer.endedTransfers.length, 2, "transfers that have ended");
  }),

  engineCase("docs/protocol.md, giving up: two transfers that get no answer end, each at its time", (harness) => {
    const peer = underWay(harness);
    harness.advance(2000);
    peer.ignoreAll();
    peer.read("other");
    const start = harness.now;
    harness.advance(24_999 - 2000);
    equal(harness.server.running, 2, "transfers that run");
    harness.advance(1);
    equal(harness.server.running, 1, "transfers that run");
    harness.advance(2000);
    equal(harness.server.running, 0, "transfers that run");
    equal(outcomesOf(harness), `file ${OUTCOME_TIMED_OUT}, other ${OUTCOME_TIMED_OUT}`, "the outcomes");
    equal(harness.now - start, 25_000, "milliseconds until the new one is given up");
    peer.ignoreAll();
  }),

  engineCase("docs/protocol.md, before the first ACK: a new transfer sends its block three times in all", (harness) => {
    const peer = underWay(harness);
    const old = peer.serverPort;
    peer.read("other");
    harness.advance(20_000);
    const ofOther = peer.receiveAll().filter((packet) => packet[3] === 1);
    equal(ofOther.length, 3, "copies of its first block");
    peer.send(acknowledgement(2), old);
    peer.expectData(3, blockOf(FILE, 3));
  }),

  engineCase("docs/protocol.md, missing file: ERROR 1 at once, if the client has answered nothing", (harness) => {
    const { peer } = begun(harness);
    const { serverPort } = peer;
    peer.read("missing");
    peer.expectError(ERROR_FILE_NOT_FOUND);
    equal(harness.server.used, 1, "slots that are used");
    peer.send(acknowledgement(1), serverPort);
    peer.expectData(2, blockOf(contents(600), 2));
  }),

  engineCase("docs/protocol.md, missing file: ERROR 1 after 3 s without progress", (harness) => {
    const peer = underWay(harness);
    harness.advance(2999);
    peer.ignoreAll();
    peer.read("missing");
    peer.expectNothing();
    equal(harness.server.unansweredRequests, 1, "requests without an answer");
    harness.advance(1);
    peer.read("missing");
    peer.expectError(ERROR_FILE_NOT_FOUND);
    equal(harness.server.used, 1, "slots that are used");
  }),

  engineCase("docs/protocol.md, missing file: ERROR 1 at once, if the last block is out", (harness) => {
    harness.file("file", contents(600));
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(contents(600), 1));
    peer.acknowledge(1);
    peer.expectData(2, blockOf(contents(600), 2));
    peer.read("missing");
    peer.expectError(ERROR_FILE_NOT_FOUND);
  }),
];
