/**
 * Runs a scenario, and checks afterwards that every client has the right bytes or was told why not.
 */
import type { Outcome } from "../../../src/index.js";
import { Simulation, SimulationFailure } from "../simulation.js";
import { MemoryStorage } from "../storage/memory-storage.js";
import { type Cast, castOf } from "./cast.js";
import { plannedContent } from "./content.js";
import type { Scenario } from "./scenario.js";
import { checkTruth } from "./truth.js";

/** Figures of a run. */
export interface ScenarioSummary {
  /** Transfers that the server accepted. */
  readonly transfers: number;
  /** Ends of the server's transfers, counted by outcome. */
  readonly outcomes: ReadonlyMap<Outcome, number>;
  /** Clients, counted by kind and final state. */
  readonly peers: ReadonlyMap<string, number>;
  /** Datagrams that were sent. */
  readonly datagrams: number;
  /** Datagrams that did not arrive. */
  readonly lost: number;
  /** Length of the run, in milliseconds of virtual time. */
  readonly virtualMs: number;
  /** Digest of all packets: the same for the same seed. */
  readonly digest: number;
}

/**
 * Runs a scenario to its end, and checks what every client got.
 *
 * @throws SimulationFailure with what happened, the seed, the scenario and the packets.
 */
export function runScenario(scenario: Scenario): ScenarioSummary {
  const storage = new MemoryStorage(
    scenario.capacityBytes === undefined ? {} : { capacityBytes: scenario.capacityBytes },
  );
  for (const [name, plan] of Object.entries(scenario.files)) {
    storage.set(name, plannedContent(plan));
  }
  const { seed, server, network, faults } = scenario;
  const simulation = new Simulation({ seed, network, storage, faults, ...server });
  const cast = scenario.peers.flatMap((plan) => castOf(simulation, plan));
  for (const partition of scenario.partitions) {
    simulation.network.partition(partition);
  }
  for (const { atMs, byMs } of scenario.clockJumps) {
    simulation.at(atMs, () => simulation.server.jumpClock(byMs));
  }
  if (scenario.stopsAtMs !== undefined) {
    simulation.at(scenario.stopsAtMs, () => simulation.server.stop());
  }
  try {
    simulation.run();
    checkTruth(simulation, scenario, storage, cast);
  } catch (error) {
    throw error instanceof SimulationFailure ? withScenario(error, scenario) : error;
  }
  return summaryOf(simulation, cast);
}

function withScenario(failure: SimulationFailure, scenario: Scenario): SimulationFailure {
  const what = `${failure.what}\nScenario ${JSON.stringify(scenario)}`;
  return new SimulationFailure(what, failure.culprit, failure.seed, failure.atMs, failure.packetLog);
}

function summaryOf(simulation: Simulation, cast: readonly Cast[]): ScenarioSummary {
  const peers = new Map<string, number>();
  for (const { plan, peer } of cast) {
    const key = `${plan.kind}: ${peer.state}`;
    peers.set(key, (peers.get(key) ?? 0) + 1);
  }
  const { server, network, nowMs } = simulation;
  return {
    transfers: server.started,
    outcomes: server.outcomes,
    peers,
    datagrams: network.datagrams,
    lost: network.lost,
    virtualMs: nowMs,
    digest: network.log.digest,
  };
}
