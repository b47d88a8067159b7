/**
 * The firmware's settings of DHCP. Words of mcconfig are texts, so lists with parts are for `config` of a manifest; a list of
 * addresses may be a text with commas.
 */
import type { DhcpAddressOptions, DhcpBootRule, DhcpFixedAddress } from "../../common/dhcp-options.js";
import { addressBits } from "../../common/ipv4.js";
import { type Config, number, text } from "./settings.js";

/** Each takes 32 bytes of the heap of XS. An access point has at most ten clients, a switch some dozens. */
const MAX_ADDRESSES = 128;
/** Those of the engine. */
const MIN_LEASE_SECONDS = 120;
const MAX_LEASE_SECONDS = 31_536_000;
const DEFAULT_LEASE_SECONDS = 3600;

/** What a rule, or an address that is kept for a client, may say; the last name is required. */
const RULE_NAMES = ["architectures", "vendorClass", "userClass", "hardwareAddress", "file"];
const FIXED_NAMES = ["hardwareAddress", "address"];

/** @throws RangeError that names the wrong setting and says what to write instead. */
export function bootSettings(config: Config): DhcpAddressOptions {
  const { boot, fixed } = config;
  return {
    range: range(config),
    leaseSeconds: number(config, "leaseSeconds", DEFAULT_LEASE_SECONDS, MIN_LEASE_SECONDS, MAX_LEASE_SECONDS),
    boot: typeof boot === "string" ? [{ file: boot }] : entries<DhcpBootRule>("boot", boot, RULE_NAMES),
    fixed: entries<DhcpFixedAddress>("fixed", fixed, FIXED_NAMES),
    routers: addresses(config, "routers"),
    nameServers: addresses(config, "nameServers"),
    timeServers: addresses(config, "timeServers"),
    domainName: text(config, "domainName", ""),
  };
}

/** Whether the range is in the board's network is known when the board has its address. */
function range(config: Config): string {
  const dhcp = text(config, "dhcp", "");
  const [first = "", last = "", ...others] = dhcp.split("-");
  const count = addressBits(last) - addressBits(first) + 1;
  if (others.length > 0 || addressBits(first) < 0 || addressBits(last) < 0 || count < 1) {
    throw new RangeError(`dhcp is "${dhcp}"; write the first and the last address, as 192.168.4.100-192.168.4.115`);
  }
  if (count > MAX_ADDRESSES) {
    throw new RangeError(`dhcp has ${count} addresses; a board gives at most ${MAX_ADDRESSES}`);
  }
  return dhcp;
}

function addresses(config: Config, name: string): readonly string[] {
  const value = config[name];
  const list = Array.isArray(value) ? value.map(String) : text(config, name, "").split(",");
  const wrong = list.find((address) => address !== "" && addressBits(address) < 0);
  if (wrong !== undefined) {
    throw new RangeError(
      `${name} contains "${wrong}"; write addresses with commas between, as 192.168.4.1,192.168.4.2`,
    );
  }
  return list.filter((address) => address !== "");
}

/** Names are checked, since a rule with a misspelled condition would fit every client. */
function entries<Entry>(name: string, value: unknown, allowed: readonly string[]): readonly Entry[] {
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new RangeError(`${name} is "${String(value)}"; write it as a list, [{ … }], in config of the manifest`);
  }
  const needed = allowed[allowed.length - 1] as string;
  for (const entry of value as readonly Record<string, unknown>[]) {
    const unknown = Object.keys(entry).find((key) => !allowed.includes(key));
    if (unknown !== undefined) {
      throw new RangeError(`${name} has an entry with "${unknown}"; it may have ${allowed.join(", ")}`);
    }
    if (typeof entry[needed] !== "string") {
      throw new RangeError(`${name} has an entry without "${needed}"`);
    }
  }
  return value as readonly Entry[];
}
