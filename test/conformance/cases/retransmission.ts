/** Repeats, and when they end: RFC 1123 §4.2.3.2, RFC 6298, RFC 2349 `timeout`. */
import { OUTCOME_PROBABLY_COMPLETED, OUTCOME_TIMED_OUT, type ServerOptions } from "lockstep-tftp/engine";
import { equal } from "../../support/assertions.js";
import { contents } from "../../support/contents.js";

import { blockOf } from "../../support/peer.js";
import { type Case, engineCase } from "./case.js";

import { acknowledged, equalTimes, repeatsUntilTheEnd } from "./repeats.js";

const GIVE_UP_MS = 25_000;
const FILE_BYTES = 100_000;
/** Shows the estimate of a round trip that is shorter than the default. */
const NO_FLOOR = { minIntervalMs: 1 };

const amplification: readonly Case[] = [
  engineCase("docs/protocol.md, before the first ACK: a block is repeated twice and no more", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    const { times, endedAfterMs } = repeatsUntilTheEnd(harness, peer);
    equalTimes(times, [300, 900]);
    equal(endedAfterMs, GIVE_UP_MS, "milliseconds until it is given up");
    equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome");
  }),

  engineCase(
    "docs/protocol.md, before the first ACK: a block that is the whole file is repeated twice and no more",
    (harness) => {
      harness.file("file", contents(5));
      const peer = harness.peer();
      peer.read("file");
      equalTimes(repeatsUntilTheEnd(harness, peer).times, [300, 900]);
      equal(harness.ended.outcome, OUTCOME_PROBABLY_COMPLETED, "the outcome");
    },
  ),

  engineCase("docs/protocol.md, before the first ACK: stale ACKs prove nothing", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    peer.acknowledge(0);
    peer.acknowledge(7);
    equalTimes(repeatsUntilTheEnd(harness, peer).times, [300, 900]);
  }),

  engineCase("docs/protocol.md, before the first ACK: a late ACK still goes on with the transfer", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    harness.advance(GIVE_UP_MS - 1);
    peer.ignoreAll();
    peer.acknowledge(1);
    peer.expectData(2, blockOf(contents(FILE_BYTES), 2));
  }),

  engineCase(
    "docs/protocol.md, before the first ACK: an OACK is repeated until the transfer is given up",
    (harness) => {
      harness.file("file", contents(5));
      const peer = harness.peer();
      peer.read("file", ["tsize", "0"]);
      const { times, endedAfterMs } = repeatsUntilTheEnd(harness, peer);
      equalTimes(times, [300, 900, 2100, 4500, 8500, 12_500, 16_500, 20_500, 24_500]);
      equal(endedAfterMs, GIVE_UP_MS, "milliseconds until it is given up");
    },
  ),

  engineCase("docs/protocol.md, after the first ACK: a block is repeated until the transfer is given up", (harness) => {
    const peer = acknowledged(harness, 1, 0);
    const { times, endedAfterMs } = repeatsUntilTheEnd(harness, peer);
    equalTimes(times, [250, 500, 1250, 2750, 5750, 9750, 13_750, 17_750, 21_750]);
    equal(endedAfterMs, GIVE_UP_MS, "milliseconds until it is given up");
    equal(harness.ended.retransmissions, times.length, "retransmissions, as the observer saw them");
  }),

  engineCase("RFC 1350 §2: the first ACK of an upload is repeated until the transfer is given up", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    // The later pauses give a client its turn whose wait of 5 s restarts at each message.
    equalTimes(repeatsUntilTheEnd(harness, peer).times, [300, 900, 6900, 12_900, 18_900, 24_900]);
    equal(harness.ended.outcome, OUTCOME_TIMED_OUT, "the outcome");
  }),
];

const shortestAndLongest: readonly Case[] = [
  engineCase(
    "retransmission: a shortest wait above the other defaults raises them",
    (harness) => {
      equalTimes(repeatsUntilTheEnd(harness, acknowledged(harness, 0, 0)).times, [5000, 10_000]);
      equalTimes(repeatsUntilTheEnd(harness, acknowledged(harness, 2, 1)).times, [5000, 10_000, 15_000, 20_000]);
    },
    { minIntervalMs: 5000 },
  ),

  engineCase(
    "retransmission: a longest wait below the default of the shortest one lowers it",
    (harness) => equalTimes(repeatsUntilTheEnd(harness, acknowledged(harness, 2, 1)).times.slice(0, 3), [50, 100, 150]),
    { maxIntervalMs: 50 },
  ),
];

const adaptive: readonly Case[] = [
  engineCase("RFC 6298 §2.2: after one round trip of 100 ms the wait is 300 ms", (harness) => {
    const peer = acknowledged(harness, 1, 100);
    equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 3), [300, 600, 1500]);
    equal(harness.ended.roundTripMs, 100, "the round trip, as the observer saw it");
  }),

  engineCase("RFC 6298 §2.3: after two round trips of 100 ms the wait is 250 ms", (harness) => {
    const peer = acknowledged(harness, 2, 100);
    equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 2), [250, 500]);
  }),

  engineCase("RFC 6298 §2.2: an upload measures its peer in the same way", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    harness.advance(100);
    peer.data(1, contents(512));
    equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 3), [300, 600, 6600]);
  }),

  engineCase("RFC 1123 §4.2.3.2: a repeated message gives no sample, and its longer wait stays (Karn)", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    harness.advance(500);
    peer.ignoreAll();
    peer.acknowledge(1);
    const { times } = repeatsUntilTheEnd(harness, peer);
    equalTimes(times.slice(0, 2), [600, 1800]);
    equal(harness.ended.roundTripMs, -1, "the round trip, as the observer saw it");
  }),

  engineCase("RFC 1123 §4.2.3.2: the answer to a request that came twice gives no sample (Karn)", (harness) => {
    harness.file("file", contents(FILE_BYTES));
    const peer = harness.peer();
    peer.read("file");
    harness.advance(900);
    peer.read("file");
    harness.advance(10);
    peer.acknowledge(1);
    repeatsUntilTheEnd(harness, peer);
    equal(harness.ended.roundTripMs, -1, "the round trip, as the observer saw it");
  }),

  engineCase("RFC 1123 §4.2.3.2: an ACK that was sent again for repeated DATA gives no sample (Karn)", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    harness.advance(100);
    peer.data(1, contents(512));
    harness.advance(50);
    peer.data(1, contents(512));
    harness.advance(2);
    peer.data(2, contents(512));
    repeatsUntilTheEnd(harness, peer);
    equal(harness.ended.roundTripMs, 100, "the round trip, as the observer saw it");
  }),

  engineCase(
    "RFC 6298 §5.7: the ACK of what was sent again of a window ends the back-off",
    (harness) => {
      const peer = acknowledged(harness, 0, 0, ["windowsize", "4"]);
      harness.advance(5000);
      peer.ignoreAll();
      peer.acknowledge(2);
      harness.advance(100);
      peer.ignoreAll();
      peer.acknowledge(6);
      // The OACK was answered at once, and blocks 3 to 6 after 100 ms: 12.5 ms and four times 25 ms.
      equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 4), [112, 112, 112, 112]);
    },
    NO_FLOOR,
  ),

  engineCase("RFC 6298 §5.7: the sample after repeats makes the wait short again", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    harness.advance(1500);
    peer.acknowledge(1);
    peer.ignoreAll();
    harness.advance(100);
    peer.acknowledge(2);
    equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 2), [300, 600]);
  }),

  engineCase(
    "retransmission: waits stay between minIntervalMs and maxIntervalMs",
    (harness) => {
      const peer = acknowledged(harness, 3, 1);
      equalTimes(repeatsUntilTheEnd(harness, peer).times.slice(0, 4), [200, 400, 900, 1400]);
    },
    { minIntervalMs: 200, maxIntervalMs: 500 },
  ),

  engineCase(
    "retransmission: initialIntervalMs sets the first wait",
    (harness) => equalTimes(repeatsUntilTheEnd(harness, acknowledged(harness, 0, 0)).times, [40, 120]),
    { initialIntervalMs: 40 },
  ),
];

const givingUp: readonly Case[] = [
  engineCase("docs/protocol.md, giving up: 25 s after the last progress", (harness) => {
    const peer = acknowledged(harness, 0, 0);
    harness.advance(20_000);
    peer.acknowledge(1);
    harness.advance(20_000);
    peer.acknowledge(2);
    equal(repeatsUntilTheEnd(harness, peer).endedAfterMs, GIVE_UP_MS, "milliseconds until it is given up");
    equal(harness.ended.blocks, 2, "blocks that got through");
  }),

  engineCase(
    "docs/protocol.md, giving up: 25 s, however short the interval is",
    (harness) => {
      const peer = acknowledged(harness, 1, 1);
      equal(repeatsUntilTheEnd(harness, peer).endedAfterMs, GIVE_UP_MS, "milliseconds until it is given up");
    },
    { initialIntervalMs: 1, minIntervalMs: 1, maxIntervalMs: 1 } satisfies ServerOptions,
  ),

  engineCase("docs/protocol.md, giving up: duplicate DATA is no progress", (harness) => {
    const peer = harness.peer();
    peer.write("file");
    peer.data(1, contents(512));
    const start = harness.now;
    for (let seconds = 1; seconds <= 24; seconds++) {
      harness.advance(1000);
      peer.data(1, contents(512));
    }
    peer.ignoreAll();
    equal(harness.server.running, 1, "transfers that run after 24 s");
    harness.advance(1000);
    peer.ignoreAll();
    equal(harness.ended.seenAt - start, GIVE_UP_MS, "milliseconds until it is given up");
  }),

  engineCase(
    "giving up: giveUpMs sets the time",
    (harness) => equal(repeatsUntilTheEnd(harness, acknowledged(harness, 1, 0)).endedAfterMs, 5000, "milliseconds"),
    { giveUpMs: 5000 },
  ),

  engineCase("RFC 1350 §2: a client that pauses for 20 s continues where it was", (harness) => {
    const file = contents(FILE_BYTES);
    const peer = acknowledged(harness, 5, 2);
    harness.advance(20_000);
    peer.ignoreAll();
    peer.acknowledge(6);
    peer.expectData(7, blockOf(file, 7));
  }),
];

export const retransmissionCases: readonly Case[] = [...amplification, ...shortestAndLongest, ...adaptive, ...givingUp];
