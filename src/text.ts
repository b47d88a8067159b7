/**
 * Text in packets: ASCII keywords and decimal numbers, which are compared and written as bytes, and UTF-8, which becomes a
 * string.
 */

/**
 * Encodes ASCII text, for constants that are made when a module is loaded. A string that is evaluated while packets flow
 * costs memory on XS.
 */
export function ascii(text: string): DataView {
  const bytes = new DataView(new ArrayBuffer(text.length));
  for (let index = 0; index < text.length; index++) {
    bytes.setUint8(index, text.charCodeAt(index));
  }
  return bytes;
}

/** Returns the index of the zero byte that ends the text at `start`, or -1. */
export function endOfText(packet: DataView, start: number, length: number): number {
  for (let index = start; index < length; index++) {
    if (packet.getUint8(index) === 0) {
      return index;
    }
  }
  return -1;
}

/** Turns an ASCII capital into its small letter. It changes other bytes too, so it is only right for letters. */
const SMALL_LETTER_BIT = 0x20;

/**
 * Whether the bytes from `start` to `end` are `keyword`, ignoring case. `keyword` consists of small letters, which makes
 * the comparison exact: only a letter and its capital become the same letter when the case bit is set.
 */
export function isKeyword(packet: DataView, start: number, end: number, keyword: DataView): boolean {
  const length = keyword.byteLength;
  if (end - start !== length) {
    return false;
  }
  for (let index = 0; index < length; index++) {
    if ((packet.getUint8(start + index) | SMALL_LETTER_BIT) !== keyword.getUint8(index)) {
      return false;
    }
  }
  return true;
}

/** Writes `text` and its terminating zero byte. Returns the index after it. */
export function writeText(packet: DataView, at: number, text: DataView): number {
  const length = text.byteLength;
  for (let index = 0; index < length; index++) {
    packet.setUint8(at + index, text.getUint8(index));
  }
  packet.setUint8(at + length, 0);
  return at + length + 1;
}

const DIGIT_ZERO = 0x30;

/** Writes a non-negative integer in decimal and a terminating zero byte. Returns the index after it. */
export function writeDecimal(packet: DataView, at: number, value: number): number {
  let digits = 1;
  for (let rest = Math.floor(value / 10); rest > 0; rest = Math.floor(rest / 10)) {
    digits++;
  }
  let rest = value;
  for (let index = at + digits - 1; index >= at; index--) {
    packet.setUint8(index, DIGIT_ZERO + (rest % 10));
    rest = Math.floor(rest / 10);
  }
  packet.setUint8(at + digits, 0);
  return at + digits + 1;
}

/** Fifteen digits are exact in a JavaScript number, and more bytes than any file has. */
const MAX_DIGITS = 15;

/** Reads 1 to 15 decimal digits. Returns -1 for anything else, such as a sign or a space. */
export function readDecimal(packet: DataView, start: number, end: number): number {
  if (end === start || end - start > MAX_DIGITS) {
    return -1;
  }
  let value = 0;
  for (let index = start; index < end; index++) {
    const digit = packet.getUint8(index) - DIGIT_ZERO;
    if (digit < 0 || digit > 9) {
      return -1;
    }
    value = value * 10 + digit;
  }
  return value;
}

/** Characters joined at a time, which keeps the garbage of a long name near the length of the name. */
const CHARACTERS_AT_A_TIME = 16;
const NO_TEXT = "";

/** Plus a byte of 0x80 or above: half a pair of UTF-16, which no valid UTF-8 stands for. */
const FIRST_STRAY_BYTE = 0xdc00;

/**
 * Decodes UTF-8 from `start` to `end` (RFC 3629). Each byte that is not part of a valid sequence becomes one of U+DC80 to
 * U+DCFF, with the byte in its lower half: different bytes are different strings.
 */
export function decodeName(packet: DataView, start: number, end: number): string {
  let name = NO_TEXT;
  let part = NO_TEXT;
  let characters = 0;
  let index = start;
  while (index < end) {
    const lead = packet.getUint8(index++);
    let character = lead;
    if (lead >= 0x80) {
      const following = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
      const next = index + following;
      character = following === 0 || next > end ? -1 : lead & (0x3f >> following);
      for (let at = index; at < next && character >= 0; at++) {
        const byte = packet.getUint8(at);
        character = (byte & 0xc0) === 0x80 ? (character << 6) | (byte & 0x3f) : -1;
      }
      const shortest = 2 << (5 * following);
      if (character < shortest || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff)) {
        character = FIRST_STRAY_BYTE + lead;
      } else {
        index = next;
      }
    }
    part += String.fromCodePoint(character);
    if (++characters % CHARACTERS_AT_A_TIME === 0) {
      name += part;
      part = NO_TEXT;
    }
  }
  return name + part;
}
