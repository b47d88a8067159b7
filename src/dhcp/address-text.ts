/** Addresses as text, written into a packet without a string. */

/** Length of the longest texts: of Ethernet's `aa-bb-cc-dd-ee-ff`, and of `255.255.255.255`. */
export const MAC_BYTES = 17;
export const ADDRESS_BYTES = 15;

/** Length of Ethernet's addresses. */
export const ETHERNET_BYTES = 6;
/** Characters of a byte with its dash. */
const BYTE_CHARACTERS = 3;
const DIGIT_ZERO = 0x30;
const LETTER_A = 0x61;
const DASH = 0x2d;
const DOT = 0x2e;
const NO_TEXT = "";

/** Writes the hardware address that `from` has at `start`. Returns the index after it. */
export function writeHardwareAddress(
  packet: DataView,
  at: number,
  from: DataView,
  start: number,
  length: number,
): number {
  let to = at;
  for (let index = 0; index < length; index++) {
    const byte = from.getUint8(start + index);
    if (index > 0) {
      packet.setUint8(to++, DASH);
    }
    packet.setUint8(to++, hexadecimal(byte >> 4));
    packet.setUint8(to++, hexadecimal(byte & 15));
  }
  return to;
}

function hexadecimal(digit: number): number {
  return digit < 10 ? DIGIT_ZERO + digit : LETTER_A + digit - 10;
}

/** Writes an IPv4 address in decimal. Returns the index after it. */
export function writeAddress(packet: DataView, at: number, address: number): number {
  let to = at;
  for (let shift = 24; shift >= 0; shift -= 8) {
    const byte = (address >> shift) & 0xff;
    const ones = byte % 10;
    const tens = ((byte - ones) / 10) % 10;
    if (byte >= 100) {
      packet.setUint8(to++, DIGIT_ZERO + (byte - 10 * tens - ones) / 100);
    }
    if (byte >= 10) {
      packet.setUint8(to++, DIGIT_ZERO + tens);
    }
    packet.setUint8(to++, DIGIT_ZERO + ones);
    if (shift > 0) {
      packet.setUint8(to++, DOT);
    }
  }
  return to;
}

/** The first `length` bytes of ASCII as a string. */
export function textOf(bytes: DataView, length: number): string {
  let text = NO_TEXT;
  for (let index = 0; index < length; index++) {
    text += String.fromCharCode(bytes.getUint8(index));
  }
  return text;
}

/** The hardware address that `from` has at `start`, as a string. */
export function hardwareAddressText(from: DataView, start: number, length: number): string {
  const text = new DataView(new ArrayBuffer(BYTE_CHARACTERS * length));
  return textOf(text, writeHardwareAddress(text, 0, from, start, length));
}
