/** The pool of transfers: full pools, large pools, and a server that stops. */
import {
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  OUTCOME_COMPLETED,
  OUTCOME_STOPPED,
  Server,
  type ServerOptions,
} from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, errorMessage, SeededRandom } from "lockstep-tftp/simulated";
import { equal, equalBytes, ok } from "../../support/assertions.js";
import { CaseStorage } from "../../support/case-storage.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { EngineTransport } from "../../support/engine-transport.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

const LARGE_POOL = 300;
const ORDER_SEED = 512;

/** Starts `count` downloads: each peer has its first block. */
function fill(harness: Harness, count: number): { peers: Peer[]; file: Uint8Array } {
  const file = harness.file("file", contents(600));
  const peers: Peer[] = [];
  for (let index = 0; index < count; index++) {
    const peer = harness.peer();
    peer.read("file");
    peer.expectData(1, blockOf(file, 1));
    peers.push(peer);
  }
  return { peers, file };
}

function complete(peer: Peer, file: Uint8Array): void {
  peer.acknowledge(1);
  peer.expectData(2, blockOf(file, 2));
  peer.acknowledge(2);
}

const full: readonly Case[] = [
  engineCase(
    "docs/protocol.md, no free slot: silence, and the next request is served once a slot is free",
    (harness) => {
      const { peers, file } = fill(harness, 2);
      const late = harness.peer();
      late.read("file");
      late.write("new");
      late.expectNothing();
      equal(harness.storage.asked.length, 2, "files that the storage was asked for");
      complete(peers[0] as Peer, file);
      late.fetch("file", file);
      complete(peers[1] as Peer, file);
    },
    { maxTransfers: 2 },
  ),

  engineCase(
    "docs/protocol.md, no free slot: a repeated request of a running transfer is still answered",
    (harness) => {
      const { peers, file } = fill(harness, 1);
      const [peer] = peers as [Peer];
      peer.read("file");
      peer.expectData(1, blockOf(file, 1));
      peer.acknowledge(1);
      peer.expectData(2, blockOf(file, 2));
      harness.advance(3000);
      peer.ignoreAll();
      peer.read("file");
      peer.expectData(1, blockOf(file, 1));
    },
    { maxTransfers: 1 },
  ),

  engineCase(
    "docs/protocol.md, last ACK: a lingering slot makes room for a new transfer",
    (harness) => {
      const file = harness.file("file", contents(600));
      const uploader = harness.peer();
      uploader.put("new", file);
      equal(harness.server.free, 0, "free slots while it lingers");
      harness.peer().fetch("file", file);
      equal(harness.server.used, 0, "slots that are used");
      equalBytes(harness.storage.files.get("new") as Uint8Array, file, "the upload");
    },
    { maxTransfers: 1 },
  ),

  engineCase(
    "docs/protocol.md, missing file: the request takes no slot, not even a lingering one",
    (harness) => {
      const uploader = harness.peer();
      uploader.put("new", contents(5));
      const peer = harness.peer();
      peer.read("missing");
      peer.expectError(ERROR_FILE_NOT_FOUND);
      uploader.data(1, contents(5));
      uploader.expectAcknowledgement(1);
    },
    { maxTransfers: 1 },
  ),

  engineCase(
    "docs/protocol.md, last ACK: lingering slots are used again one by one, in any order",
    (harness) => {
      const file = harness.file("file", contents(600));
      for (let round = 0; round < 20; round++) {
        harness.peer().put(`new ${round}`, file);
        if (round % 3 === 0) {
          harness.peer().fetch("file", file);
        }
      }
      equal(harness.server.running, 0, "transfers that run");
      equal(harness.storage.files.names.length, 21, "files in the storage");
    },
    { maxTransfers: 3 },
  ),
];

const large: readonly Case[] = [
  engineCase(
    "pool: in a pool of 300 every transfer gets its own packets, in any order",
    (harness) => {
      const file = harness.file("file", contents(600));
      const peers: Peer[] = [];
      for (let index = 0; index < LARGE_POOL; index++) {
        // Many peers share one address, and many have the same port.
        const peer = index % 2 === 0 ? harness.peer(2000 + index, 7) : harness.peer(2000, `client ${index}`);
        peer.read("file");
        peer.expectData(1, blockOf(file, 1));
        peers.push(peer);
      }
      equal(harness.server.free, 0, "free slots");
      const random = new SeededRandom(ORDER_SEED);
      while (peers.length > 0) {
        const [peer] = peers.splice(random.below(peers.length), 1) as [Peer];
        complete(peer, file);
      }
      equal(harness.server.used, 0, "slots that are used");
    },
    { maxTransfers: LARGE_POOL, addressHash: (address) => String(address).length } satisfies ServerOptions,
  ),

  engineCase(
    "pool: in a pool of 300 on a single port every transfer gets its own packets",
    (harness) => {
      const { peers, file } = fill(harness, LARGE_POOL);
      for (const peer of peers.reverse()) {
        complete(peer, file);
      }
      equal(harness.server.used, 0, "slots that are used");
    },
    { maxTransfers: LARGE_POOL, singlePort: true },
  ),
];

const stopping: readonly Case[] = [
  engineCase("stop: running transfers end with an ERROR, and uploads leave nothing", (harness) => {
    const { peers } = fill(harness, 2);
    const uploader = harness.peer();
    uploader.write("new");
    uploader.expectAcknowledgement(0);
    uploader.data(1, contents(512));
    uploader.expectAcknowledgement(1);
    harness.stop();
    for (const peer of [...peers, uploader]) {
      peer.expectError(ERROR_NOT_DEFINED);
    }
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.storage.files.has("new"), false, "that the upload is there");
    ok(
      harness.observer.endedTransfers.every(({ outcome }) => outcome === OUTCOME_STOPPED),
      "every outcome is that it was stopped",
    );
    peers[0]?.read("file");
  }),

  ...[false, true].map((singlePort) =>
    engineCase(
      `stop: nothing is answered afterwards, ${singlePort ? "with a single port" : "with a port for each transfer"}`,
      (harness) => {
        const { peers } = fill(harness, 2);
        const running = peers[0] as Peer;
        harness.stop();
        running.expectError(ERROR_NOT_DEFINED);
        peers[1]?.expectError(ERROR_NOT_DEFINED);
        for (const peer of [running, harness.peer()]) {
          peer.read("file", ["tsize", "0"]);
          peer.write("new");
          for (const message of [acknowledgement(1), dataMessage(1, contents(512)), errorMessage(0, "stop")]) {
            peer.send(message);
            peer.reply(message);
          }
          peer.expectNothing();
        }
        equal(harness.server.used, 0, "slots that are used");
      },
      { singlePort },
    ),
  ),

  engineCase("stop: a client that has the last ACK gets no ERROR", (harness) => {
    const peer = harness.peer();
    peer.put("new", contents(5));
    harness.stop();
    peer.expectNothing();
    equal(harness.server.used, 0, "slots that are used");
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("closing: requests get no answer, running transfers go on", (harness) => {
    const { peers, file } = fill(harness, 1);
    harness.server.accepting = false;
    const late = harness.peer();
    late.read("file");
    late.read("missing");
    late.expectNothing();
    complete(peers[0] as Peer, file);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),
];

const REFUSED_OPTIONS: readonly ServerOptions[] = [
  { maxTransfers: 0 },
  { maxTransfers: 65_537 },
  { maxTransfers: 1.5 },
  { maxWindowSize: 0 },
  { maxWindowSize: 16_385 },
  { initialIntervalMs: 0 },
  { minIntervalMs: 0.5 },
  { maxIntervalMs: Number.NaN },
  { minIntervalMs: 500, maxIntervalMs: 400 },
  { giveUpMs: -1 },
  { lingerMs: Number.POSITIVE_INFINITY },
];

const construction = REFUSED_OPTIONS.map((options) => {
  const [name, value] = Object.entries(options).at(-1) as [string, number];
  return {
    name: `options: ${name} of ${value} is refused when the engine is made, by name`,
    run: (): void => {
      let message = "";
      try {
        new Server(new EngineTransport(), new CaseStorage(), options);
      } catch (error) {
        ok(error instanceof RangeError, "it is a RangeError");
        message = error.message;
      }
      ok(message.includes(name), `"${message}" names ${name}`);
    },
  };
});

export const poolCases: readonly Case[] = [...full, ...large, ...stopping, ...construction];
