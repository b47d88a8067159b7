/** Requests from the port of a transfer where a client has one place only, and those after the second. */
import {
  ERROR_FILE_NOT_FOUND,
  OUTCOME_COMPLETED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
  type ServerOptions,
} from "lockstep-tftp/engine";
import { acknowledgement, type OptionTexts } from "lockstep-tftp/simulated";
import { equal, equalBytes } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { halfWay, stored } from "./started-upload.js";

const FILE = contents(9 * 512 + 100);
const OTHER = contents(900).reverse();

/** Starts a download: the peer has acknowledged the first window. */
function underWay(harness: Harness, options: OptionTexts = [], mode = "octet"): Peer {
  harness.file("file", FILE);
  harness.file("other", OTHER);
  const peer = harness.peer();
  peer.read("file", options, mode);
  if (options.length > 0) {
    peer.ignoreAll();
    peer.acknowledge(0);
  }
  peer.ignoreAll();
  peer.acknowledge(1);
  peer.ignoreAll();
  return peer;
}

const third: readonly Case[] = [
  engineCase("docs/protocol.md, a third request: it takes the place of the newest, and the old goes on", (harness) => {
    const peer = underWay(harness);
    const old = peer.serverPort;
    for (const name of ["other", "file", "other", "file", "other"]) {
      peer.read(name);
      equal(harness.server.used, 2, "slots that are used");
    }
    peer.send(acknowledgement(2), old);
    peer.expectData(3, blockOf(FILE, 3));
    equal(harness.server.used, 1, "slots that are used");
    equal(
      harness.observer.endedTransfers.every(({ outcome }) => outcome === OUTCOME_SUPERSEDED),
      true,
      "that all others were superseded",
    );
  }),

  engineCase("docs/protocol.md, a third request: the client may answer the last", (harness) => {
    const peer = underWay(harness);
    peer.write("new");
    peer.read("other");
    harness.advance(300);
    peer.ignoreAll();
    peer.acknowledge(1);
    peer.expectData(2, blockOf(OTHER, 2));
    peer.acknowledge(2);
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.observer.endedTransfers.at(-1)?.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("docs/protocol.md, a third request: one that is refused ends none of the two", (harness) => {
    const peer = underWay(harness);
    peer.read("other");
    peer.read("missing");
    peer.expectNothing();
    equal(harness.server.used, 2, "slots that are used");
  }),

  engineCase("docs/protocol.md, a third request: copies of the second leave it as it is", (harness) => {
    const peer = underWay(harness);
    for (let times = 0; times < 5; times++) {
      peer.write("new");
      peer.expectNothing();
    }
    equal(harness.storage.asked.filter((name) => name === "new").length, 1, "files that were opened for it");
  }),
];

/** Without room for a second transfer of the client. */
const FULL: readonly (readonly [string, ServerOptions])[] = [
  ["no free slot", { maxTransfers: 1 }],
  ["maxTransfersPerAddress", { maxTransfersPerAddress: 1 }],
  ["single port", { singlePort: true }],
];

const full: readonly Case[] = FULL.flatMap(([what, options]) => [
  engineCase(
    `docs/protocol.md, RRQ again after progress: ignored where there is one place (${what})`,
    (harness) => {
      const peer = underWay(harness);
      harness.advance(2999);
      peer.ignoreAll();
      peer.read("file");
      peer.expectNothing();
      peer.acknowledge(2);
      peer.expectData(3, blockOf(FILE, 3));
      equal(harness.observer.endedTransfers.length, 0, "transfers that have ended");
    },
    options,
  ),

  engineCase(
    `docs/protocol.md, RRQ again after progress: after 3 s it takes the one place (${what})`,
    (harness) => {
      const peer = underWay(harness);
      harness.advance(3000);
      peer.ignoreAll();
      peer.fetch("file", FILE);
      equal(harness.observer.endedTransfers[0]?.outcome, OUTCOME_SUPERSEDED, "the outcome of the old one");
    },
    options,
  ),

  engineCase(
    `docs/protocol.md, WRQ again after progress: ignored where there is one place (${what})`,
    (harness) => {
      const { peer } = halfWay(harness);
      peer.write("file");
      peer.expectNothing();
      peer.data(3, blockOf(contents(1500), 3));
      peer.expectAcknowledgement(3);
      equalBytes(stored(harness, "file"), contents(1500), "the file");
    },
    options,
  ),

  engineCase(
    `docs/protocol.md, missing file: no answer while a transfer of the client goes on (${what})`,
    (harness) => {
      const peer = underWay(harness);
      peer.read("missing");
      peer.expectNothing();
      harness.advance(3000);
      peer.ignoreAll();
      peer.read("missing");
      peer.expectError(ERROR_FILE_NOT_FOUND);
    },
    options,
  ),
]);

/** Requests that differ from the one that began the transfer. */
const DIFFERENT: readonly (readonly [string, (peer: Peer) => void])[] = [
  ["another name", (peer) => peer.read("other")],
  ["another mode", (peer) => peer.read("file", ["blksize", "100", "windowsize", "2"], "netascii")],
  ["another block size", (peer) => peer.read("file", ["blksize", "200", "windowsize", "2"])],
  ["another window", (peer) => peer.read("file", ["blksize", "100", "windowsize", "3"])],
  ["no options", (peer) => peer.read("file")],
  ["the other direction", (peer) => peer.write("file", ["blksize", "100", "windowsize", "2"])],
];

const singlePort: readonly Case[] = [
  ...DIFFERENT.map(([what, ask]) =>
    engineCase(
      `docs/protocol.md, RRQ with another name: with a single port, ${what} takes the place at once`,
      (harness) => {
        const peer = underWay(harness, ["blksize", "100", "windowsize", "2"]);
        ask(peer);
        equal(peer.receiveAll().length, 1, "answers");
        equal(harness.ended.outcome, OUTCOME_SUPERSEDED, "the outcome of the old one");
        equal(harness.server.used, 1, "slots that are used");
      },
      { singlePort: true },
    ),
  ),

  engineCase(
    "docs/protocol.md, RRQ again after progress: with a single port, a copy with larger options is a copy",
    (harness) => {
      const options = ["blksize", "1468", "tsize", "0", "windowsize", "64"];
      const peer = underWay(harness, options);
      peer.read("file", options);
      peer.expectNothing();
      equal(harness.server.used, 1, "slots that are used");
    },
    { singlePort: true },
  ),

  engineCase(
    "docs/protocol.md, WRQ again after progress: with a single port, a lingering slot still repeats the last ACK",
    (harness) => {
      const peer = harness.peer();
      peer.put("file", contents(5));
      peer.write("file");
      peer.expectNothing();
      peer.data(1, contents(5));
      peer.expectAcknowledgement(1);
      harness.advance(3000);
      peer.put("file", contents(6));
      equal(stored(harness, "file").length, 6, "bytes in the file");
    },
    { singlePort: true },
  ),
];

const room: readonly Case[] = [
  engineCase(
    "docs/protocol.md, no free slot: an unanswered transfer makes room for a client that starts anew",
    (harness) => {
      const peer = underWay(harness);
      const forged = harness.peer(undefined, "198.51.100.1");
      forged.read("file");
      harness.advance(2000);
      forged.ignoreAll();
      peer.ignoreAll();
      peer.acknowledge(2);
      peer.ignoreAll();
      peer.read("other");
      equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome of the unanswered one");
      equal(harness.server.used, 2, "slots that are used");
    },
    { maxTransfers: 2 },
  ),

  engineCase(
    "docs/protocol.md, no free slot: a third request needs none",
    (harness) => {
      const peer = underWay(harness);
      peer.read("other");
      peer.write("new");
      equal(harness.ended.outcome, OUTCOME_SUPERSEDED, "the outcome of the second");
      equal(harness.server.used, 2, "slots that are used");
      equal(harness.server.unansweredRequests, 0, "requests without an answer");
    },
    { maxTransfers: 2, maxTransfersPerAddress: 2, maxUnansweredPerAddress: 1 },
  ),
];

export const onePlaceCases: readonly Case[] = [...third, ...full, ...singlePort, ...room];
