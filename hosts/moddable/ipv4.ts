/** IPv4 addresses as numbers, to compare networks. */
import type { Address } from "../../src/index.js";

/** The 32 bits of an address such as "192.168.0.66", as a whole number of 0 or more; -1 when it is none. */
export function ipv4(text: string): number {
  const parts = text.split(".");
  let bits = 0;
  for (const part of parts) {
    const byte = part === "" ? -1 : Number(part);
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) {
      return -1;
    }
    bits = bits * 256 + byte;
  }
  return parts.length === 4 ? bits : -1;
}

/** A netmask has its ones before its zeros. */
export function isNetmask(text: string): boolean {
  const bits = ipv4(text);
  const zeros = ~bits >>> 0;
  return bits > 0 && (zeros & (zeros + 1)) === 0;
}

/** Whether two addresses are in one network. False when one of them is no IPv4 address. */
export function isSameNetwork(one: Address, other: string, netmask: string): boolean {
  const oneBits = typeof one === "string" ? ipv4(one) : one;
  const otherBits = ipv4(other);
  return oneBits >= 0 && otherBits >= 0 && ((oneBits ^ otherBits) & ipv4(netmask)) === 0;
}
