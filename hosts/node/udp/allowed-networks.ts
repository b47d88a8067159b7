import { BlockList, isIP } from "node:net";
import { withoutZone } from "./addresses.js";

/** Networks whose requests are answered. */
export class AllowedNetworks {
  private readonly list: BlockList | undefined;

  /**
   * @param networks each is `address/bits` or a single address; undefined or empty allows all.
   * @throws RangeError when a network is neither.
   */
  constructor(networks: readonly string[] | undefined) {
    if (networks !== undefined && networks.length > 0) {
      this.list = new BlockList();
      for (const network of networks) {
        addNetwork(this.list, network);
      }
    }
  }

  includes(address: string): boolean {
    if (this.list === undefined) {
      return true;
    }
    const plain = withoutZone(address);
    return this.list.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
  }
}

function addNetwork(list: BlockList, network: string): void {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(network) ?? [];
  const version = isIP(address);
  const maxBits = version === 6 ? 128 : 32;
  if (version === 0 || Number(bits ?? 0) > maxBits) {
    throw new RangeError(`"${network}" is not a network; write for example 192.168.0.0/24, fd00::/8 or 10.1.2.3`);
  }
  list.addSubnet(address, Number(bits ?? maxBits), version === 6 ? "ipv6" : "ipv4");
}
