/** The engine's integer estimate against RFC 6298 in floating point, observed as the time at which a block is repeated. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "lockstep-tftp/simulated";
import { contents } from "../support/contents.js";
import { Harness } from "../support/engine-harness.js";
import { seedOr } from "../support/seed.js";

const SEED = seedOr(6298);
const RUNS = 300;
const MAX_SAMPLES = 40;
const MAX_ROUND_TRIP_MS = 500;
/** Limits wide enough not to affect the estimate. */
const FLOOR_MS = 1;
const CEILING_MS = 60_000;
/**
 * Error of the integers: the smoothed round trip is truncated to milliseconds before it is compared, and a quarter of the
 * variation before it is subtracted. The first adds up to 1 ms, both together up to 4 x (1 + 3/4) ms.
 */
const SMOOTHED_TOLERANCE_MS = 1;
const WAIT_TOLERANCE_MS = SMOOTHED_TOLERANCE_MS + 7;

/** RFC 6298 §2.2 and §2.3, literally; K is 4, alpha 1/8, beta 1/4. */
class Rfc6298 {
  smoothed = Number.NaN;
  variation = Number.NaN;

  take(roundTripMs: number): void {
    if (Number.isNaN(this.smoothed)) {
      this.smoothed = roundTripMs;
      this.variation = roundTripMs / 2;
    } else {
      this.variation = (3 / 4) * this.variation + (1 / 4) * Math.abs(this.smoothed - roundTripMs);
      this.smoothed = (7 / 8) * this.smoothed + (1 / 8) * roundTripMs;
    }
  }

  get timeoutMs(): number {
    return this.smoothed + 4 * this.variation;
  }
}

test("the wait before a repeat is that of RFC 6298, after any sequence of round trips", () => {
  for (let run = 0; run < RUNS; run++) {
    const random = new SeededRandom(SEED + run);
    const harness = new Harness({ initialIntervalMs: CEILING_MS, minIntervalMs: FLOOR_MS, maxIntervalMs: CEILING_MS });
    const model = new Rfc6298();
    const count = 1 + random.below(MAX_SAMPLES);
    const usual = random.below(MAX_ROUND_TRIP_MS);
    harness.file("file", contents((count + 1) * 512));
    const peer = harness.peer();
    peer.read("file");
    peer.ignoreAll();
    for (let block = 1; block <= count; block++) {
      // Mostly similar, sometimes far off; never late enough for the block to be repeated.
      const roundTripMs = random.chance(90) ? usual + random.below(20) : random.below(MAX_ROUND_TRIP_MS);
      const isInTime = block === 1 || roundTripMs < model.timeoutMs - WAIT_TOLERANCE_MS;
      const taken = isInTime ? roundTripMs : 0;
      harness.advance(taken);
      model.take(taken);
      peer.acknowledge(block);
      assert.equal(peer.ignoreAll(), 1, `one block for each ACK, TEST_SEED=${SEED} run ${run}`);
    }

    const sentAt = harness.now;
    while (harness.transport.sentCount === count + 1) {
      harness.pollNext();
    }
    const waitedMs = peer.ignoreSince(sentAt)[0] as number;
    const expectedMs = Math.max(model.timeoutMs, FLOOR_MS);
    assert.ok(
      Math.abs(waitedMs - expectedMs) <= WAIT_TOLERANCE_MS,
      `waited ${waitedMs} ms, RFC 6298 says ${expectedMs.toFixed(1)} ms; TEST_SEED=${SEED} run ${run}`,
    );
    harness.finish();
    const [ended] = harness.observer.endedTransfers;
    assert.ok(
      Math.abs((ended?.roundTripMs as number) - model.smoothed) <= SMOOTHED_TOLERANCE_MS,
      "the smoothed round trip",
    );
  }
});
