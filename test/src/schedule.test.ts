/** The schedule against a plain list: of many transfers, each is repeated in its own millisecond and at no other time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "lockstep-tftp/simulated";
import { Harness } from "../support/engine-harness.js";
import type { Peer } from "../support/peer.js";
import { seedOr } from "../support/seed.js";

const SEED = seedOr(1129);
const RUNS = 20;
const STEPS = 400;
const POOL_SIZE = 64;
const MS_PER_SECOND = 1000;

interface Expected {
  readonly peer: Peer;
  readonly intervalMs: number;
  /** Number of its OACKs so far: after two repeats the first silence begins. */
  sent: number;
  /** Time at which its OACK must be repeated. */
  dueAt: number;
  /** Time at which it must be given up instead. */
  endsAt: number;
}

/** An upload that waits for its first DATA, with a negotiated interval (RFC 2349). */
function begin(harness: Harness, random: SeededRandom): Expected {
  const seconds = 1 + random.below(8);
  const peer = harness.peer();
  peer.write("file", ["timeout", `${seconds}`]);
  peer.expectOptions(["timeout", `${seconds}`]);
  const intervalMs = seconds * MS_PER_SECOND;
  return { peer, intervalMs, sent: 1, dueAt: harness.now + intervalMs, endsAt: harness.now + 25_000 };
}

/** The silence of a side that has repeated its ACK, or the OACK in place of it, twice. */
function silenceMs(intervalMs: number): number {
  return Math.max(6000, 2 * intervalMs + 1000);
}

/** Returns the time of the next event that these transfers must show. */
function nextTime(expected: readonly Expected[]): number {
  return Math.min(...expected.map(({ dueAt, endsAt }) => Math.min(dueAt, endsAt)));
}

/** Advances the time to `end`. Each event must happen in its millisecond, and no other may happen. */
function pass(harness: Harness, expected: Expected[], end: number): Expected[] {
  let left = expected;
  for (let at = nextTime(left); at <= end; at = nextTime(left)) {
    assert.ok(harness.server.nextAt <= at, `nextAt ${harness.server.nextAt} is not later than what is due at ${at}`);
    harness.advance(at - harness.now - 1);
    for (const { peer } of left) {
      peer.expectNothing();
    }
    harness.advance(1);
    left = left.filter(({ endsAt }) => endsAt !== at);
    for (const one of left) {
      assert.equal(peerHasOneMessage(one.peer), one.dueAt === at, `port ${one.peer.port} at ${at}, due ${one.dueAt}`);
      if (one.dueAt === at) {
        one.dueAt += ++one.sent <= 2 ? one.intervalMs : silenceMs(one.intervalMs);
      }
    }
    assert.equal(harness.server.used, left.length);
  }
  harness.advance(end - harness.now);
  return left;
}

function peerHasOneMessage(peer: Peer): boolean {
  const count = peer.ignoreAll();
  assert.ok(count <= 1, `${count} messages at once`);
  return count === 1;
}

test("transfers that start and end at random are repeated and given up in the right millisecond", () => {
  for (let run = 0; run < RUNS; run++) {
    const random = new SeededRandom(SEED + run);
    const harness = new Harness({ maxTransfers: POOL_SIZE });
    let expected: Expected[] = [];
    try {
      for (let step = 0; step < STEPS; step++) {
        if (expected.length < POOL_SIZE && random.chance(60)) {
          expected.push(begin(harness, random));
        } else if (expected.length > 0 && random.chance(50)) {
          const [gone] = expected.splice(random.below(expected.length), 1) as [Expected];
          gone.peer.error(0);
        } else {
          expected = pass(harness, expected, harness.now + random.below(1500));
        }
      }
      harness.finish();
    } catch (error) {
      throw new Error(`TEST_SEED=${SEED} run ${run}`, { cause: error });
    }
  }
});
