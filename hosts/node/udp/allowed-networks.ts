import { BlockList, isIP } from "node:net";
import { withoutZone } from "./addresses.js";

/**
 * Networks whose requests are answered. A network of IPv6 means clients of IPv6, and one of IPv4 clients of IPv4: a single
 * `BlockList` would find each IPv4 address in `::/0` too, as `::ffff:0:0/96`.
 */
export class AllowedNetworks {
  private readonly lists: { readonly ipv4: BlockList; readonly ipv6: BlockList } | undefined;

  /**
   * @param networks each is `address/bits` or a single address; undefined or empty allows all.
   * @throws RangeError when a network is neither.
   */
  constructor(networks: readonly string[] | undefined) {
    if (networks !== undefined && networks.length > 0) {
      this.lists = { ipv4: new BlockList(), ipv6: new BlockList() };
      for (const network of networks) {
        const { address, bits, family } = parseNetwork(network);
        this.lists[family].addSubnet(address, bits, family);
      }
    }
  }

  includes(address: string): boolean {
    if (this.lists === undefined) {
      return true;
    }
    const plain = withoutZone(address);
    const family = isIP(plain) === 6 ? "ipv6" : "ipv4";
    return this.lists[family].check(plain, family);
  }
}

function parseNetwork(network: string): { address: string; bits: number; family: "ipv4" | "ipv6" } {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const version = isIP(address);
  const maxBits = version === 6 ? 128 : 32;
  if (version === 0 || Number(bits ?? 0) > maxBits) {
    throw new RangeError(`"${network}" is not a network; write for example 192.168.0.0/24, fd00::/8 or 10.1.2.3`);
  }
  return { address, bits: Number(bits ?? maxBits), family: version === 6 ? "ipv6" : "ipv4" };
}
