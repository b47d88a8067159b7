/**
 * What a peer says in words: the message of an ERROR (RFC 1350 §5), or the bare text that some devices send in its place.
 */
import { decodeName } from "../name.js";
import { endOfText } from "../options.js";

/** As much as a person reads of it. */
const MAX_TEXT_BYTES = 256;

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUESTION_MARK = 0x3f;
const DELETE = 0x7f;

/**
 * Makes a string of the text in `packet` from `start` to a zero byte or to `end`. Control characters become spaces. Where
 * the text is not UTF-8, bytes that are not ASCII become question marks. All that is done in place.
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
  const text = decodeName(packet, start, textEnd);
  return text.length > 0 || textEnd === start ? text : readAscii(packet, start, textEnd);
}

function readAscii(packet: DataView, start: number, end: number): string {
  for (let index = start; index < end; index++) {
    if (packet.getUint8(index) > DELETE) {
      packet.setUint8(index, QUESTION_MARK);
    }
  }
  return decodeName(packet, start, end);
}

/** Whether a datagram is nothing but printable ASCII, perhaps with zero bytes at its end. No message of TFTP is. */
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
