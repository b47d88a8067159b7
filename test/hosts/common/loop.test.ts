/** The loop that every host shares, seen in the simulated host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Observer, OUTCOME_COMPLETED, OUTCOME_STOPPED } from "lockstep-tftp/engine";
import { MemoryStorage, Simulation } from "lockstep-tftp/simulated";

/** The first DATA leaves at 200 ms, is due to be repeated at 500 ms, and is acknowledged at 600 ms. */
function slowDownload(): Simulation {
  const storage = new MemoryStorage();
  storage.set("file", new Uint8Array(600));
  const simulation = new Simulation({ storage, network: { delayMs: 200 } });
  simulation.get({ address: "192.168.4.20", port: 2000, name: "file" });
  return simulation;
}

test("an answer that came while the machine stood still is read before a message is repeated", () => {
  const simulation = slowDownload();
  simulation.at(450, () => simulation.server.stall(300));
  simulation.run();
  assert.equal(simulation.peers[0]?.state, "completed");
  assert.equal(simulation.server.retransmissions, 0);
});

test("a message is repeated when its answer comes after the deadline, if the machine did not stand still", () => {
  const simulation = slowDownload();
  simulation.run();
  assert.equal(simulation.peers[0]?.state, "completed");
  assert.equal(simulation.server.retransmissions, 1);
});

for (const callback of ["started", "progressed", "ended"] as const) {
  test(`a server that is stopped in the callback "${callback}" ends its transfers after the engine's work`, () => {
    const outcomes: number[] = [];
    const stopIn = (name: string): void => (name === callback ? simulation.server.stop() : undefined);
    const observer: Observer = {
      started: () => stopIn("started"),
      progressed: () => stopIn("progressed"),
      ended: (_transfer, outcome) => {
        outcomes.push(outcome);
        stopIn("ended");
      },
      refused: () => {},
    };
    const storage = new MemoryStorage();
    storage.set("file", new Uint8Array(600));
    const simulation = new Simulation({ storage, observer });
    simulation.get({ address: "192.168.4.20", port: 2000, name: "file" });
    simulation.run();
    assert.deepEqual(outcomes, [callback === "ended" ? OUTCOME_COMPLETED : OUTCOME_STOPPED]);
    assert.equal(simulation.server.engine.accepting, false);
  });
}
