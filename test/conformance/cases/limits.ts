/** Limits for untrusted networks: what one address, and all addresses together, may get out of a server. */
import { Server, type ServerOptions } from "lockstep-tftp/engine";
import { equal, ok } from "../../support/assertions.js";
import { CaseStorage } from "../../support/case-storage.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { EngineTransport } from "../../support/engine-transport.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const ANOTHER_ADDRESS = "192.0.2.99";
const UNANSWERED: ServerOptions = { maxUnansweredPerAddress: 2 };
const ANSWERS: ServerOptions = { maxAnswersPerSecond: 5 };

function asked(harness: Harness, address?: string): Peer {
  const peer = harness.peer(undefined, address);
  peer.read("file");
  return peer;
}

function ignoreOthers(peers: readonly Peer[]): void {
  for (const peer of peers) {
    peer.ignoreAll();
  }
}

function answeredOf(peers: readonly Peer[]): number {
  return peers.filter((peer) => peer.ignoreAll() > 0).length;
}

function askedBy(harness: Harness, count: number): Peer[] {
  const peers: Peer[] = [];
  for (let index = 0; index < count; index++) {
    peers.push(asked(harness));
  }
  return peers;
}

/** Whether the constructor of a server refuses these options. */
function isRefused(options: ServerOptions): boolean {
  try {
    new Server(new EngineTransport(), new CaseStorage(), options);
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}

export const limitCases: readonly Case[] = [
  engineCase(
    "limits, unanswered transfers of an address: a request above the limit gets silence, another address is served",
    (harness) => {
      const file = harness.file("file", contents(100));
      const [first, second] = [asked(harness), asked(harness)];
      first.expectData(1, file);
      second.expectData(1, file);
      asked(harness).expectNothing();
      equal(harness.server.unansweredRequests, 1, "requests without an answer");
      asked(harness, ANOTHER_ADDRESS).expectData(1, file);
    },
    UNANSWERED,
  ),

  engineCase(
    "limits, unanswered transfers of an address: an acknowledged transfer makes room for the next",
    (harness) => {
      const file = harness.file("file", contents(600));
      const [first, second] = [asked(harness), asked(harness)];
      first.expectData(1, blockOf(file, 1));
      second.expectData(1, blockOf(file, 1));
      first.acknowledge(1);
      first.expectData(2, blockOf(file, 2));
      asked(harness).expectData(1, blockOf(file, 1));
      asked(harness).expectNothing();
    },
    UNANSWERED,
  ),

  engineCase(
    "limits, unanswered transfers of an address: a repeated request is answered",
    (harness) => {
      const file = harness.file("file", contents(100));
      const [first, second] = [asked(harness), asked(harness)];
      first.expectData(1, file);
      second.expectData(1, file);
      first.read("file");
      first.expectData(1, file);
    },
    UNANSWERED,
  ),

  engineCase("limits, unanswered transfers of an address: without a limit, the pool is the limit", (harness) => {
    harness.file("file", contents(100));
    equal(answeredOf(askedBy(harness, 8)), 8, "requests of one address with an answer");
  }),

  engineCase(
    "limits, transfers of an address: a request above the limit gets silence, another address is served",
    (harness) => {
      const file = harness.file("file", contents(600));
      const peers = askedBy(harness, 3);
      for (const peer of peers.slice(0, 2)) {
        peer.expectData(1, blockOf(file, 1));
        peer.acknowledge(1);
        peer.expectData(2, blockOf(file, 2));
      }
      peers[2]?.expectNothing();
      asked(harness, ANOTHER_ADDRESS).expectData(1, blockOf(file, 1));
      peers[0]?.acknowledge(2);
      asked(harness).expectData(1, blockOf(file, 1));
      equal(harness.server.unansweredRequests, 1, "requests without an answer");
    },
    { maxTransfersPerAddress: 2 },
  ),

  engineCase(
    "limits, answers in a second: requests above the limit get silence, and answers a second later",
    (harness) => {
      equal(answeredOf(askedBy(harness, 7)), 5, "answers at once, to requests for a missing file");
      equal(harness.server.unansweredRequests, 2, "requests without an answer");
      harness.advance(200);
      equal(answeredOf(askedBy(harness, 3)), 1, "answers a fifth of a second later");
      harness.advance(5000);
      equal(answeredOf(askedBy(harness, 7)), 5, "answers after a long time, no more than those of a second");
    },
    ANSWERS,
  ),

  engineCase(
    "limits, answers in a second: messages of a running transfer do not count",
    (harness) => {
      const file = harness.file("file", contents(5000));
      const peer = asked(harness);
      equal(answeredOf(askedBy(harness, 10)), 4, "answers to others");
      for (let block = 1; block <= 10; block++) {
        peer.expectData(block, blockOf(file, block));
        peer.acknowledge(block);
      }
    },
    ANSWERS,
  ),

  engineCase(
    "limits, answers in a second: ERRORs to strangers count",
    (harness) => {
      const file = harness.file("file", contents(5000));
      const peer = asked(harness);
      peer.expectData(1, blockOf(file, 1));
      const stranger = harness.peer();
      stranger.serverPort = peer.serverPort;
      for (let count = 0; count < 20; count++) {
        stranger.acknowledge(1);
      }
      equal(stranger.ignoreAll(), 4, "ERRORs to a stranger, after one answer to the request");
      peer.acknowledge(1);
      peer.expectData(2, blockOf(file, 2));
    },
    ANSWERS,
  ),

  engineCase(
    "limits, answers in a second: an address that floods leaves the answers of others",
    (harness) => {
      equal(answeredOf(askedBy(harness, 20)), 2, "answers to the address that floods");
      const file = harness.file("file", contents(600));
      const stranger = harness.peer();
      const others = [ANOTHER_ADDRESS, "192.0.2.98", "192.0.2.97"].map((address) => asked(harness, address));
      others[0]?.expectData(1, blockOf(file, 1));
      stranger.serverPort = (others[0] as Peer).serverPort;
      for (let count = 0; count < 20; count++) {
        stranger.acknowledge(1);
      }
      stranger.expectNothing();
      equal(answeredOf(others.slice(1)), 2, "answers to others");
      harness.advance(1000);
      ignoreOthers(others);
      equal(answeredOf(askedBy(harness, 20)), 2, "answers to the address that floods, a second later");
    },
    { maxAnswersPerSecond: 5, maxAnswersPerSecondPerAddress: 2 },
  ),

  engineCase(
    "limits, answers in a second: a clock that goes back neither adds answers nor blocks them for good",
    (harness) => {
      equal(answeredOf(askedBy(harness, 7)), 5, "answers at once");
      harness.pollAt(harness.now - 60_000);
      equal(answeredOf(askedBy(harness, 3)), 0, "answers when the clock has gone back");
      harness.advance(1000);
      equal(answeredOf(askedBy(harness, 7)), 5, "answers a second later");
    },
    ANSWERS,
  ),

  {
    name: "limits: an option out of its range is refused when the server is made",
    run: () => {
      const wrong: readonly ServerOptions[] = [
        { maxUnansweredPerAddress: 0 },
        { maxTransfersPerAddress: 0 },
        { maxAnswersPerSecond: 0 },
        { maxAnswersPerSecond: 1.5 },
        { maxAnswersPerSecondPerAddress: 0 },
        { maxTransfers: 0 },
        { maxTransfers: 65_537 },
        { maxWindowSize: 16_385 },
        { maxSizeBytes: -1 },
        { initialIntervalMs: 0 },
        { minIntervalMs: 100, maxIntervalMs: 99 },
      ];
      for (const options of wrong) {
        ok(isRefused(options), `${JSON.stringify(options)} is refused`);
      }
      ok(!isRefused({ maxUnansweredPerAddress: 1, maxAnswersPerSecond: 1_000_000 }), "the ends of the ranges are not");
    },
  },
];
