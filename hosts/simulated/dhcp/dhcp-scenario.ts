/** Makes a scenario of DHCP from a seed: the network, the server, its clients, and what goes wrong. */
import type { NetworkConditions } from "../network/network.js";
import { SeededRandom } from "../network/seeded-random.js";
import type { ClockJump } from "../scenarios/scenario.js";
import { DEVICE_MODELS } from "./client-models.js";
import type { DevicePlan, Habit } from "./dhcp-device.js";

/** Everything that a run of the DHCP engine depends on. */
export interface DhcpScenario {
  /** The same seed and scenario give the same run, packet by packet. */
  readonly seed: number;
  /** Nothing goes wrong that would excuse a client without an address and its file. */
  readonly isGentle: boolean;
  /** Conditions of the network. */
  readonly network: NetworkConditions;
  /** Number of addresses that the server gives. */
  readonly addresses: number;
  /** Duration of a lease. */
  readonly leaseSeconds: number;
  /** The server probes addresses before it gives them. */
  readonly probes: boolean;
  /** The clients. */
  readonly devices: readonly DevicePlan[];
  /** A relay agent hands on what it hears. Default: none is there. */
  readonly hasRelay?: boolean;
  /** A machine that uses the first address of the range without asking. */
  readonly hasSquatter: boolean;
  /** Time at which another server appears, in milliseconds; undefined without one. */
  readonly rivalAtMs?: number;
  /** Jumps of the server's clock. */
  readonly clockJumps: readonly ClockJump[];
  /** Time for which the server is stopped, in milliseconds. */
  readonly stop?: {
    /** Its beginning. */
    readonly atMs: number;
    /** Its duration. */
    readonly forMs: number;
  };
  /** Datagrams of random bytes that reach the server. */
  readonly garbage: number;
}

/** The server looks for others first. */
const SERVES_AT_MS = 6000;
export const RUN_MS = 900_000;
const HABITS: readonly Habit[] = ["stays", "stays", "restarts", "releases", "leaves"];
/** A client of BOOTP keeps its address without asking again, so it must be gone when the lease ends. */
const MAX_BOOTP_STAY_MS = 60_000;

/** Last bytes of addresses: of the range, and of those that are kept beside it for at most 50 devices. */
const FIRST_OF_RANGE = 100;
const FIRST_BESIDE = 20;

/** Lets some devices ask for an address that they had before, which may be kept for another now. */
function formerOrNot(random: SeededRandom, plan: DevicePlan, known: readonly string[]): DevicePlan {
  return random.chance(15) ? { ...plan, formerAddress: random.pick(known) } : plan;
}

/** Makes the scenario of a seed. */
export function dhcpScenarioOf(seed: number): DhcpScenario {
  const random = new SeededRandom(seed);
  const isGentle = random.chance(40);
  const addresses = isGentle ? 64 : random.pick([1, 1, 2, 4, 16, 16, 40]);
  const isCrowd = addresses === 16 && random.chance(50);
  const count = isCrowd ? 50 : addresses === 1 ? 2 : random.between(1, isGentle ? 12 : 24);
  const startsWithinMs = isCrowd ? 1000 : random.pick([100, 5000, 60_000]);
  const network = networkOf(random, isGentle);
  const scenario: DhcpScenario = {
    seed,
    isGentle,
    network,
    addresses,
    leaseSeconds: random.pick([120, 120, 300, 3600]),
    // A damaged copy of a request that waits for its probe would differ from the answer.
    probes: network.corruptPercent === undefined && random.chance(60),
    devices: Array.from({ length: count }, (_, number) => planDevice(random, number, startsWithinMs)),
    ...(isGentle ? CALM : trouble(random)),
  };
  const hasRelay = random.chance(25);
  const devices = scenario.devices.map((plan) => fixedOrNot(random, plan, addresses));
  const known = [`192.168.88.${FIRST_OF_RANGE}`, ...devices.flatMap(({ fixedAddress = [] }) => fixedAddress)];
  return { ...scenario, hasRelay, devices: devices.map((plan) => formerOrNot(random, plan, known)) };
}

/** Keeps an address for some devices: one of the range, or one beside it. */
function fixedOrNot(random: SeededRandom, plan: DevicePlan, addresses: number): DevicePlan {
  if (!random.chance(15)) {
    return plan;
  }
  const isInRange = random.chance(50) && plan.number < addresses;
  const last = (isInRange ? FIRST_OF_RANGE : FIRST_BESIDE) + plan.number;
  return { ...plan, fixedAddress: `192.168.88.${last}` };
}

const CALM = { hasSquatter: false, clockJumps: [], garbage: 0 } as const;

function trouble(
  random: SeededRandom,
): Pick<DhcpScenario, "hasSquatter" | "rivalAtMs" | "clockJumps" | "stop" | "garbage"> {
  return {
    hasSquatter: random.chance(20),
    ...(random.chance(20) ? { rivalAtMs: random.pick([0, 3000, 30_000, 200_000]) } : {}),
    clockJumps: random.chance(30) ? Array.from({ length: random.between(1, 4) }, () => clockJump(random)) : [],
    ...(random.chance(10) ? { stop: { atMs: random.below(RUN_MS / 2), forMs: random.pick([1, 5000, 200_000]) } } : {}),
    garbage: random.pick([0, 0, 200]),
  };
}

function planDevice(random: SeededRandom, number: number, startsWithinMs: number): DevicePlan {
  const { name, isBootp } = random.pick(DEVICE_MODELS);
  const habit = isBootp === true ? "leaves" : random.pick(HABITS);
  return {
    model: name,
    number,
    startMs: SERVES_AT_MS + random.below(startsWithinMs),
    habit,
    afterMs: isBootp === true ? random.below(MAX_BOOTP_STAY_MS) : random.below(400_000),
  };
}

function networkOf(random: SeededRandom, isGentle: boolean): NetworkConditions {
  return {
    delayMs: random.pick([0.1, 1, 20]),
    jitterMs: random.pick([0, 2]),
    lossPercent: random.pick(isGentle ? [0, 5, 5] : [0, 5, 10, 30]),
    ...(random.chance(40) ? { duplicatePercent: random.pick([5, 50]), duplicateDelayMs: random.pick([1, 50]) } : {}),
    ...(random.chance(40) ? { reorderPercent: random.pick([5, 30]), reorderDelayMs: random.pick([5, 100]) } : {}),
    ...(!isGentle && random.chance(15) ? { corruptPercent: random.pick([1, 10]), truncatePercent: 2 } : {}),
  };
}

function clockJump(random: SeededRandom): ClockJump {
  return {
    atMs: random.below(RUN_MS),
    byMs: random.pick([-3_600_000, -60_000, -5000, -1, 1, 5000, 60_000, 3_600_000]),
  };
}
