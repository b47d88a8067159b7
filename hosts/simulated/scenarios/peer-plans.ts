/**
 * Plans the clients of a scenario: their model, their options, how long they wait, and whether they leave early.
 */
import type { SeededRandom } from "../network/seeded-random.js";
import type { SimulatedClientOptions } from "../peers/client.js";
import { planContent } from "./content.js";
import type { PeerKind, PeerPlan } from "./scenario.js";

/** Files that can be downloaded. */
export const FILE_NAMES = ["a", "boot/b", "c.txt", "config.txt", "start.elf", "XmlDefault.cnf.xml"] as const;
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
const MIN_PORT = 2000;
/** In a gentle scenario, clients wait as long as the server does. */
const PATIENCE_MS = 30_000;

/** Few addresses, so that some clients share one. */
export function addressOf(index: number): string {
  return `192.168.4.${10 + index}`;
}

/** Plans the client at `index`, which starts within `maxStartMs`. If `isGentle`, it must be able to succeed. */
export function planPeer(random: SeededRandom, index: number, isGentle: boolean, maxStartMs: number): PeerPlan {
  const kind = random.pick(KINDS);
  const isLoner = kind === "ipxe" || kind === "ipxe size query" || kind === "troublemaker";
  const options: SimulatedClientOptions = {
    // Clients that use a fixed port, or any port, share their address with no other.
    address: isLoner ? addressOf(100 + index) : addressOf(random.below(4)),
    port: MIN_PORT + 100 * index,
    name: random.chance(isGentle ? 0 : 5) ? "missing" : random.pick(FILE_NAMES),
    startMs: random.below(maxStartMs),
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
    content: planContent(random),
    ...(random.chance(isGentle ? 0 : 10) ? { breaksOffAtBlock: random.between(1, 10) } : {}),
  };
}

/** Options of a client that models no particular product. */
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

/** A client that negotiates an interval also uses it. */
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

/** Plans a download of a file with more blocks than there are block numbers. */
export function planLongDownload(random: SeededRandom, name: string): PeerPlan {
  return {
    kind: "get",
    options: {
      address: addressOf(200),
      port: MIN_PORT,
      name,
      blockSizeBytes: 8,
      windowSize: random.pick([1, 7, 16, 64]),
      mode: random.pick(["octet", "netascii"]),
    },
  };
}
