/**
 * The engine as a state machine: random messages in random order, from several peers, with a clock that also goes back and a
 * storage that fails. The simulation checks every call: nothing throws, nothing hangs, and every message is allowed.
 */
import { test } from "node:test";
import type { ServerOptions } from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  errorMessage,
  MemoryStorage,
  numberOf,
  opcodeOf,
  readRequest,
  type SeededRandom,
  Simulation,
  writeRequest,
} from "lockstep-tftp/simulated";
import { RawPeer } from "../hosts/simulated/raw-peer.js";
import { forAll } from "./property.js";

const CASES = 4000;
const MAX_STEPS = 60;
const FIRST_TRANSFER_PORT = 49_152;

/** Two peers with one address, one with another, and two with ports that no client has. */
const PEERS = [
  { address: "192.168.4.2", port: 2000 },
  { address: "192.168.4.2", port: 2001 },
  { address: "192.168.4.3", port: 2000 },
  { address: "192.168.4.4", port: 69 },
  { address: "192.168.4.5", port: 0 },
] as const;

/** Names and values, so that one of them can be left out. */
type OptionPairs = readonly [name: string, value: string][];

type Kind = "get" | "put" | "ack" | "data" | "error" | "oack" | "garbage" | "nothing" | "jump" | "stop";

/** One event. All numbers are small and independent, so that they can be shrunk. */
interface Step {
  readonly kind: Kind;
  readonly waitMs: number;
  readonly peer: number;
  /** Selects the name, the size, the byte. */
  readonly number: number;
  /** Distance of a block number from the one that is due. */
  readonly offset: number;
  readonly options: OptionPairs;
  /** The listening port, the transfer's port, or another transfer's. */
  readonly target: "listener" | "transfer" | "other";
}

const KINDS: readonly Kind[] = [
  ...(["get", "get", "put", "put", "error", "oack", "garbage", "nothing", "jump"] as const),
  ...new Array<Kind>(8).fill("ack"),
  ...new Array<Kind>(8).fill("data"),
];
const NAMES = ["file", "text", "empty", "exact", "up", "missing", "../up"];
const WAITS_MS = [0, 0, 0, 1, 5, 31, 100, 1000, 4001, 26_000];
const OFFSETS = [0, 0, 0, 0, 0, 0, 1, -1, 2, -2, 3, 16, 17, -16, 32_767, 32_768, 65_535];
const JUMPS_MS = [-3_600_000, -30_000, -1000, -1, 1, 1000, 30_000, 3_600_000];

function step(random: SeededRandom): Step {
  const isRequest = random.chance(50);
  return {
    kind: random.chance(0.5) ? "stop" : random.pick(KINDS),
    waitMs: random.pick(WAITS_MS),
    peer: random.chance(85) ? random.below(2) : random.below(PEERS.length),
    number: random.below(1000),
    offset: random.pick(OFFSETS),
    options: isRequest ? optionsIn(random) : [],
    target: random.chance(94) ? "transfer" : random.pick(["listener", "other"]),
  };
}

function optionsIn(random: SeededRandom): OptionPairs {
  const pairs: [string, string][] = [
    ["blksize", random.pick(["8", "9", "511", "512", "1468", "7"])],
    ["timeout", random.pick(["1", "2", "255", "0"])],
    ["tsize", random.pick(["0", "1", "700", "100000"])],
    ["windowsize", random.pick(["1", "2", "3", "4", "16", "65535"])],
  ];
  return pairs.filter(() => random.chance(50));
}

/** Gives simpler forms of a step: nothing, no wait, no option, the first peer, no offset. */
function simpler(step: Step): Step[] {
  const candidates: Partial<Step>[] = [
    { kind: "nothing" },
    { waitMs: 0 },
    { waitMs: Math.floor(step.waitMs / 2) },
    { options: [] },
    { options: step.options.slice(1) },
    { peer: 0 },
    { offset: 0 },
    { number: 0 },
    { target: "transfer" },
  ];
  return candidates
    .map((change) => ({ ...step, ...change }))
    .filter((candidate) => JSON.stringify(candidate) !== JSON.stringify(step));
}

function messageOf({ kind, number, offset, options }: Step, peer: RawPeer): Uint8Array {
  const name = NAMES[number % NAMES.length] as string;
  const mode = number % 3 === 0 ? "netascii" : "octet";
  const block = numberOf(peer.last);
  switch (kind) {
    case "get":
      return readRequest(name, options.flat(), mode);
    case "put":
      return writeRequest(name, options.flat(), mode);
    case "ack":
      return acknowledgement((opcodeOf(peer.last) === 3 ? block : 0) + offset);
    case "data":
      return dataMessage((opcodeOf(peer.last) === 4 ? block : 0) + 1 + offset, payloadOf(number, options));
    case "error":
      return errorMessage(number % 9, "trouble");
    case "oack":
      return Uint8Array.from([0, 6, 97, 0, 49, 0]);
    default:
      return Uint8Array.from({ length: number % 7 }, (_, index) => (index === 1 ? number % 8 : number));
  }
}

/** Makes full blocks of the sizes that are asked for, shorter ones, and one that is too large. */
function payloadOf(number: number, options: OptionPairs): Uint8Array {
  const asked = Number(new Map(options).get("blksize") ?? "512");
  const length = number % 4 === 0 ? number % 600 : Math.min(asked, 513);
  return new Uint8Array(length).fill(number % 5 === 0 ? 0x0d : number);
}

function runSteps(steps: readonly Step[], options: ServerOptions, isFaulty: boolean): void {
  const storage = new MemoryStorage();
  storage.set(
    "file",
    Uint8Array.from({ length: 3000 }, (_, index) => index * 7),
  );
  storage.set(
    "text",
    Uint8Array.from({ length: 1500 }, (_, index) => [0x0a, 0x61, 0x0d][index % 3] as number),
  );
  storage.set("empty", new Uint8Array());
  storage.set("exact", new Uint8Array(1024));
  const faults = isFaulty
    ? { openBusyPercent: 5, readErrorPercent: 3, writeErrorPercent: 3, commitErrorPercent: 20 }
    : {};
  const simulation = new Simulation({ storage, faults, network: { delayMs: 0 }, ...options });
  const peers = PEERS.map((place) => simulation.add((world) => new RawPeer(world, place)));
  let atMs = 0;
  for (const step of steps) {
    atMs += step.waitMs;
    simulation.at(atMs, () => act(simulation, peers[step.peer] as RawPeer, step));
  }
  simulation.run();
}

function act(simulation: Simulation, peer: RawPeer, step: Step): void {
  if (step.kind === "jump") {
    simulation.server.jumpClock(JUMPS_MS[step.number % JUMPS_MS.length] as number);
  } else if (step.kind === "stop") {
    simulation.server.stop();
  } else if (step.kind === "get" || step.kind === "put" || step.target === "listener") {
    peer.request(messageOf(step, peer));
  } else if (step.kind !== "nothing") {
    const other = FIRST_TRANSFER_PORT + (step.number % 4);
    peer.say(messageOf(step, peer), ...(step.target === "other" ? [other] : []));
  }
}

const SERVERS: readonly ServerOptions[] = [
  { maxTransfers: 3 },
  { maxTransfers: 1 },
  { maxTransfers: 2, singlePort: true },
  { maxTransfers: 3, maxWindowSize: 3, maxSizeBytes: 1000, initialIntervalMs: 20, minIntervalMs: 5, lingerMs: 500 },
];

for (const options of SERVERS) {
  for (const isFaulty of [false, true]) {
    const where = `${JSON.stringify(options)}${isFaulty ? " and a storage that fails" : ""}`;
    test(`random messages at random times do no harm to a server with ${where}`, () => {
      forAll({
        cases: CASES / SERVERS.length / 2,
        generate: (random) => Array.from({ length: random.between(1, MAX_STEPS) }, () => step(random)),
        simpler,
        check: (steps) => runSteps(steps, options, isFaulty),
      });
    });
  }
}
