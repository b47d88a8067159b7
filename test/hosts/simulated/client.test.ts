/**
 * The engine's client against the engine's server over a network that loses, doubles and reorders datagrams: a file arrives
 * whole or not at all, both ends end the transfer, and no slot stays taken.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OUTCOME_COMPLETED, OUTCOME_PROBABLY_COMPLETED } from "lockstep-tftp/engine";
import type { ClientRequest } from "lockstep-tftp/engine/client";
import { equalBytes, MemoryStorage, type NetworkConditions, SeededRandom, Simulation } from "lockstep-tftp/simulated";
import { EngineClient } from "../../support/engine-client.js";
import { seedOr } from "../../support/seed.js";

const FIRST_SEED = seedOr(1);
const SEEDS = 600;
const NAME = "file";
/** Longer than any transfer takes: both ends give up 25 s after the last progress, and linger for less. */
const LEFT_ALONE_MS = 120_000;

function conditionsOf(random: SeededRandom): NetworkConditions {
  const isGentle = random.chance(30);
  return {
    delayMs: random.pick([0.1, 1, 10, 50]),
    jitterMs: random.pick([0, 0, 5]),
    lossPercent: isGentle ? 0 : random.pick([1, 5, 20]),
    duplicatePercent: isGentle ? 0 : random.pick([0, 5]),
    reorderPercent: isGentle ? 0 : random.pick([0, 5]),
  };
}

function requestOf(random: SeededRandom): ClientRequest {
  return {
    name: NAME,
    isNetascii: random.chance(20),
    ...(random.chance(30) ? { blockSizeBytes: random.between(8, 512) } : {}),
    ...(random.chance(50) ? { windowSize: random.between(1, 20) } : {}),
    ...(random.chance(20) ? { timeoutSeconds: random.between(1, 3) } : {}),
    tellSize: random.chance(50),
  };
}

/** Runs one transfer in the world of a seed. Returns whether the client reports success. */
function runTransfer(seed: number): boolean {
  const random = new SeededRandom(seed);
  const content = random.bytes(random.pick([0, 1, 511, 512, 513, random.between(0, 20_000)]));
  const isUpload = random.chance(50);
  const storage = new MemoryStorage();
  const network = conditionsOf(random);
  const singlePort = random.chance(20);
  const simulation = new Simulation({ storage, seed, network, singlePort });
  const client = new EngineClient(simulation.world(), "192.168.4.9", {});
  const [from, to] = isUpload ? [client.files, storage] : [storage, client.files];
  from.set(NAME, content);
  const request = requestOf(random);
  simulation.at(1, () => (isUpload ? client.put(request) : client.get(request)));
  simulation.run();

  const where = `seed ${seed}, ${isUpload ? "put" : "get"} ${JSON.stringify({ ...request, network, singlePort })}`;
  assert.ok(simulation.nowMs < LEFT_ALONE_MS, `${where}: ended only after ${simulation.nowMs} ms`);
  assert.equal(client.outcomes.length, 1, `${where}: ends of the client`);
  assert.equal(client.engine.used, 0, `${where}: slots of the client`);
  assert.equal(simulation.server.engine.used, 0, `${where}: slots of the server`);
  const arrived = to.get(NAME);
  if (arrived !== undefined) {
    assert.ok(equalBytes(arrived, content), `${where}: the file\n${simulation.log}`);
  }
  const [outcome] = client.outcomes;
  if (outcome === OUTCOME_COMPLETED) {
    assert.ok(arrived !== undefined, `${where}: the client reports that the file arrived\n${simulation.log}`);
  }
  const isGentle = network.lossPercent === 0;
  if (isGentle) {
    assert.equal(outcome, OUTCOME_COMPLETED, `${where}: on a network that loses nothing\n${simulation.log}`);
  }
  return outcome === OUTCOME_COMPLETED || outcome === OUTCOME_PROBABLY_COMPLETED;
}

test(`${SEEDS} transfers from seed ${FIRST_SEED} end well or not at all`, () => {
  let completed = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    completed += runTransfer(seed) ? 1 : 0;
  }
  assert.ok(completed > 0.95 * SEEDS, `${completed} of ${SEEDS} went well`);
});

test("a transfer with the engine's client is the same for the same seed", () => {
  const runs = [1, 2].map(() => {
    const storage = new MemoryStorage();
    storage.set(NAME, new SeededRandom(5).bytes(5000));
    const simulation = new Simulation({ storage, seed: 5, network: { lossPercent: 20 } });
    const client = new EngineClient(simulation.world(), "192.168.4.9", {});
    simulation.at(1, () => client.get({ name: NAME }));
    simulation.run();
    return simulation.log;
  });
  assert.equal(runs[0], runs[1]);
});
