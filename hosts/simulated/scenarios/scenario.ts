/**
 * A scenario: everything that a seed decides about one run, as plain data, so that a failure can print it.
 */
import type { ServerOptions } from "../../../src/index.js";
import type { NetworkConditions, NetworkPartition } from "../network/network.js";
import { SeededRandom } from "../network/seeded-random.js";
import type { SimulatedClientOptions } from "../peers/client.js";
import type { StorageFaults } from "../storage/faulty-storage.js";

/** A file's content, made from a seed. */
export interface ContentPlan {
  /** Its length in bytes. */
  readonly sizeBytes: number;
  /** The same seed and size give the same bytes. */
  readonly seed: number;
  /** Many line ends and carriage returns, for netascii. */
  readonly isText: boolean;
}

/** The models that a scenario casts. */
export type PeerKind =
  | "get"
  | "put"
  | "u-boot"
  | "ipxe"
  | "ipxe size query"
  | "edk2"
  | "grub"
  | "raspberry pi rom"
  | "raspberry pi probes"
  | "cisco phone"
  | "troublemaker";

/** One peer of a scenario. */
export interface PeerPlan {
  /** Which model it is. */
  readonly kind: PeerKind;
  /** What it is told. */
  readonly options: SimulatedClientOptions;
  /** What it puts. */
  readonly content?: ContentPlan;
  /** It breaks off before this block. */
  readonly breaksOffAtBlock?: number;
  /** How long it stays to repeat its last ACK, in milliseconds. */
  readonly dallyMs?: number;
}

/** The server's clock is set. */
export interface ClockJump {
  /** When, in milliseconds since the beginning. */
  readonly atMs: number;
  /** By how much, in milliseconds; below 0 it goes back. */
  readonly byMs: number;
}

/** Everything that one run is made of. */
export interface Scenario {
  /** What all of this was made from. */
  readonly seed: number;
  /** Nothing worse happens than some loss: everybody has to get through. */
  readonly isGentle: boolean;
  /** What the server is told. */
  readonly server: ServerOptions;
  /** What the network does. */
  readonly network: NetworkConditions;
  /** Times in which nothing passes. */
  readonly partitions: readonly NetworkPartition[];
  /** What the storage does wrong. */
  readonly faults: StorageFaults;
  /** Room for all files together, in bytes. Absent: no limit. */
  readonly capacityBytes?: number;
  /** The files that can be fetched, by name. */
  readonly files: Readonly<Record<string, ContentPlan>>;
  /** When the server's clock jumps. */
  readonly clockJumps: readonly ClockJump[];
  /** When the server is stopped. */
  readonly stopsAtMs?: number;
  /** Everybody else. */
  readonly peers: readonly PeerPlan[];
}

/** Sizes around the ends of blocks. */
const SIZES = [0, 1, 7, 8, 9, 15, 16, 511, 512, 513, 1023, 1024, 1025, 4096, 8192] as const;
const MAX_SIZE_BYTES = 24_000;
const LONG_FILE_NAME = "long";
/** With the smallest block, a file of this size takes the block number past 65,535. */
const LONG_FILE_BYTES = 8 * 65_536 + 5000;
/** Such a run takes a second, so few seeds have one. */
const LONG_FILE_PERCENT = 0.05;
const MAX_START_MS = 3000;
const FILE_NAMES = ["a", "boot/b", "c.txt", "config.txt", "start.elf", "XmlDefault.cnf.xml"] as const;
const UPLOAD_NAMES = ["up", "c.txt", "new/file"] as const;
const KINDS: readonly PeerKind[] = [
  "get",
  "get",
  "get",
  "put",
  "put",
  "put",
  "u-boot",
  "ipxe",
  "ipxe size query",
  "edk2",
  "grub",
  "raspberry pi rom",
  "raspberry pi probes",
  "cisco phone",
  "troublemaker",
];
const LEAST_PORT = 2000;
/** Where everybody is to get through, clients wait as long as the server does. */
const PATIENCE_MS = 30_000;

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const random = new SeededRandom(seed);
  const isGentle = random.chance(25);
  const files: Record<string, ContentPlan> = {};
  for (const name of FILE_NAMES) {
    files[name] = contentPlan(random);
  }
  const peers: PeerPlan[] = [];
  const count = random.between(1, 7);
  for (let index = 0; index < count; index++) {
    peers.push(peerPlan(random, index, isGentle));
  }
  if (random.chance(LONG_FILE_PERCENT)) {
    files[LONG_FILE_NAME] = { sizeBytes: LONG_FILE_BYTES, seed, isText: random.chance(50) };
    peers.push(longGet(random));
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

/** What goes wrong beside the network. */
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
    // Where everybody is to get through, the last ACK is there for the slowest client and its repeats.
    lingerMs: isGentle ? 40_000 : random.pick([10_000, 1000]),
    ...(isGentle ? {} : { giveUpMs: random.pick([25_000, 25_000, 5000]) }),
    ...(!isGentle && random.chance(15) ? { maxSizeBytes: random.below(MAX_SIZE_BYTES) } : {}),
  };
}

/** What is doubled or held back comes within a round trip: a request that came later would end its own transfer. */
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

function contentPlan(random: SeededRandom): ContentPlan {
  const sizeBytes = random.chance(40) ? random.pick(SIZES) : random.below(MAX_SIZE_BYTES);
  return { sizeBytes, seed: random.uint32(), isText: random.chance(40) };
}

/** Few addresses, so that some peers share one. */
function addressOf(index: number): string {
  return `192.168.4.${10 + index}`;
}

function peerPlan(random: SeededRandom, index: number, isGentle: boolean): PeerPlan {
  const kind = random.pick(KINDS);
  const isLoner = kind === "ipxe" || kind === "ipxe size query" || kind === "troublemaker";
  const options: SimulatedClientOptions = {
    // Those that need a certain port, or any, have an address of their own.
    address: isLoner ? addressOf(100 + index) : addressOf(random.below(4)),
    port: LEAST_PORT + 100 * index,
    name: random.chance(isGentle ? 0 : 5) ? "missing" : random.pick(FILE_NAMES),
    startMs: random.below(MAX_START_MS),
    ...(isGentle ? { maxRetries: PATIENCE_MS / 1000 } : {}),
  };
  if (kind === "put") {
    return putPlan(random, { ...options, ...choices(random, isGentle) }, isGentle);
  }
  const own = kind === "get" ? choices(random, isGentle) : leaving(random, isGentle);
  return { kind, options: { ...options, ...own }, ...(random.chance(30) ? { dallyMs: 5000 } : {}) };
}

function putPlan(random: SeededRandom, options: SimulatedClientOptions, isGentle: boolean): PeerPlan {
  return {
    kind: "put",
    options: { ...options, name: random.pick(UPLOAD_NAMES) },
    content: contentPlan(random),
    ...(random.chance(isGentle ? 0 : 10) ? { breaksOffAtBlock: random.between(1, 10) } : {}),
  };
}

/** What a client of no certain make chooses. */
function choices(random: SeededRandom, isGentle: boolean): Partial<SimulatedClientOptions> {
  return {
    mode: random.chance(25) ? "netascii" : "octet",
    ...(random.chance(40) ? { blockSizeBytes: random.pick([8, 9, 100, 511, 512, 1428, 65_464]) } : {}),
    ...(random.chance(40) ? { windowSize: random.pick([1, 2, 3, 4, 16, 64, 65_535]) } : {}),
    ...timing(random, isGentle),
    tellsSize: random.chance(40),
    ...leaving(random, isGentle),
  };
}

/** Who asks the server for an interval uses it, too. */
function timing(random: SeededRandom, isGentle: boolean): Partial<SimulatedClientOptions> {
  if (random.chance(15)) {
    const timeoutSeconds = random.pick(isGentle ? [1, 2] : [1, 2, 7, 60, 255]);
    return { timeoutSeconds, retryMs: 1000 * timeoutSeconds };
  }
  const retryMs = random.pick([1000, 1000, 200, 5000]);
  return { retryMs, ...(isGentle ? { maxRetries: PATIENCE_MS / retryMs } : {}) };
}

function leaving(random: SeededRandom, isGentle: boolean): Partial<SimulatedClientOptions> {
  return {
    ...(random.chance(isGentle ? 0 : 8) ? { vanishesAfter: random.between(1, 30) } : {}),
    ...(random.chance(isGentle ? 0 : 8)
      ? { restartsAfter: random.between(1, 30), restartMs: random.pick([0, 1, 100, 3000]) }
      : {}),
  };
}

function longGet(random: SeededRandom): PeerPlan {
  return {
    kind: "get",
    options: {
      address: addressOf(200),
      port: LEAST_PORT,
      name: LONG_FILE_NAME,
      blockSizeBytes: 8,
      windowSize: random.pick([1, 7, 16, 64]),
      mode: random.pick(["octet", "netascii"]),
    },
  };
}
