/**
 * Runs a scenario, and looks afterwards whether everybody got what is right or was told why not.
 */
import { OUTCOME_SUPERSEDED, type Outcome } from "../../../src/index.js";
import { SeededRandom } from "../network/seeded-random.js";
import { CiscoPhone } from "../peers/cisco-phone.js";
import { Edk2 } from "../peers/edk2.js";
import { GetClient } from "../peers/get-client.js";
import { Grub } from "../peers/grub.js";
import { IPxe } from "../peers/ipxe.js";
import type { SimulatedPeer, SimulatedWorld } from "../peers/peer.js";
import { PutClient } from "../peers/put-client.js";
import { RaspberryPiRom, raspberryPiProbes } from "../peers/raspberry-pi.js";
import { Troublemaker } from "../peers/troublemaker.js";
import { UBoot } from "../peers/u-boot.js";
import { Simulation, SimulationFailure } from "../simulation.js";
import { MemoryStorage } from "../storage/memory-storage.js";
import { equalBytes } from "../wire/bytes.js";
import type { ContentPlan, PeerPlan, Scenario } from "./scenario.js";

/** What a run was. */
export interface ScenarioSummary {
  /** Transfers that the server accepted, and how they ended. */
  readonly transfers: number;
  /** How often each end was. */
  readonly outcomes: ReadonlyMap<Outcome, number>;
  /** How the peers ended, by kind and state. */
  readonly peers: ReadonlyMap<string, number>;
  /** Datagrams that were sent. */
  readonly datagrams: number;
  /** Datagrams that did not arrive. */
  readonly lost: number;
  /** How long it took in virtual time, in milliseconds. */
  readonly virtualMs: number;
  /** The same for the same seed. */
  readonly digest: number;
}

/** The clients' view of one run. */
interface Cast {
  readonly plan: PeerPlan;
  readonly peer: SimulatedPeer;
  /** What it puts. */
  readonly content: Uint8Array | undefined;
}

const MAC = "001122334455";

/**
 * Runs a scenario to its end, and checks that nobody was done wrong.
 *
 * @throws SimulationFailure, whose message begins with what happened, and has the seed, the scenario and the packets.
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

/** A file's content. */
export function plannedContent({ sizeBytes, seed, isText }: ContentPlan): Uint8Array {
  const random = new SeededRandom(seed);
  const bytes = random.bytes(sizeBytes);
  if (isText) {
    for (let index = 0; index < sizeBytes; index++) {
      if (random.chance(20)) {
        bytes[index] = random.pick([0x0a, 0x0d, 0x00]);
      }
    }
  }
  return bytes;
}

function withScenario(failure: SimulationFailure, scenario: Scenario): SimulationFailure {
  const what = `${failure.what}\nScenario ${JSON.stringify(scenario)}`;
  return new SimulationFailure(what, failure.seed, failure.atMs, failure.packetLog);
}

function castOf(simulation: Simulation, plan: PeerPlan): Cast[] {
  const { options, kind } = plan;
  const content = plan.content === undefined ? undefined : plannedContent(plan.content);
  if (kind === "raspberry pi probes") {
    const names = ["start4.elf", "start.elf", "config.txt", "recover4.elf", "a", "boot/b", "vl805.sig"];
    const probes = raspberryPiProbes(simulation.world(), options, names);
    simulation.peers.push(...probes);
    return probes.map((peer) => ({ plan, peer, content }));
  }
  return [{ plan, peer: simulation.add((world) => peerOf(world, plan, content)), content }];
}

function peerOf(world: SimulatedWorld, plan: PeerPlan, content: Uint8Array | undefined): SimulatedPeer {
  const { kind, options, dallyMs = 0, breaksOffAtBlock } = plan;
  switch (kind) {
    case "put":
      return new PutClient(world, {
        ...options,
        content: content ?? new Uint8Array(),
        ...(breaksOffAtBlock === undefined ? {} : { breaksOffAtBlock }),
      });
    case "u-boot":
      return new UBoot(world, options);
    case "ipxe":
      return new IPxe(world, options);
    case "ipxe size query":
      return new IPxe(world, { ...options, wantsSizeOnly: true });
    case "edk2":
      return new Edk2(world, options);
    case "grub":
      return new Grub(world, options);
    case "raspberry pi rom":
      return new RaspberryPiRom(world, options);
    case "cisco phone":
      return new CiscoPhone(world, { ...options, mac: MAC });
    case "troublemaker":
      return new Troublemaker(world, { ...options, names: [options.name] });
    default:
      return new GetClient(world, { ...options, dallyMs });
  }
}

function checkTruth(simulation: Simulation, scenario: Scenario, storage: MemoryStorage, cast: readonly Cast[]): void {
  let ended = 0;
  for (const count of simulation.server.outcomes.values()) {
    ended += count;
  }
  if (ended !== simulation.server.started) {
    throw simulation.failure(`${simulation.server.started} transfers began and ${ended} ended`);
  }
  for (const each of cast) {
    if (!each.peer.isOver) {
      throw simulation.failure(`${each.plan.kind} at ${each.peer.address} never came to an end`);
    }
    checkBytes(simulation, scenario, storage, each);
  }
  checkVersions(simulation, scenario, storage, cast);
  checkSuccess(simulation, scenario, cast);
}

/** Who says that it has the whole file has the right one. */
function checkBytes(
  simulation: Simulation,
  scenario: Scenario,
  storage: MemoryStorage,
  { plan, peer, content }: Cast,
): void {
  if (peer.state !== "completed" || simulation.network.hasDamaged(peer.address)) {
    return;
  }
  if (peer instanceof GetClient) {
    const name = peer.fileName.replace(/^\//, "");
    const { content: got } = peer;
    if (isAmbiguous(simulation, scenario, storage.versions(name).length)) {
      return;
    }
    // Who begins again from the same port may take a block of its former transfer, with other options, for its last.
    const isCutByItself = plan.options.restartsAfter !== undefined;
    // The last byte of such a part may be half of a netascii pair.
    const certain = got.subarray(0, isCutByItself ? Math.max(got.length - 1, 0) : got.length);
    const isRight = (version: Uint8Array): boolean =>
      equalBytes(isCutByItself ? version.subarray(0, certain.length) : version, certain);
    if (!storage.versions(name).some(isRight)) {
      throw simulation.failure(`${plan.kind} at ${peer.address} got ${got.length} wrong bytes of ${name}`);
    }
  }
  if (content !== undefined && !storage.versions(plan.options.name).some((version) => equalBytes(version, content))) {
    throw simulation.failure(`${peer.address} put ${plan.options.name}, and it was not stored`);
  }
}

/**
 * With one port for all, a client cannot tell two transfers apart. A request that comes again late ends the first and
 * begins a second; if the file was replaced between them, the client has a part of each.
 */
function isAmbiguous(simulation: Simulation, scenario: Scenario, versions: number): boolean {
  return scenario.server.singlePort === true && versions > 1 && simulation.server.outcomes.has(OUTCOME_SUPERSEDED);
}

/** Nothing has a final name that nobody put there as a whole. */
function checkVersions(
  simulation: Simulation,
  scenario: Scenario,
  storage: MemoryStorage,
  cast: readonly Cast[],
): void {
  for (const { plan, content, peer } of cast) {
    const { name } = plan.options;
    const puts = cast.filter((each) => each.content !== undefined && each.plan.options.name === name);
    if (content === undefined || puts.some((each) => simulation.network.hasDamaged(each.peer.address))) {
      continue;
    }
    const initial = scenario.files[name];
    const known = puts.map((each) => each.content as Uint8Array);
    const allowed = initial === undefined ? known : [...known, plannedContent(initial)];
    if (storage.versions(name).some((version) => !allowed.some((whole) => equalBytes(whole, version)))) {
      throw simulation.failure(`${name} got a content that nobody put there; ${peer.address} was one who put it`);
    }
  }
}

/** Where the scenario is gentle, everybody gets through. */
function checkSuccess(simulation: Simulation, scenario: Scenario, cast: readonly Cast[]): void {
  // A request that arrives again after progress ends the transfer that it began: the wire table has it so.
  if (!scenario.isGentle || simulation.server.outcomes.has(OUTCOME_SUPERSEDED)) {
    return;
  }
  for (const { plan, peer } of cast) {
    const isSuccess = peer.state === "completed" || (peer.state === "refused" && plan.kind === "raspberry pi probes");
    // UEFI goes no further without a size, and that of an empty file is not told.
    const isOnPurpose = peer.state === "broke off" && /Early terminate|TFTP Aborted|No size/.test(peer.reason);
    if (!isSuccess && !isOnPurpose) {
      throw simulation.failure(`${plan.kind} at ${peer.address} ${peer.state} (${peer.reason}) on a good network`);
    }
  }
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
