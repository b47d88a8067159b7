/** Addresses of many machines at once: broadcast and multicast addresses. No answer can come from one. */
import { isIPv4, isIPv6 } from "node:net";
import { addressBits } from "../../common/ipv4.js";
import { withoutZone } from "./addresses.js";
import { addressesWithCarrier, type MachineAddress } from "./machine-addresses.js";

/** Every machine on the link (RFC 919 §7). */
export const LIMITED_BROADCAST = "255.255.255.255";

/** Networks of one or two addresses have no broadcast address (RFC 3021). */
const MAX_BROADCAST_PREFIX = 30;
/** So at least these bits of a broadcast address are set. */
const MIN_HOST_BITS = 2 ** (32 - MAX_BROADCAST_PREFIX) - 1;
/** 224.0.0.0/4 (RFC 5771). */
const FIRST_MULTICAST_BYTE = 224;
const LAST_MULTICAST_BYTE = 239;

/** A server was to listen on a broadcast or multicast address. */
export class GroupAddressError extends RangeError {
  /**
   * @param address the address of many machines.
   * @param kind what it is, in words: "a multicast address".
   */
  constructor(
    readonly address: string,
    readonly kind: string,
  ) {
    super(
      `host is ${address}, ${kind}, from which no answer can come; give an address of this machine, or leave host out. ` +
        "With answerBroadcast, requests to broadcast addresses are answered",
    );
  }
}

/** Says in words what an address of many machines is; undefined for an address of one. */
export function groupKind(address: string): string | undefined {
  if (address === LIMITED_BROADCAST) {
    return "the broadcast address";
  }
  if (isMulticast(address)) {
    return "a multicast address";
  }
  if (!mayBeBroadcast(address)) {
    return undefined;
  }
  const machine = addressesWithCarrier();
  const network = machine.find((found) => broadcastAddressOf(found) === address)?.network;
  const isMachine = machine.some((found) => found.address === address);
  return network === undefined || isMachine ? undefined : `the broadcast address of the network of ${network}`;
}

function isMulticast(address: string): boolean {
  // The first use of `isIPv6` makes a start 2 ms longer.
  if (isIPv4(address)) {
    const first = Number.parseInt(address, 10);
    return first >= FIRST_MULTICAST_BYTE && first <= LAST_MULTICAST_BYTE;
  }
  return /^ff/i.test(address) && isIPv6(withoutZone(address));
}

/**
 * Whether the last bits allow it. Others need no look at the networks of this machine, which makes a start 1 ms longer.
 */
function mayBeBroadcast(address: string): boolean {
  return isIPv4(address) && (addressBits(address) & MIN_HOST_BITS) === MIN_HOST_BITS;
}

/** The broadcast address of the network that an address is in (RFC 919 §7); undefined if it has none, or is not known. */
export function broadcastAddressOf({ network }: Pick<MachineAddress, "network">): string | undefined {
  const [address = "", prefix] = network?.split("/") ?? [];
  const prefixBits = Number(prefix);
  if (!isIPv4(address) || prefixBits > MAX_BROADCAST_PREFIX) {
    return undefined;
  }
  const bits = addressBits(address) | (2 ** (32 - prefixBits) - 1);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join(".");
}
