/** IPv4 addresses as numbers, to compare networks. */
import type { Address } from "../../src/index.js";

/** The 32 bits of an address such as "192.168.0.66", as a whole number of 0 or more; -1 if `text` is no IPv4 address. */
export function addressBits(text: string): number {
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

/** Whether `text` is a netmask: ones before zeros. */
export function isNetmask(text: string): boolean {
  const bits = addressBits(text);
  const zeros = ~bits >>> 0;
  return bits > 0 && (zeros & (zeros + 1)) === 0;
}

/** Whether two addresses are in one network. False if either is no IPv4 address. */
export function isSameNetwork(one: Address, other: string, netmask: string): boolean {
  const oneBits = typeof one === "string" ? addressBits(one) : one;
  const otherBits = addressBits(other);
  return oneBits >= 0 && otherBits >= 0 && ((oneBits ^ otherBits) & addressBits(netmask)) === 0;
}
