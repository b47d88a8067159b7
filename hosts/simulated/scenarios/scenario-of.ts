/**
 * Makes a scenario from a seed: the server's options, the network, the files, the clients and what goes wrong.
 */
import type { ServerOptions } from "../../../src/index.js";
import type { NetworkConditions, NetworkPartition } from "../network/network.js";
import { SeededRandom } from "../network/seeded-random.js";
import type { StorageFaults } from "../storage/faulty-storage.js";
import { MAX_CONTENT_BYTES, planContent } from "./content.js";
import { addressOf, FILE_NAMES, planLongDownload, planPeer } from "./peer-plans.js";
import type { ClockJump, ContentPlan, PeerPlan, Scenario } from "./scenario.js";

const LONG_FILE_NAME = "long";
/** With the smallest block, a file of this size takes the block number past 65,535. */
const LONG_FILE_BYTES = 8 * 65_536 + 5000;
/** Such a run takes a second, so few seeds have one. */
const LONG_FILE_PERCENT = 0.05;
/** Clients start within this time. */
const MAX_START_MS = 3000;

/** Makes the scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const random = new SeededRandom(seed);
  const isGentle = random.chance(25);
  const files: Record<string, ContentPlan> = {};
  for (const name of FILE_NAMES) {
    files[name] = planContent(random);
  }
  const peers: PeerPlan[] = [];
  const count = random.between(1, 7);
  for (let index = 0; index < count; index++) {
    peers.push(planPeer(random, index, isGentle, MAX_START_MS));
  }
  if (random.chance(LONG_FILE_PERCENT)) {
    files[LONG_FILE_NAME] = { sizeBytes: LONG_FILE_BYTES, seed, isText: random.chance(50) };
    peers.push(planLongDownload(random, LONG_FILE_NAME));
  }
  return {
    seed,
    isGentle,
    server: serverPlan(random, isGentle),
    network: isGentle ? gentleNetwork(random) : roughNetwork(random),
    files,
    peers,
    ...(isGentle ? CALM : trouble(random)),
  };
}

const CALM = { partitions: [], faults: {}, clockJumps: [] } as const;

/** Plans what goes wrong besides the network. */
function trouble(
  random: SeededRandom,
): Pick<Scenario, "partitions" | "faults" | "capacityBytes" | "clockJumps" | "stopsAtMs"> {
  return {
    partitions: random.chance(20) ? [partition(random)] : [],
    faults: random.chance(30) ? faults(random) : {},
    ...(random.chance(10) ? { capacityBytes: random.between(0, 100_000) } : {}),
    clockJumps: random.chance(20) ? clockJumps(random) : [],
    ...(random.chance(5) ? { stopsAtMs: random.below(2 * MAX_START_MS) } : {}),
  };
}

function serverPlan(random: SeededRandom, isGentle: boolean): ServerOptions {
  return {
    maxTransfers: isGentle ? 64 : random.between(1, 12),
    maxWindowSize: random.pick([1, 2, 4, 16, 64]),
    singlePort: random.chance(30),
    minIntervalMs: random.pick([30, 30, 1, 10, 200]),
    initialIntervalMs: random.pick([300, 1000, 100, 3000]),
    // Every client must succeed: the last ACK stays available for the slowest one and its repeats.
    lingerMs: isGentle ? 40_000 : random.pick([10_000, 1000]),
    ...(isGentle ? {} : { giveUpMs: random.pick([25_000, 25_000, 5000]) }),
    ...(!isGentle && random.chance(15) ? { maxSizeBytes: random.below(MAX_CONTENT_BYTES) } : {}),
  };
}

/** Copies and late datagrams arrive within a round trip: a request that arrived later would end its own transfer. */
function gentleNetwork(random: SeededRandom): NetworkConditions {
  const delayMs = random.pick([0.05, 0.1, 1, 5, 20, 60]);
  return {
    delayMs,
    jitterMs: random.pick([0, 0.2, 3]),
    lossPercent: random.pick([0, 0, 1, 5]),
    ...(random.chance(30) ? { duplicatePercent: random.pick([1, 20]), duplicateDelayMs: delayMs } : {}),
    ...(random.chance(30) ? { reorderPercent: random.pick([1, 10]), reorderDelayMs: delayMs } : {}),
  };
}

function roughNetwork(random: SeededRandom): NetworkConditions {
  return {
    delayMs: random.pick([0.05, 0.1, 1, 5, 20, 60, 400]),
    jitterMs: random.pick([0, 0.2, 3, 50]),
    lossPercent: random.pick([0, 0, 1, 5, 10, 20, 50]),
    ...(random.chance(20) ? { burst: { startPercent: random.between(1, 5), meanPackets: random.between(2, 40) } } : {}),
    ...(random.chance(40) ? { duplicatePercent: random.pick([1, 10, 50, 100]) } : {}),
    ...(random.chance(30) ? { duplicateDelayMs: random.pick([0.1, 100, 5000]) } : {}),
    ...(random.chance(40) ? { reorderPercent: random.pick([1, 10, 50]) } : {}),
    ...(random.chance(30) ? { reorderDelayMs: random.pick([1, 100, 3000]) } : {}),
    ...(random.chance(10) ? { corruptPercent: random.pick([1, 10]) } : {}),
    ...(random.chance(10) ? { truncatePercent: random.pick([1, 10]) } : {}),
  };
}

function partition(random: SeededRandom): NetworkPartition {
  const fromMs = random.below(MAX_START_MS);
  const whose = random.chance(50) ? { address: addressOf(random.below(4)) } : {};
  return { fromMs, untilMs: fromMs + random.pick([100, 2000, 40_000]), ...whose };
}

function faults(random: SeededRandom): StorageFaults {
  return {
    openBusyPercent: random.pick([0, 0, 20]),
    readErrorPercent: random.pick([0, 0, 1, 10]),
    writeErrorPercent: random.pick([0, 0, 1, 10]),
    writeFullPercent: random.pick([0, 0, 1]),
    commitErrorPercent: random.pick([0, 0, 30]),
    commitMs: random.pick([0, 0, 50, 1500, 6000]),
    blockMs: random.pick([0, 0, 0, 2, 50]),
  };
}

function clockJumps(random: SeededRandom): readonly ClockJump[] {
  const jumps: ClockJump[] = [];
  for (let count = random.between(1, 3); count > 0; count--) {
    jumps.push({
      atMs: random.below(2 * MAX_START_MS),
      byMs: random.pick([-3_600_000, -5000, -100, -1, 1, 500, 30_000, 3_600_000]),
    });
  }
  return jumps;
}
