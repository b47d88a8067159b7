/** Settings of the DHCP server, checked. Addresses are 32 bits, signed or not. */
import { checked } from "../settings.js";
import type { BootRule } from "./boot-rules.js";
import type { FixedAddress } from "./leases.js";
import { MAX_HARDWARE_BYTES, NO_ADDRESS } from "./wire.js";

export interface DhcpOptions {
  /** The server's own address. */
  address: number;
  /** Netmask of its network: ones before zeros. */
  netmask: number;
  /** The first address to give. */
  rangeStart: number;
  /** The last address to give, at most 4,095 after the first. */
  rangeEnd: number;
  /** Addresses that are kept for one client each. Default: none. */
  fixed?: readonly FixedAddress[];
  /** Duration of a lease in seconds, 120 to 31,536,000 (a year). Default 3,600. */
  leaseSeconds?: number;
  /** Rules that select each client's boot file. Default: none. */
  boot?: readonly BootRule[];
  /** Address of the TFTP server that clients are told (`siaddr`, options 66 and 150). Default: `address`. */
  tftpServer?: number;
  /** Routers (option 3). Default: none, since a client that is told one keeps trying it. */
  routers?: readonly number[];
  /** Name servers (option 6). Default: none. */
  nameServers?: readonly number[];
  /** Time servers (option 42). Default: none. */
  timeServers?: readonly number[];
  /** Domain name (option 15), 1 to 255 characters of ASCII. Default: none. */
  domainName?: string;
  /** Any number of 32 bits that other servers' messages do not have: it marks this server's own questions. */
  transactionId: number;
}

/** More than the addresses of a laboratory; each takes 28 bytes, and each request looks at all. */
const MAX_RANGE = 4096;
const DEFAULT_LEASE_SECONDS = 3600;
/** Clients renew after half of it, and an offer is kept for a minute. */
const MIN_LEASE_SECONDS = 120;
const MAX_LEASE_SECONDS = 31_536_000;
const MAX_TEXT_BYTES = 255;
/** Length of a label of a domain name (RFC 1035 §2.3.4). */
const MAX_HOST_NAME_BYTES = 63;
/** Addresses in one option of 255 bytes. */
const MAX_LIST = 63;

export class DhcpSettings {
  readonly address: number;
  readonly netmask: number;
  readonly rangeStart: number;
  readonly rangeCount: number;
  readonly fixed: readonly FixedAddress[];
  readonly leaseSeconds: number;
  readonly boot: readonly BootRule[];
  readonly tftpServer: number;
  readonly routers: readonly number[];
  readonly nameServers: readonly number[];
  readonly timeServers: readonly number[];
  readonly domainName: string;
  readonly transactionId: number;

  /** @throws RangeError that names the option. */
  constructor(options: DhcpOptions) {
    this.address = options.address | 0;
    this.netmask = options.netmask | 0;
    const zeros = ~this.netmask;
    if (this.netmask === 0 || (zeros & (zeros + 1)) !== 0) {
      throw new RangeError("netmask must have ones before zeros, such as 255.255.255.0");
    }
    const last = options.rangeEnd | 0;
    this.rangeStart = options.rangeStart | 0;
    this.rangeCount = checked("rangeEnd - rangeStart", last - this.rangeStart, 0, MAX_RANGE - 1) + 1;
    this.fixed = options.fixed ?? [];
    this.leaseSeconds = checked(
      "leaseSeconds",
      options.leaseSeconds ?? DEFAULT_LEASE_SECONDS,
      MIN_LEASE_SECONDS,
      MAX_LEASE_SECONDS,
    );
    this.boot = options.boot ?? [];
    this.tftpServer = (options.tftpServer ?? this.address) | 0;
    this.routers = checkedList("routers", options.routers);
    this.nameServers = checkedList("nameServers", options.nameServers);
    this.timeServers = checkedList("timeServers", options.timeServers);
    this.domainName = checkedText("domainName", options.domainName);
    this.transactionId = options.transactionId | 0;
    this.checkAddresses(last);
  }

  private isUsable(address: number): boolean {
    return isUsable(address, this.address, this.netmask);
  }

  private checkAddresses(last: number): void {
    if (!this.isUsable(this.rangeStart) || !this.isUsable(last)) {
      throw new RangeError(
        "the range must lie in the network of the server's address, without its first and last address",
      );
    }
    if (this.address - this.rangeStart >= 0 && last - this.address >= 0) {
      throw new RangeError("the range must not contain the server's own address");
    }
    for (const { address, hardwareAddress, hostName } of this.fixed) {
      if (!this.isUsable(address | 0) || (address | 0) === this.address) {
        throw new RangeError(
          "a fixed address must lie in the network of the server's address, and not be the server's",
        );
      }
      checked("length of a fixed client's hardwareAddress", hardwareAddress.length, 1, MAX_HARDWARE_BYTES);
      checkedText("hostName", hostName, MAX_HOST_NAME_BYTES);
    }
  }
}

function checkedList(name: string, addresses: readonly number[] = []): readonly number[] {
  checked(`number of ${name}`, addresses.length, 0, MAX_LIST);
  if (addresses.some((address) => (address | 0) === NO_ADDRESS)) {
    throw new RangeError(`${name} contains 0.0.0.0`);
  }
  return addresses.map((address) => address | 0);
}

function checkedText(name: string, text = "", maxBytes = MAX_TEXT_BYTES): string {
  if (text.length > maxBytes || !/^[\x21-\x7e]*$/.test(text)) {
    throw new RangeError(`${name} must be 1 to ${maxBytes} characters of ASCII without spaces`);
  }
  return text;
}

/** Whether a machine can have `address` in the network of `member`. */
export function isUsable(address: number, member: number, netmask: number): boolean {
  const host = address & ~netmask;
  return ((address ^ member) & netmask) === 0 && host !== 0 && host !== ~netmask;
}
