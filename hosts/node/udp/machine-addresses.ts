/**
 * The addresses of this machine. Node lists those of interfaces with a carrier; the tables of Linux also have those that
 * wait for one, such as that of a laptop whose router is still off.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { networkInterfaces } from "node:os";

export interface MachineAddress {
  /** A link-local one ends with its interface, without which it means nothing. */
  readonly address: string;
  /** Number of the interface of a link-local address; otherwise {@link NO_SCOPE}. */
  readonly scope: number;
  /** The network that it is in, as `address/bits`; undefined if not known. */
  readonly network: string | undefined;
}

export const NO_SCOPE = 0;

/** Each address takes a socket. A node of a cluster has thousands of addresses on an interface that is down. */
const MAX_WITHOUT_CARRIER = 64;
/** The table of IPv4 also lists all routes; a router of the Internet's core has a million. */
const MAX_TABLE_BYTES = 1024 * 1024;

export function machineAddresses(): MachineAddress[] {
  const addresses = addressesWithCarrier();
  const known = new Set(addresses.map(({ address }) => address));
  const waiting = [...addressesInFibTrie(table("fib_trie")), ...addressesInIfInet6(ipv6Table())];
  for (const found of waiting) {
    if (!known.has(found.address) && known.size < addresses.length + MAX_WITHOUT_CARRIER) {
      known.add(found.address);
      addresses.push(found);
    }
  }
  return addresses;
}

/** Linux's table of IPv6 addresses, which changes whenever they do; empty elsewhere. */
export function ipv6Table(): string {
  return table("if_inet6");
}

/** The addresses of interfaces with a carrier, all with their network. */
export function addressesWithCarrier(): MachineAddress[] {
  const addresses: MachineAddress[] = [];
  for (const [name, entries] of Object.entries(networkInterfaces())) {
    for (const { address, family, cidr, ...rest } of entries ?? []) {
      const network = cidr ?? undefined;
      const isLinkLocal = family === "IPv6" && address.startsWith("fe80:");
      const scope = isLinkLocal && "scopeid" in rest ? (rest.scopeid ?? NO_SCOPE) : NO_SCOPE;
      addresses.push({ address: isLinkLocal ? `${address}%${name}` : address, scope, network });
    }
  }
  return addresses;
}

/** Lines such as `|-- 192.168.0.66` and below it `/32 host LOCAL`. */
function addressesInFibTrie(text: string): MachineAddress[] {
  const found = text.matchAll(/\|-- ([\d.]+)\n\s+\/32 host LOCAL/g);
  return [...found].map(([, address]) => ({ address: address as string, scope: NO_SCOPE, network: undefined }));
}

/** Lines such as `fe80000000000000fc00fffe00000001 04 40 20 80 eth0`: address, interface, bits, scope, flags, name. */
function addressesInIfInet6(text: string): MachineAddress[] {
  const found = text.matchAll(/^([\da-f]{32}) ([\da-f]+) ([\da-f]+) [\da-f]+ [\da-f]+\s+(\S+)$/gm);
  return [...found].map(([, digits, scope, bits, name]) => {
    const long = (digits as string).replace(/.{4}(?=.)/g, "$&:");
    const address = new URL(`http://[${long}]`).hostname.slice(1, -1);
    const network = `${address}/${Number.parseInt(bits as string, 16)}`;
    return address.startsWith("fe80:")
      ? { address: `${address}%${name}`, scope: Number.parseInt(scope as string, 16), network }
      : { address, scope: NO_SCOPE, network };
  });
}

/** A table of Linux's network; empty on other systems, and where `/proc` is missing. */
function table(name: string): string {
  let file: number;
  try {
    file = openSync(`/proc/net/${name}`, "r");
  } catch {
    return "";
  }
  try {
    const bytes = Buffer.allocUnsafe(MAX_TABLE_BYTES);
    let length = 0;
    for (let count = -1; count !== 0; length += count) {
      count = readSync(file, bytes, length, MAX_TABLE_BYTES - length, null);
    }
    return bytes.toString("latin1", 0, length);
  } catch {
    return "";
  } finally {
    closeSync(file);
  }
}
