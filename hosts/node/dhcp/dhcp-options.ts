/** Options of a DHCP server under Node, and the network that they are for. */
import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { bitsOf, type DhcpAddressOptions, type DhcpBootRule } from "../../common/dhcp-options.js";
import { suggestion } from "../rules/nearest-name.js";
import { isLoopback } from "../udp/addresses.js";

export interface DhcpServerOptions extends DhcpAddressOptions {
  /** IPv4 address of this machine, on the interface whose network is served. */
  readonly host: string;
  /** File that keeps the leases over a restart; its folder must exist. Default: they are lost. */
  readonly leaseFile?: string;
  /** Closes the server at once when it is aborted. */
  readonly signal?: AbortSignal;
}

const BOOT_KEYS: readonly (keyof DhcpBootRule)[] = [
  "architectures",
  "vendorClass",
  "userClass",
  "hardwareAddress",
  "file",
];

/**
 * A rule whose only condition is misspelt would fit every client.
 *
 * @throws TypeError that names the rule by its number, from 1.
 */
export function checkBootRules(rules: readonly DhcpBootRule[] = []): void {
  if (!Array.isArray(rules)) {
    throw new TypeError('boot must be a list of rules, such as [{ file: "image.bin" }]');
  }
  for (const [index, rule] of rules.entries()) {
    const named = `boot ${index + 1}`;
    for (const key of Object.keys(Object(rule))) {
      if (!BOOT_KEYS.some((known) => known === key)) {
        throw new TypeError(`${named}: unknown key "${key}"${suggestion(key, BOOT_KEYS)}`);
      }
    }
    if (typeof rule?.file !== "string") {
      throw new TypeError(`${named}: file is missing; write for example { file: "image.bin" }`);
    }
    if (rule.architectures !== undefined && !Array.isArray(rule.architectures)) {
      throw new TypeError(`${named}: architectures must be a list of numbers, such as [7, 9]`);
    }
  }
}

/**
 * The netmask of the server's network, which is also known while the cable is not plugged in. Answers leave by the interface
 * that the system chooses for the server's address, so it must be the only one of its network.
 */
export function netmaskOf(host: string): number {
  if (isLoopback(host)) {
    throw new RangeError(`host is ${host}, which no other machine reaches; it must be the address of an interface`);
  }
  const [own, other] = connectedNetworks().filter(
    ({ network, netmask }) => (bitsOf("host", host) & netmask) === network,
  );
  if (own === undefined) {
    throw new Error(
      `no interface that is up has the address ${host}; set it first (sudo ip addr add ${host}/24 dev eth0)`,
    );
  }
  if (other !== undefined) {
    throw new Error(
      `${own.name} and ${other.name} are both in the network of ${host}, so answers could leave by the wrong one; ` +
        "take the address off one of them",
    );
  }
  return own.netmask;
}

interface ConnectedNetwork {
  /** Name of the interface. */
  readonly name: string;
  readonly network: number;
  readonly netmask: number;
}

/** Linux's table of routes, without those through a router. Its numbers have the bytes in the machine's order. */
function connectedNetworks(): ConnectedNetwork[] {
  const [, ...lines] = readFileSync("/proc/net/route", "latin1").trim().split("\n");
  return lines
    .map((line) => line.split("\t"))
    .filter(([, , gateway, , , , , netmask]) => Number(`0x${gateway}`) === 0 && Number(`0x${netmask}`) !== 0)
    .map(([name = "", network = "", , , , , , netmask = ""]) => ({
      name,
      network: networkOrder(network),
      netmask: networkOrder(netmask),
    }));
}

function networkOrder(digits: string): number {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint32(0, Number.parseInt(digits, 16), endianness() === "LE");
  return bytes.getInt32(0);
}
