/** The schedule against a plain list: many transfers, each repeated when its own time has come and at no other. */
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
  /** When its OACK must come again. */
  dueAt: number;
  /** When it must be given up instead. */
  endsAt: number;
}

/** An upload that waits for its first DATA, with an interval of its own (RFC 2349). */
function begin(harness: Harness, random: SeededRandom): Expected {
  const seconds = 1 + random.below(8);
  const peer = harness.peer();
  peer.write("file", ["timeout", `${seconds}`]);
  peer.expectOptions(["timeout", `${seconds}`]);
  const intervalMs = seconds * MS_PER_SECOND;
  return { peer, intervalMs, dueAt: harness.now + intervalMs, endsAt: harness.now + 25_000 };
}

/** The time of the next thing that must happen, for nobody but these. */
function nextTime(expected: readonly Expected[]): number {
  return Math.min(...expected.map(({ dueAt, endsAt }) => Math.min(dueAt, endsAt)));
}

/** Lets time pass up to `end`; whatever is due must happen in its millisecond, and nothing else. */
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
        one.dueAt += one.intervalMs;
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

test("transfers that come and go at random are repeated and ended in their own milliseconds", () => {
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
