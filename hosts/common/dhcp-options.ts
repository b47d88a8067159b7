/** Options of a DHCP server in texts, and what the engine makes of them. */
import { type BootRule, type DhcpOptions, MAX_HARDWARE_BYTES } from "../../src/dhcp/index.js";
import { addressBits } from "./ipv4.js";

/** Names the boot file of the clients that fit each condition that is set. The first rule that fits is used. */
export interface DhcpBootRule {
  /** Types of machine: 0 is a BIOS, 7 and 9 are x86-64 UEFI, 11 is ARM64 UEFI (RFC 4578 §2.1). */
  readonly architectures?: readonly number[];
  /** Beginning of the vendor class, such as "PXEClient" or "U-Boot". */
  readonly vendorClass?: string;
  /** The user class: iPXE says "iPXE". */
  readonly userClass?: string;
  /** The hardware address or its beginning, such as "b8:27:eb". */
  readonly hardwareAddress?: string;
  /** The file, up to 127 characters of ASCII. `{mac}` and `{address}` become those of the client. */
  readonly file: string;
}

/** An address that is kept for one client. */
export interface DhcpFixedAddress {
  /** Such as "52:54:00:12:34:56". */
  readonly hardwareAddress: string;
  readonly address: string;
  /** The name that the client is told, 1 to 63 characters of ASCII. Default: none. */
  readonly hostName?: string;
}

/** Options of a DHCP server that both hosts have. */
export interface DhcpAddressOptions {
  /** The first and the last address to give, such as "192.168.88.100-192.168.88.150"; at most 4,096. */
  readonly range: string;
  /** Addresses that are kept for one client each, within the range or beside it. Default: none. */
  readonly fixed?: readonly DhcpFixedAddress[];
  /** Duration of a lease in seconds, 120 to 31,536,000. Default 3,600. */
  readonly leaseSeconds?: number;
  /** Rules that select each client's boot file. Default: none. */
  readonly boot?: readonly DhcpBootRule[];
  /** The TFTP server that clients are told. Default: the address of the DHCP server. */
  readonly tftpServer?: string;
  /** Routers. Default: none, since a client that is told one keeps trying it. */
  readonly routers?: readonly string[];
  /** Name servers. Default: none. */
  readonly nameServers?: readonly string[];
  /** Time servers. Default: none. */
  readonly timeServers?: readonly string[];
  /** Domain name. Default: none. */
  readonly domainName?: string;
}

/**
 * @param address the server's own, and `netmask` that of its network.
 * @param transactionId any number of 32 bits, at random.
 * @throws RangeError that says which option cannot work.
 */
export function engineOptions(
  options: DhcpAddressOptions,
  address: number,
  netmask: number,
  transactionId: number,
): DhcpOptions {
  const [first, last, ...others] = options.range.split("-");
  if (first === undefined || last === undefined || others.length > 0) {
    throw new RangeError(`range is "${options.range}"; write two addresses, such as 192.168.88.100-192.168.88.150`);
  }
  return {
    address,
    netmask,
    rangeStart: bitsOf("range", first.trim()),
    rangeEnd: bitsOf("range", last.trim()),
    fixed: (options.fixed ?? []).map((fixed) => ({
      hardwareAddress: hardwareBytes("hardwareAddress", fixed.hardwareAddress),
      address: bitsOf("address", fixed.address),
      ...(fixed.hostName === undefined ? {} : { hostName: fixed.hostName }),
    })),
    ...(options.leaseSeconds === undefined ? {} : { leaseSeconds: options.leaseSeconds }),
    boot: (options.boot ?? []).map(engineRule),
    tftpServer: options.tftpServer === undefined ? address : bitsOf("tftpServer", options.tftpServer),
    routers: listOf("routers", options.routers),
    nameServers: listOf("nameServers", options.nameServers),
    timeServers: listOf("timeServers", options.timeServers),
    domainName: options.domainName ?? "",
    transactionId,
  };
}

function listOf(name: string, texts: readonly string[] = []): number[] {
  return texts.map((text) => bitsOf(name, text));
}

function engineRule({ hardwareAddress, ...rule }: DhcpBootRule): BootRule {
  return hardwareAddress === undefined
    ? rule
    : { ...rule, hardwareAddress: hardwareBytes("hardwareAddress", hardwareAddress) };
}

/** A `transactionId`. */
export function randomBits(): number {
  return (Math.random() * 2 ** 32) | 0;
}

/** The 32 bits of an address. */
export function bitsOf(name: string, text: string): number {
  const bits = addressBits(text);
  if (bits < 0) {
    throw new RangeError(`${name} is "${text}"; it must be an IPv4 address`);
  }
  return bits;
}

/** The bytes of a hardware address, or of its beginning. */
export function hardwareBytes(name: string, text: string): number[] {
  const bytes = text.split(text.includes("-") ? "-" : ":").map(hexadecimalByte);
  if (bytes.length > MAX_HARDWARE_BYTES || bytes.includes(-1)) {
    throw new RangeError(`${name} is "${text}"; write it as 52:54:00:12:34:56`);
  }
  return bytes;
}

/** -1 if it is none. A regular expression would take memory of a board. */
function hexadecimalByte(text: string): number {
  const byte = text.length > 2 || text !== text.trim() ? Number.NaN : Number(`0x${text}`);
  return byte >= 0 ? byte : -1;
}
