/**
 * ASCII text as bytes, made once when the module is loaded. The engine compares and writes bytes: a string that is
 * evaluated while packets flow costs memory on XS.
 */
export function ascii(text: string): DataView {
  const bytes = new DataView(new ArrayBuffer(text.length));
  for (let index = 0; index < text.length; index++) {
    bytes.setUint8(index, text.charCodeAt(index));
  }
  return bytes;
}

/** What turns an ASCII capital into its small letter. It changes other bytes too, so it is only right for letters. */
const SMALL_LETTER_BIT = 0x20;

/**
 * Whether the bytes from `start` to `end` are `keyword`, in any case. `keyword` is made of small letters, which is what
 * makes the comparison exact: only a letter and its capital become the same letter when the case bit is set.
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

/** Writes `text` and the zero byte that ends it; returns where the next text goes. */
export function writeText(packet: DataView, at: number, text: DataView): number {
  const length = text.byteLength;
  for (let index = 0; index < length; index++) {
    packet.setUint8(at + index, text.getUint8(index));
  }
  packet.setUint8(at + length, 0);
  return at + length + 1;
}

const DIGIT_ZERO = 0x30;

/** Writes a whole number of 0 or more in decimal, and the zero byte that ends it; returns where the next text goes. */
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

/** Reads a decimal number of digits only, or -1: no sign, no blank, nothing empty, nothing beyond fifteen digits. */
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
