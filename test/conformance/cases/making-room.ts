/** A full pool: the transfers that make room for a request, and those that do not. */
import { BUSY, ERROR_FILE_NOT_FOUND, OUTCOME_PROBABLY_COMPLETED, OUTCOME_TIMED_OUT } from "lockstep-tftp/engine";
import { equal, ok } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const GOOD_ADDRESS = "192.0.2.50";
const LONGEST_TIMEOUT = ["timeout", "255"];

/** Starts downloads of two blocks from as many addresses, of which nothing is acknowledged. */
function forged(harness: Harness, count: number, everyMs = 0): Peer[] {
  harness.file("file", contents(600));
  const peers: Peer[] = [];
  for (let index = 0; index < count; index++) {
    const peer = harness.peer(undefined, `198.51.100.${index + 1}`);
    peer.read("file");
    peer.ignoreAll();
    peers.push(peer);
    harness.advance(everyMs);
  }
  return peers;
}

function ignoreAll(peers: readonly Peer[]): void {
  for (const peer of peers) {
    peer.ignoreAll();
  }
}

/** Asks once a second until a block comes. Returns the seconds that it took, or -1. */
function secondsUntilServed(harness: Harness, others: readonly Peer[], address = GOOD_ADDRESS): number {
  const peer = harness.peer(undefined, address);
  for (let seconds = 0; seconds < 20; seconds++) {
    peer.read("file");
    if (peer.ignoreAll() > 0) {
      return seconds;
    }
    harness.advance(1000);
    ignoreAll(others);
  }
  return -1;
}

/** One client fills the pool with transfers that have the longest interval, and answers each OACK once. */
function fillFromOneAddress(harness: Harness): Peer[] {
  harness.file("file", contents(600));
  const peers: Peer[] = [];
  for (let index = 0; index < harness.server.free + peers.length; index++) {
    const peer = harness.peer();
    peer.read("file", LONGEST_TIMEOUT);
    peer.expectOptions(LONGEST_TIMEOUT);
    peer.acknowledge(0);
    peer.ignoreAll();
    peers.push(peer);
  }
  return peers;
}

const unanswered: readonly Case[] = [
  engineCase(
    "docs/protocol.md, no free slot: the transfer that has waited longest for its first answer makes room",
    (harness) => {
      const peers = forged(harness, 8, 100);
      harness.advance(2000);
      ignoreAll(peers);
      const good = harness.peer(undefined, GOOD_ADDRESS);
      good.read("file");
      good.expectData(1, blockOf(contents(600), 1));
      equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome of the one that made room");
      equal(harness.ended.port, peers[0]?.port, "the port of its peer");
      good.acknowledge(1);
      good.expectData(2, blockOf(contents(600), 2));
      const [, next] = peers as [Peer, Peer];
      next.acknowledge(1);
      next.expectData(2, blockOf(contents(600), 2));
    },
  ),

  engineCase("docs/protocol.md, no free slot: a first answer is waited for 2 s, also while others ask", (harness) => {
    const peers = forged(harness, 8);
    harness.advance(1500);
    ignoreAll(peers);
    const good = harness.peer(undefined, GOOD_ADDRESS);
    good.read("file");
    good.expectNothing();
    equal(harness.server.unansweredRequests, 1, "requests without an answer");
    equal(harness.server.running, 8, "transfers that run");
  }),

  engineCase("docs/protocol.md, no free slot: forged requests keep a client out for at most 6 s", (harness) => {
    const peers = forged(harness, 8);
    const seconds = secondsUntilServed(harness, peers);
    ok(seconds >= 0 && seconds <= 3, `served after ${seconds} s`);
  }),

  engineCase("docs/protocol.md, no free slot: monitors that abandon small files keep no device waiting", (harness) => {
    harness.file("file", contents(100));
    const monitors: Peer[] = [];
    for (let index = 0; index < 8; index++) {
      const monitor = harness.peer();
      monitor.read("file");
      monitor.expectData(1, contents(100));
      monitors.push(monitor);
    }
    harness.advance(3000);
    ignoreAll(monitors);
    const device = harness.peer(undefined, GOOD_ADDRESS);
    device.fetch("file", contents(100));
    equal(harness.observer.endedTransfers[0]?.outcome, OUTCOME_PROBABLY_COMPLETED, "the outcome of the monitor's");
  }),

  engineCase("docs/protocol.md, no free slot: forged uploads make room, and leave nothing", (harness) => {
    harness.file("file", contents(600));
    const peers: Peer[] = [];
    for (let index = 0; index < 8; index++) {
      const peer = harness.peer();
      peer.write(`new ${index}`);
      peer.expectAcknowledgement(0);
      peers.push(peer);
    }
    const seconds = secondsUntilServed(harness, peers);
    ok(seconds >= 0 && seconds <= 3, `served after ${seconds} s`);
    equal(harness.storage.files.names.length, 1, "files in the storage");
  }),

  engineCase("docs/protocol.md, no free slot: a request that is refused takes no other transfer's slot", (harness) => {
    const peers = forged(harness, 8);
    harness.advance(3000);
    ignoreAll(peers);
    const good = harness.peer(undefined, GOOD_ADDRESS);
    good.read("missing");
    good.expectError(ERROR_FILE_NOT_FOUND);
    equal(harness.server.running, 8, "transfers that run");
  }),

  engineCase("docs/protocol.md, no free slot: transfers that go on make no room", (harness) => {
    const file = harness.file("file", contents(30_000));
    const peers = forged(harness, 0);
    harness.file("file", file);
    for (let index = 0; index < 8; index++) {
      const peer = harness.peer(undefined, `198.51.100.${index % 4}`);
      peer.read("file");
      peer.expectData(1, blockOf(file, 1));
      peers.push(peer);
    }
    const good = harness.peer(undefined, GOOD_ADDRESS);
    for (let block = 1; block <= 20; block++) {
      for (const peer of peers) {
        peer.acknowledge(block);
        peer.ignoreAll();
      }
      harness.advance(1000);
      good.read("file");
      good.expectNothing();
      ignoreAll(peers);
    }
    equal(harness.server.running, 8, "transfers that run");
  }),

  engineCase(
    "docs/protocol.md, full or short of memory: a storage without room for another file gets it",
    (harness) => {
      const peers = forged(harness, 4);
      harness.advance(2000);
      ignoreAll(peers);
      harness.storage.refusals.set("file", BUSY);
      const good = harness.peer(undefined, GOOD_ADDRESS);
      good.read("file");
      good.expectNothing();
      equal(harness.server.running, 3, "transfers that run");
    },
  ),

  engineCase(
    "docs/protocol.md, full or short of memory: a transfer makes room for one that finds no port",
    (harness) => {
      const peers = forged(harness, 4);
      harness.transport.maxPorts = 4;
      const good = harness.peer(undefined, GOOD_ADDRESS);
      good.read("file");
      good.expectNothing();
      harness.advance(2000);
      ignoreAll(peers);
      good.read("file");
      good.expectData(1, blockOf(contents(600), 1));
      equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome of the one that made room");
      equal(harness.server.running, 4, "transfers that run");
    },
  ),
];

const silent: readonly Case[] = [
  engineCase("docs/protocol.md, no free slot: one client with the longest timeout keeps no other out", (harness) => {
    const peers = fillFromOneAddress(harness);
    equal(harness.server.free, 0, "free slots");
    const seconds = secondsUntilServed(harness, peers);
    ok(seconds >= 0 && seconds <= 5, `served after ${seconds} s`);
  }),

  engineCase(
    "docs/protocol.md, no free slot: a client that is silent in all its transfers makes no room for itself",
    (harness) => {
      const peers = fillFromOneAddress(harness);
      equal(secondsUntilServed(harness, peers, peers[0]?.address as string), -1, "seconds until it is served");
    },
  ),

  engineCase("docs/protocol.md, giving up: a long timeout counts only for a client that goes on", (harness) => {
    const file = harness.file("file", contents(600));
    const [once, twice] = [harness.peer(), harness.peer()];
    for (const peer of [once, twice]) {
      peer.read("file", LONGEST_TIMEOUT);
      peer.expectOptions(LONGEST_TIMEOUT);
      peer.acknowledge(0);
      peer.expectData(1, blockOf(file, 1));
    }
    twice.acknowledge(1);
    twice.expectData(2, blockOf(file, 2));
    harness.advance(25_000);
    equal(harness.ended.port, once.port, "the port of the peer whose transfer has ended");
    harness.advance(700_000);
    twice.ignoreAll();
    twice.acknowledge(2);
    equal(harness.observer.endedTransfers.length, 2, "transfers that have ended");
  }),
];

export const makingRoomCases: readonly Case[] = [...unanswered, ...silent];
