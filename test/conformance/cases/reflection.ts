/** Reflection: what requests and ACKs in a victim's name bring to the victim, and what this costs a client that loses blocks. */
import { OUTCOME_COMPLETED, OUTCOME_STORAGE_FAILED, OUTCOME_TIMED_OUT, type ServerOptions } from "lockstep-tftp/engine";
import { type OptionTexts, utf8Of } from "lockstep-tftp/simulated";
import { equal, ok } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";
import type { Harness } from "../../support/engine-harness.js";
import { blockOf, type Peer } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";
import { repeatsUntilTheEnd } from "./repeats.js";

const WINDOW = 4;
const FILE = contents(9 * 512 + 100);
/** A victim gets at most this for two datagrams in its name. */
const MAX_REFLECTED_BYTES = 40 * 516;

/** Starts a download in windows: the peer has the first. */
function download(harness: Harness): Peer {
  harness.file("file", FILE);
  const peer = harness.peer();
  peer.read("file", ["windowsize", `${WINDOW}`]);
  peer.expectOptions(["windowsize", `${WINDOW}`]);
  peer.acknowledge(0);
  expectBlocks(peer, 1, WINDOW);
  return peer;
}

function expectBlocks(peer: Peer, first: number, last = first): void {
  for (let block = first; block <= last; block++) {
    peer.expectData(block, blockOf(FILE, block));
  }
  peer.expectNothing();
}

/** Lets time pass until something is sent: the schedule may wake a transfer too early. */
function untilRepeat(harness: Harness): void {
  const { transport } = harness;
  const { sentCount } = transport;
  while (transport.sentCount === sentCount) {
    harness.pollNext();
  }
}

const repeats: readonly Case[] = [
  engineCase("docs/protocol.md, a window repeated twice: only its first block after that, to the end", (harness) => {
    const peer = download(harness);
    peer.acknowledge(4);
    expectBlocks(peer, 5, 8);
    for (let times = 0; times < 2; times++) {
      untilRepeat(harness);
      expectBlocks(peer, 5, 8);
    }
    for (let times = 0; times < 3; times++) {
      untilRepeat(harness);
      expectBlocks(peer, 5);
    }
    const { times } = repeatsUntilTheEnd(harness, peer);
    equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome");
    equal(harness.ended.retransmissions, 2 * WINDOW + 3 + times.length, "retransmissions, as the observer saw them");
  }),

  engineCase(
    "docs/protocol.md, a window of more than 16 blocks: only 16 are repeated, and all are acknowledged",
    (harness) => {
      const file = contents(200 * 512);
      harness.file("file", file);
      const peer = harness.peer();
      peer.read("file", ["windowsize", "64"]);
      peer.ignoreAll();
      peer.acknowledge(0);
      peer.ignoreAll();
      peer.acknowledge(64);
      peer.ignoreAll();
      for (const blocks of [16, 16, 1, 1]) {
        untilRepeat(harness);
        for (let block = 65; block < 65 + blocks; block++) {
          peer.expectData(block, blockOf(file, block));
        }
        peer.expectNothing();
      }
      peer.acknowledge(128);
      peer.expectData(129, blockOf(file, 129));
      peer.ignoreAll();
    },
    { maxWindowSize: 64 },
  ),

  engineCase("docs/protocol.md, the first window: only its first block is repeated", (harness) => {
    const peer = download(harness);
    untilRepeat(harness);
    expectBlocks(peer, 1);
    untilRepeat(harness);
    expectBlocks(peer, 1);
  }),

  engineCase("docs/protocol.md, a window repeated twice: the next is sent and repeated whole again", (harness) => {
    const peer = download(harness);
    peer.acknowledge(4);
    harness.advance(3000);
    peer.ignoreAll();
    peer.acknowledge(5);
    expectBlocks(peer, 6, 9);
    untilRepeat(harness);
    expectBlocks(peer, 6, 9);
    peer.acknowledge(9);
    expectBlocks(peer, 10);
    peer.acknowledge(10);
    equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
  }),

  engineCase("docs/protocol.md, the first window: a client that has it all acknowledges all of it", (harness) => {
    const peer = download(harness);
    untilRepeat(harness);
    expectBlocks(peer, 1);
    peer.acknowledge(4);
    expectBlocks(peer, 5, 8);
  }),

  engineCase(
    "docs/protocol.md, a window repeated twice: the ACK of the last block still ends the transfer",
    (harness) => {
      const peer = download(harness);
      peer.acknowledge(4);
      peer.acknowledge(8);
      harness.advance(5000);
      peer.ignoreAll();
      peer.acknowledge(10);
      equal(harness.ended.outcome, OUTCOME_COMPLETED, "the outcome");
      equal(harness.ended.bytes, FILE.length, "bytes that got through");
    },
  ),

  engineCase("docs/protocol.md, a window repeated twice: netascii goes on where the window ended", (harness) => {
    harness.file("text", utf8Of("line\n".repeat(400)));
    const wire = utf8Of("line\r\n".repeat(400));
    const peer = harness.peer();
    peer.read("text", ["windowsize", "2"], "netascii");
    peer.ignoreAll();
    peer.acknowledge(0);
    harness.advance(5000);
    peer.ignoreAll();
    peer.acknowledge(2);
    peer.expectData(3, blockOf(wire, 3));
    peer.expectData(4, blockOf(wire, 4));
  }),

  engineCase("docs/protocol.md, a window repeated twice: a storage that fails then ends the transfer", (harness) => {
    const peer = download(harness);
    harness.storage.readFault = { position: 0, refusal: -1 };
    untilRepeat(harness);
    peer.ignoreAll();
    equal(harness.ended.outcome, OUTCOME_STORAGE_FAILED, "the outcome");
    equal(harness.server.used, 0, "slots that are used");
  }),
];

const LARGEST_WINDOW = ["windowsize", "65535"];

/** A request's options, and the block that the one forged ACK is for. */
const FORGED: readonly (readonly [OptionTexts, number])[] = [
  [[], 1],
  [["windowsize", "16"], 0],
  [LARGEST_WINDOW, 0],
  [["timeout", "1", ...LARGEST_WINDOW], 0],
  [["timeout", "255", ...LARGEST_WINDOW], 0],
  [["blksize", "512", "timeout", "1", "tsize", "0", ...LARGEST_WINDOW], 0],
];
const SERVERS: readonly ServerOptions[] = [{ singlePort: true }, {}];

const reflected: readonly Case[] = SERVERS.flatMap((server) =>
  FORGED.map(([options, block]) =>
    engineCase(
      `reflection: a request with ${options.join(" ") || "no option"} and an ACK in a victim's name bring it 40 blocks at ` +
        `most (${server.singlePort ? "single port" : "a port of its own, guessed"})`,
      (harness) => {
        harness.file("file", contents(100_000));
        const victim = harness.peer();
        victim.read("file", options);
        victim.acknowledge(block);
        while (harness.server.running > 0) {
          harness.pollNext();
        }
        const bytes = victim.receiveAll().reduce((sum, { length }) => sum + length, 0);
        ok(bytes > 516 && bytes <= MAX_REFLECTED_BYTES + 64, `${bytes} bytes came`);
      },
      server,
    ),
  ),
);

const windows: readonly Case[] = [
  engineCase(
    "RFC 7440 §3: with a single port a window has 8 blocks at most",
    (harness) => {
      harness.file("file", FILE);
      const peer = harness.peer();
      peer.read("file", LARGEST_WINDOW);
      peer.expectOptions(["windowsize", "8"]);
    },
    { singlePort: true },
  ),

  engineCase(
    "RFC 7440 §3: with a single port a larger window is granted if maxWindowSize says so",
    (harness) => {
      harness.file("file", FILE);
      const peer = harness.peer();
      peer.read("file", LARGEST_WINDOW);
      peer.expectOptions(["windowsize", "32"]);
    },
    { singlePort: true, maxWindowSize: 32 },
  ),
];

export const reflectionCases: readonly Case[] = [...repeats, ...reflected, ...windows];
