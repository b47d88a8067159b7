/**
 * Loss on the bridge of a boot network, by rules of nftables: netem is not in every kernel. The rules count frames, so the
 * same frames are lost in each run.
 */
import { spawnSync } from "node:child_process";
import { must } from "./boot-network.js";
import { hasProgram, run } from "./program.js";

/** The reason to skip a test that needs loss, or false. */
export const UNLESS_LOSS: string | false =
  (!hasProgram("nft") && "not installed (Debian: nftables)") || withoutKernel();

function withoutKernel(): string | false {
  const rules = "table bridge try { chain c { numgen inc mod 2 0 drop\n}\n}\n";
  const { status } = spawnSync("unshare", ["--net", "nft", "-f", "-"], { input: rules, encoding: "utf8" });
  return status !== 0 && "this kernel has no nftables on bridges";
}

/** Position of a client's hardware address in a message of DHCP, in bits from the beginning of UDP's header. */
const AT_HARDWARE_ADDRESS = (8 + 28) * 8;

export interface Loss {
  /** The bridge's end of a cable. */
  readonly cable: string;
  /** Rules in nftables' language that apply to each frame of this cable. */
  readonly rules: readonly string[];
}

/**
 * Of the messages of DHCP between a client and servers, loses the one with this number: 0 is DISCOVER, 1 OFFER, 2 REQUEST
 * and 3 ACK, if nothing else is lost before.
 *
 * @param hardwareAddress as `02:00:00:00:00:01`.
 */
export function loseMessage(number: number, hardwareAddress: string): string {
  const client = `@th,${AT_HARDWARE_ADDRESS},48 0x${hardwareAddress.replaceAll(":", "")}`;
  return `udp dport { 67, 68 } ${client} numgen inc mod 1000 ${number} counter drop`;
}

/** Loses every 20th datagram of TFTP, which is 5 %. */
export function loseEveryTwentieth(first: number): string {
  return `udp dport != { 67, 68 } numgen inc mod 20 ${first} counter drop`;
}

/** Installs the losses of a network. */
export async function lose(losses: readonly Loss[]): Promise<void> {
  const chains = losses.map(({ cable, rules }) => `chain ${cable} {\n${rules.join("\n")}\n}`);
  const hook = (name: string, key: string): string => {
    const jumps = losses.map(({ cable }) => `${key} "${cable}" jump ${cable}`);
    return `chain ${name} {\ntype filter hook ${name} priority 0\n${jumps.join("\n")}\n}`;
  };
  const hooks = [hook("prerouting", "iifname"), hook("postrouting", "oifname")];
  await must("nft", ["-f", "-"], `table bridge loss {\n${[...chains, ...hooks].join("\n")}\n}\n`);
}

/** Number of frames of a cable that were lost, by rule. */
export async function lostFrames(cable: string): Promise<number[]> {
  const { stdout } = await run("nft", ["list", "chain", "bridge", "loss", cable]);
  return [...stdout.matchAll(/counter packets (\d+)/g)].map(([, count]) => Number(count));
}

/** 5 % of all frames, ARP's included, at random: each run loses others. */
const AT_RANDOM = "numgen random mod 100 < 5 counter drop";

/** Whether the scenario was started with the word `loss`. */
export const IS_LOSSY = process.argv.includes("loss");

/** Loses 5 % of a cable's frames, if that was asked for. */
export async function loseAsAsked(cable: string): Promise<void> {
  if (IS_LOSSY) {
    await lose([{ cable, rules: [AT_RANDOM] }]);
  }
}
