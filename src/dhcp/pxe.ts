/** Boot ROMs that take only answers of their own kind (PXE 2.1 §2.2.3, RFC 4578). */
import { ascii } from "../text.js";
import type { Message } from "./message.js";
import { OPTION_VENDOR_CLASS } from "./wire.js";

export const PXE_CLIENT = ascii("PXEClient");
/**
 * Option 43 for the others: the file of this answer is the one to fetch (6, bit 3). Without it UEFI takes an answer with option
 * 60 for that of a server without files, and asks on port 4011 for the file (PXE 2.1 §2.2.3).
 */
export const USE_BOOT_FILE = ascii("\x06\x01\x08\xff");
/**
 * Option 43 for a Raspberry Pi: no discovery of other servers (6), a prompt (10) that does not wait, and a menu (9) with the
 * one entry that its ROM looks for.
 */
export const RASPBERRY_PI_BOOT = ascii("\x06\x01\x03\x0a\x04\x00PXE\x09\x14\x00\x00\x11Raspberry Pi Boot\xff");
/** First halves of the hardware addresses of Raspberry Pi. */
const RASPBERRY_PI_VENDORS: readonly number[] = Object.freeze([
  0xb827eb, 0xdca632, 0xe45f01, 0xd83add, 0x28cdc1, 0x2ccf67, 0x88a29e,
]);

export function isPxeClient(message: Message): boolean {
  return message.startsWith(OPTION_VENDOR_CLASS, PXE_CLIENT, 0, PXE_CLIENT.byteLength);
}

export function isRaspberryPi(message: Message): boolean {
  const vendor = (message.hardwareByte(0) << 16) | (message.hardwareByte(1) << 8) | message.hardwareByte(2);
  for (let index = 0; index < RASPBERRY_PI_VENDORS.length; index++) {
    if (RASPBERRY_PI_VENDORS[index] === vendor) {
      return true;
    }
  }
  return false;
}
