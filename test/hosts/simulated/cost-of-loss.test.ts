/** What a lost datagram costs: in lock-step, within a window, where packets come twice, and with clients that repeat. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MemoryStorage,
  type NetworkConditions,
  type SimulatedClientOptions,
  Simulation,
} from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { seedOr } from "../../support/seed.js";
import { loseOnce } from "./lose-once.js";

const SEED = seedOr(250);
const BLOCKS = 1000;
const FILE = contents(512 * BLOCKS + 7);
const ROUND_TRIP_MS = 20;
const CLIENT = { address: "192.168.4.2", port: 2000, name: "file", retryMs: 5000, maxRetries: 100 };

function simulationOf(network: NetworkConditions, seed = SEED): Simulation {
  const storage = new MemoryStorage();
  storage.set("file", FILE);
  return new Simulation({ seed, storage, network: { delayMs: ROUND_TRIP_MS / 2, ...network }, maxLogEntries: 40 });
}

function durationMs(simulation: Simulation, isUpload: boolean, options: Partial<SimulatedClientOptions>): number {
  const client = isUpload
    ? simulation.put({ ...CLIENT, ...options, content: FILE })
    : simulation.get({ ...CLIENT, ...options });
  simulation.run();
  assert.equal(client.state, "completed");
  return client.endedAtMs;
}

const WINDOW = 16;

for (const isUpload of [false, true]) {
  test(`${isUpload ? "upload" : "download"}: a lost block within a window costs at most a round trip`, () => {
    const losslessMs = durationMs(simulationOf({}), isUpload, { windowSize: WINDOW });
    // The first block of a window, and the last, have no later one that shows the gap in time.
    for (let lost = 4 * WINDOW + 2; lost < 5 * WINDOW; lost++) {
      const simulation = simulationOf({});
      const isLost = loseOnce(simulation, lost);
      const addedMs = durationMs(simulation, isUpload, { windowSize: WINDOW }) - losslessMs;
      assert.ok(isLost());
      assert.ok(addedMs <= ROUND_TRIP_MS, `block ${lost} costs ${addedMs} ms`);
    }
  });
}

/** Mean cost of a lost datagram in a lock-step download. */
function costMs(network: NetworkConditions, options: Partial<SimulatedClientOptions>): number {
  let addedMs = 0;
  let lost = 0;
  for (let run = 0; run < 10; run++) {
    const simulation = simulationOf(network, SEED + run);
    addedMs += durationMs(simulation, false, options) - (BLOCKS + 1) * ROUND_TRIP_MS;
    lost += simulation.network.lost;
  }
  return addedMs / lost;
}

test("a datagram that is lost in lock-step costs little more than the shortest wait", () => {
  for (const lossPercent of [1, 2, 5]) {
    const cost = costMs({ lossPercent }, {});
    assert.ok(cost < 275, `${cost} ms at ${lossPercent} %`);
  }
});

test("loss stays cheap in a network that doubles packets", () => {
  for (const duplicatePercent of [1, 5, 20, 100]) {
    const cost = costMs({ lossPercent: 5, duplicatePercent }, {});
    assert.ok(cost < 350, `${cost} ms if ${duplicatePercent} % come twice`);
  }
});

test("loss stays cheap for clients that repeat after a second", () => {
  const cost = costMs({ lossPercent: 5 }, { retryMs: 1000 });
  assert.ok(cost < 350, `${cost} ms`);
});
