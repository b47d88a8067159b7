/** The addresses that the option `host` stands for. */
import { isIP } from "node:net";
import { isWildcard, withoutZone } from "./addresses.js";
import { GroupAddressError, groupKind } from "./group-addresses.js";

/**
 * Looks up names. `0.0.0.0` and `::`, for all addresses of their kind, come first.
 *
 * @throws GroupAddressError for an address of many machines; NodeJS.ErrnoException when a name could not be resolved.
 */
export async function listeningAddresses(hosts: readonly string[]): Promise<string[]> {
  const addresses: string[] = [];
  for (const host of hosts) {
    // The first use of `isIP` for an address of IPv6 makes a start 2 ms longer, and `::` is in most starts.
    const isAddress = isWildcard(host) || isIP(withoutZone(host)) !== 0;
    addresses.push(...(isAddress ? [host] : await addressesOf(host)));
  }
  for (const address of addresses) {
    const kind = groupKind(address);
    if (kind !== undefined) {
      throw new GroupAddressError(address, kind);
    }
  }
  addresses.sort((one, other) => Number(isWildcard(other)) - Number(isWildcard(one)));
  return [...new Set(addresses)];
}

async function addressesOf(name: string): Promise<string[]> {
  // Loading the resolver takes a millisecond, which a server without names to look up saves.
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}
