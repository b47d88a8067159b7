/** A request from the port of a transfer: the client starts anew, or the request is late or forged. */
import { OUTCOME_COMPLETED, OUTCOME_SUPERSEDED } from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, packetOf } from "lockstep-tftp/simulated";
import { equal, equalBytes, equalTexts } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { halfWay, stored } from "./started-upload.js";
import { begun } from "./two-blocks.js";
import { FILE, newPort, OTHER, outcomesOf, takesRest, underWay } from "./two-transfers.js";

const FORGED: readonly (readonly [string, (peer: Peer) => void])[] = [
  ["a copy of the request", (peer) => peer.read("file")],
  ["a read request for another file", (peer) => peer.read("other")],
  ["a write request", (peer) => peer.write("new")],
  ["a write request for the same file", (peer) => peer.write("file")],
  ["a request for what is not there", (peer) => peer.read("missing")],
  ["a request for a name that is refused", (peer) => peer.read("../file")],
  ["a malformed request", (peer) => peer.send(packetOf(1, "file"))],
];

const surviving: readonly Case[] = FORGED.flatMap(([what, forge]) => [
  engineCase(`docs/protocol.md, RRQ again after progress: a download goes on after ${what}`, (harness) => {
    const peer = underWay(harness);
    const { serverPort } = peer;
    peer.send(acknowledgement(2), serverPort);
    peer.expectData(3, blockOf(FILE, 3));
    forge(peer);
    peer.expectNothing();
    peer.acknowledge(3);
    peer.expectData(4, blockOf(FILE, 4));
    peer.acknowledge(4);
    equal(peer.serverPort, serverPort, "the port");
    equal(harness.observer.endedTransfers.at(-1)?.outcome, OUTCOME_COMPLETED, "the outcome");
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.observer.refusedRequests.length, 0, "requests that were refused");
  }),

  engineCase(`docs/protocol.md, WRQ again after progress: an upload goes on after ${what}`, (harness) => {
    const { peer } = halfWay(harness);
    harness.file("other", OTHER);
    const { serverPort } = peer;
    forge(peer);
    peer.expectNothing();
    peer.data(3, blockOf(contents(1500), 3));
    peer.expectAcknowledgement(3);
    equal(peer.serverPort, serverPort, "the port");
    equalBytes(stored(harness, "file"), contents(1500), "the file");
    equal(harness.server.running, 0, "transfers that run");
  }),
]);

const deciding: readonly Case[] = [
  engineCase("docs/protocol.md, RRQ again after progress: a client that starts anew has a new transfer", (harness) => {
    const peer = underWay(harness);
    peer.read("file");
    equal(harness.server.used, 2, "slots that are used");
    newPort(harness, peer);
    takesRest(peer, FILE, 2);
    equal(outcomesOf(harness), `file ${OUTCOME_SUPERSEDED}, file ${OUTCOME_COMPLETED}`, "the outcomes");
    equal(harness.server.used, 0, "slots that are used");
  }),

  engineCase(
    "docs/protocol.md, RRQ again after progress: an answer to the old transfer ends the new one without a message",
    (harness) => {
      const peer = underWay(harness);
      const old = peer.serverPort;
      peer.read("file");
      newPort(harness, peer);
      peer.send(acknowledgement(2), old);
      peer.expectData(3, blockOf(FILE, 3));
      equal(outcomesOf(harness), `file ${OUTCOME_SUPERSEDED}`, "the outcome of the new one");
      takesRest(peer, FILE, 4);
    },
  ),

  engineCase("docs/protocol.md, RRQ again after progress: stale ACKs decide nothing", (harness) => {
    const peer = underWay(harness);
    const old = peer.serverPort;
    peer.read("file");
    const recent = newPort(harness, peer);
    for (const port of [old, recent]) {
      peer.send(acknowledgement(0), port);
      peer.send(acknowledgement(9), port);
    }
    peer.send(acknowledgement(1), old);
    equal(harness.server.running, 2, "transfers that run");
  }),

  engineCase("docs/protocol.md, RRQ with another name: at once, if the old one was never answered", (harness) => {
    for (const answersNew of [true, false]) {
      const { peer } = begun(harness);
      harness.file("other", OTHER);
      const old = peer.serverPort;
      peer.read("other");
      peer.expectData(1, blockOf(OTHER, 1));
      equal(harness.server.used, 2, "slots that are used");
      peer.send(acknowledgement(1), answersNew ? peer.serverPort : old);
      peer.expectData(2, blockOf(answersNew ? OTHER : contents(600), 2));
      peer.acknowledge(2);
      equal(harness.server.used, 0, "slots that are used");
    }
    const { endedTransfers } = harness.observer;
    equalTexts(
      endedTransfers.map(({ name, outcome }) => `${name} ${outcome}`),
      [
        `file ${OUTCOME_SUPERSEDED}`,
        `other ${OUTCOME_COMPLETED}`,
        `other ${OUTCOME_SUPERSEDED}`,
        `file ${OUTCOME_COMPLETED}`,
      ],
      "the outcomes",
    );
  }),

  engineCase("docs/protocol.md, RRQ with another name: at once, after 3 s without progress", (harness) => {
    const peer = underWay(harness);
    harness.advance(3000);
    peer.ignoreAll();
    peer.read("other", ["tsize", "0"]);
    peer.expectOptions(["tsize", "900"]);
    peer.acknowledge(0);
    peer.expectData(1, blockOf(OTHER, 1));
    equal(outcomesOf(harness), `file ${OUTCOME_SUPERSEDED}`, "the outcome of the old one");
    takesRest(peer, OTHER, 2);
  }),

  engineCase("docs/protocol.md, RRQ with another name: at once, if the last block is out", (harness) => {
    const peer = underWay(harness);
    for (const block of [3, 4]) {
      peer.acknowledge(block - 1);
      peer.expectData(block, blockOf(FILE, block));
    }
    peer.read("other");
    peer.expectData(1, blockOf(OTHER, 1));
    takesRest(peer, OTHER, 2);
  }),

  engineCase("docs/protocol.md, WRQ again after progress: the earlier blocks are discarded", (harness) => {
    const { peer } = halfWay(harness);
    peer.write("file");
    newPort(harness, peer);
    peer.data(1, contents(7));
    peer.expectAcknowledgement(1);
    equal(stored(harness, "file").length, 7, "bytes in the file");
    equal(outcomesOf(harness), `file ${OUTCOME_SUPERSEDED}, file ${OUTCOME_COMPLETED}`, "the outcomes");
  }),

  engineCase("docs/protocol.md, WRQ again after progress: the last block within a window decides, too", (harness) => {
    const peer = harness.peer();
    peer.write("file", ["windowsize", "4"]);
    peer.expectOptions(["windowsize", "4"]);
    peer.data(1, blockOf(FILE, 1));
    peer.write("file");
    for (const block of [2, 3]) {
      peer.data(block, blockOf(FILE, block));
    }
    peer.data(4, new Uint8Array(0));
    peer.expectAcknowledgement(4);
    equal(harness.server.running, 0, "transfers that run");
    equal(stored(harness, "file").length, 3 * 512, "bytes in the file");
  }),

  engineCase("docs/protocol.md, WRQ after RRQ with the same name: a new transfer beside the old one", (harness) => {
    const { peer } = begun(harness);
    peer.write("file");
    peer.expectAcknowledgement(0);
    equal(harness.server.used, 2, "slots that are used");
    peer.data(1, contents(3));
    peer.expectAcknowledgement(1);
    equal(outcomesOf(harness), `file ${OUTCOME_SUPERSEDED}, file ${OUTCOME_COMPLETED}`, "the outcomes");
  }),

  engineCase("docs/protocol.md, last ACK: a lingering slot repeats it although the client asks again", (harness) => {
    const peer = harness.peer();
    peer.put("file", contents(5));
    const old = peer.serverPort;
    peer.write("file");
    peer.expectAcknowledgement(0);
    const recent = peer.serverPort;
    peer.send(dataMessage(1, contents(5)), old);
    peer.expectAcknowledgement(1);
    equal(harness.server.used, 2, "slots that are used");
    peer.send(dataMessage(1, contents(6)), recent);
    peer.expectAcknowledgement(1);
    equal(stored(harness, "file").length, 6, "bytes in the file");
    equal(harness.server.used, 1, "slots that are used");
  }),
];

export const rivalCases: readonly Case[] = [...surviving, ...deciding];
