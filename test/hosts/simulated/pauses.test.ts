/** Devices that pause to write their flash, with and without loss: how often they get a block twice, and what loss costs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStorage, Simulation } from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { seedOr } from "../../support/seed.js";
import { PausingClient } from "./pausing-client.js";

const SEED = seedOr(1818);
const BLOCKS = 800;
const FILE = contents(512 * BLOCKS + 7);
const ROUND_TRIP_MS = 2;
const PAUSES_MS = [200, 500, 1000, 2000];
const EVERY_BLOCKS = [1, 4];
const LOSS_PERCENT = 5;
/** In a whole transfer, however often the device pauses. */
const MAX_COPIES = 3;

function downloadWithPauses(pauseMs: number, pauseEveryBlocks: number, lossPercent: number, seed = SEED) {
  const storage = new MemoryStorage();
  storage.set("file", FILE);
  const network = { delayMs: ROUND_TRIP_MS / 2, lossPercent };
  const simulation = new Simulation({ seed, storage, network, maxLogEntries: 40 });
  const device = simulation.add(
    (world) =>
      new PausingClient(world, {
        address: "192.168.4.2",
        port: 2000,
        name: "file",
        retryMs: 5000,
        maxRetries: 100,
        pauseEveryBlocks,
        pauseMs,
      }),
  );
  simulation.run();
  assert.equal(device.state, "completed");
  assert.deepEqual(device.content, FILE);
  return { device, simulation };
}

for (const pauseMs of PAUSES_MS) {
  for (const every of EVERY_BLOCKS) {
    const max = pauseMs === 200 ? 0 : MAX_COPIES;
    test(`a device that pauses for ${pauseMs} ms at every ${every} blocks gets at most ${max} blocks twice`, () => {
      const { device, simulation } = downloadWithPauses(pauseMs, every, 0);
      assert.ok(device.pauses > 100, `${device.pauses} pauses`);
      assert.ok(device.outOfOrder <= max, `${device.outOfOrder} copies`);
      assert.equal(simulation.server.retransmissions, device.outOfOrder);
    });

    test(`pauses of ${pauseMs} ms at every ${every} blocks bring few copies beside those of ${LOSS_PERCENT} % loss`, () => {
      let lost = 0;
      let repeats = 0;
      for (let run = 0; run < 5; run++) {
        const { simulation } = downloadWithPauses(pauseMs, every, LOSS_PERCENT, SEED + run);
        lost += simulation.network.lost;
        repeats += simulation.server.retransmissions;
      }
      assert.ok(repeats < 1.25 * lost, `${repeats} repeats for ${lost} lost datagrams`);
    });
  }
}
