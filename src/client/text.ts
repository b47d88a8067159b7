/**
 * Text of a client: strings that it writes as UTF-8 (RFC 3629), byte by byte and so without another buffer, and what a server
 * says in words, which it reads.
 */
import { decodeName, endOfText } from "../text.js";

/** Replaces half a pair of UTF-16, which is not a character. */
const REPLACEMENT = 0xfffd;

/** Returns the length of `text` in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.codePointAt(index) as number;
    length += sequenceLength(character);
    index += unitsBeyondFirst(character);
  }
  return length;
}

/** Writes `text` and a terminating zero byte. Returns the index after it. */
export function writeUtf8(view: DataView, start: number, text: string): number {
  let at = start;
  for (let index = 0; index < text.length; index++) {
    const character = text.codePointAt(index) as number;
    index += unitsBeyondFirst(character);
    at = writeSequence(view, at, isSurrogate(character) && !isStrayByte(character) ? REPLACEMENT : character);
  }
  view.setUint8(at, 0);
  return at + 1;
}

function sequenceLength(character: number): number {
  return character < 0x80 || isStrayByte(character) ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

function unitsBeyondFirst(character: number): number {
  return character < 0x10000 ? 0 : 1;
}

function isSurrogate(character: number): boolean {
  return character >= 0xd800 && character <= 0xdfff;
}

/** Whether half a pair stands for a byte that is not part of UTF-8. */
function isStrayByte(character: number): boolean {
  return character >= 0xdc80 && character <= 0xdcff;
}

function writeSequence(view: DataView, at: number, character: number): number {
  const length = sequenceLength(character);
  if (length === 1) {
    // Of a stray byte the lower half is written, which is the byte.
    view.setUint8(at, character);
    return at + 1;
  }
  let rest = character;
  for (let index = at + length - 1; index > at; index--) {
    view.setUint8(index, 0x80 | (rest & 0x3f));
    rest >>= 6;
  }
  // The first byte has as many leading ones as the sequence has bytes.
  view.setUint8(at, ((0xf00 >> length) & 0xff) | rest);
  return at + length;
}

/** A person reads no more. */
const MAX_TEXT_BYTES = 256;

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Decodes the text in `packet` from `start` to a zero byte or to `end`: the message of an ERROR (RFC 1350 §5), or bare text.
 * Control characters become spaces, in place. Bytes that are not UTF-8 become U+DC80 to U+DCFF, as in names.
 */
export function readText(packet: DataView, start: number, end: number): string {
  const zero = endOfText(packet, start, end);
  const wholeEnd = zero < 0 ? end : zero;
  let textEnd = wholeEnd - start > MAX_TEXT_BYTES ? start + MAX_TEXT_BYTES : wholeEnd;
  for (let index = start; index < textEnd; index++) {
    const byte = packet.getUint8(index);
    if (byte < SPACE || byte === DELETE) {
      packet.setUint8(index, SPACE);
    }
  }
  while (textEnd > start && packet.getUint8(textEnd - 1) === SPACE) {
    textEnd--;
  }
  return decodeName(packet, start, textEnd);
}

/**
 * Whether a datagram is only printable ASCII, perhaps followed by zero bytes. Some devices send that in place of an ERROR, and
 * no message of TFTP looks like it.
 */
export function isBareText(packet: DataView, length: number): boolean {
  let end = length;
  while (end > 0 && packet.getUint8(end - 1) === 0) {
    end--;
  }
  for (let index = 0; index < end; index++) {
    const byte = packet.getUint8(index);
    const isBlank = byte >= TAB && byte <= CARRIAGE_RETURN;
    if (byte >= DELETE || (byte < SPACE && !isBlank)) {
      return false;
    }
  }
  return end > 0;
}
