/** Options of a DHCP server in texts, and what the engine makes of them. */
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { type BootRule, type DhcpOptions, MAX_HARDWARE_BYTES } from "../../../src/dhcp/index.js";
import { addressBits } from "../../common/ipv4.js";
import { isLoopback } from "../udp/addresses.js";

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
}

export interface DhcpServerOptions {
  /** IPv4 address of this machine, on the interface whose network is served. */
  readonly host: string;
  /** The first and the last address to give, such as "192.168.88.100-192.168.88.150"; at most 4,096. */
  readonly range: string;
  /** Addresses that are kept for one client each, within the range or beside it. Default: none. */
  readonly fixed?: readonly DhcpFixedAddress[];
  /** Duration of a lease in seconds, 120 to 31,536,000. Default 3,600. */
  readonly leaseSeconds?: number;
  /** Which client is told which file. Default: none. */
  readonly boot?: readonly DhcpBootRule[];
  /** The TFTP server that clients are told. Default: `host`. */
  readonly tftpServer?: string;
  /** Routers. Default: none, since a client that is told one keeps trying it. */
  readonly routers?: readonly string[];
  /** Name servers. Default: none. */
  readonly nameServers?: readonly string[];
  /** Time servers. Default: none. */
  readonly timeServers?: readonly string[];
  /** Domain name. Default: none. */
  readonly domainName?: string;
  /** File that keeps the leases over a restart; its folder must exist. Default: they are lost. */
  readonly leaseFile?: string;
}

const PAIR = "[0-9a-f]{1,2}";
const HARDWARE = new RegExp(`^${PAIR}(?:[:-]${PAIR}){0,${MAX_HARDWARE_BYTES - 1}}$`, "i");

/** @throws RangeError or Error that says which option cannot work. */
export function engineOptions(options: DhcpServerOptions): DhcpOptions {
  const address = bitsOf("host", options.host);
  const [first, last, ...others] = options.range.split("-");
  if (first === undefined || last === undefined || others.length > 0) {
    throw new RangeError(`range is "${options.range}"; write two addresses, such as 192.168.88.100-192.168.88.150`);
  }
  const list = (name: string, texts: readonly string[] = []): number[] => texts.map((text) => bitsOf(name, text));
  return {
    address,
    rangeStart: bitsOf("range", first.trim()),
    rangeEnd: bitsOf("range", last.trim()),
    netmask: netmaskOf(options.host),
    fixed: (options.fixed ?? []).map((fixed) => ({
      hardwareAddress: hardwareBytes("hardwareAddress", fixed.hardwareAddress),
      address: bitsOf("address", fixed.address),
    })),
    ...(options.leaseSeconds === undefined ? {} : { leaseSeconds: options.leaseSeconds }),
    boot: (options.boot ?? []).map(engineRule),
    tftpServer: options.tftpServer === undefined ? address : bitsOf("tftpServer", options.tftpServer),
    routers: list("routers", options.routers),
    nameServers: list("nameServers", options.nameServers),
    timeServers: list("timeServers", options.timeServers),
    domainName: options.domainName ?? "",
    transactionId: randomInt(2 ** 32),
  };
}

function engineRule({ hardwareAddress, ...rule }: DhcpBootRule): BootRule {
  return hardwareAddress === undefined
    ? rule
    : { ...rule, hardwareAddress: hardwareBytes("hardwareAddress", hardwareAddress) };
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
  if (!HARDWARE.test(text)) {
    throw new RangeError(`${name} is "${text}"; write it as 52:54:00:12:34:56`);
  }
  return text.split(/[:-]/).map((byte) => Number.parseInt(byte, 16));
}

/**
 * The netmask of the server's network, which is also known while the cable is not plugged in. Answers leave by the interface
 * that the system chooses for the server's address, so it must be the only one of its network.
 */
function netmaskOf(host: string): number {
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
