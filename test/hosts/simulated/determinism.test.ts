import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStorage, runScenario, SeededRandom, Simulation, scenarioOf } from "lockstep-tftp/simulated";

const SEEDS = 40;

function logOf(seed: number): string {
  const storage = new MemoryStorage();
  storage.set("file", new SeededRandom(9).bytes(20_000));
  const network = {
    delayMs: 3,
    jitterMs: 2,
    lossPercent: 10,
    duplicatePercent: 10,
    reorderPercent: 10,
    corruptPercent: 1,
  };
  const simulation = new Simulation({ seed, storage, network });
  simulation.get({ address: "192.168.4.2", port: 2000, name: "file", windowSize: 4 });
  simulation.run();
  return simulation.log;
}

test("a simulation with the same seed sends the same packets at the same times", () => {
  assert.equal(logOf(5), logOf(5));
});

test("a simulation with another seed sends other packets", () => {
  assert.notEqual(logOf(5), logOf(6));
});

test("a scenario that runs again is the same to the last packet", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    assert.deepEqual(runScenario(scenarioOf(seed)), runScenario(scenarioOf(seed)));
  }
});

test("scenarios of different seeds differ", () => {
  const digests = new Set<number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    digests.add(runScenario(scenarioOf(seed)).digest);
  }
  assert.ok(digests.size > 0.9 * SEEDS, `${digests.size} of ${SEEDS}`);
});
