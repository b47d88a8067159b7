import type { Address } from "../../src/index.js";

/** An address as text. The SDK's UDP gives it so; the board's own UDP gives its 32 bits as a number. */
export function addressText(address: Address): string {
  return typeof address === "string"
    ? address
    : `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}
