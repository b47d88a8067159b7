/**
 * A read or write request, read in place (RFC 1350 §5, RFC 2347).
 *
 *     | opcode | file name | 0 | mode | 0 | option | 0 | value | 0 | ...
 *
 * Only whole texts count: what follows the last whole pair of option and value is ignored, be it padding, junk or a lone
 * name. A request may be longer than the 512 bytes of RFC 1350.
 */
import { ascii, isKeyword, readDecimal } from "./ascii.js";
import { OPTION_BLOCK_SIZE, OPTION_TIMEOUT, OPTION_TRANSFER_SIZE, OPTION_WINDOW_SIZE } from "./option-names.js";
import { OPCODE_WRITE_REQUEST } from "./packet.js";

const MODE_OCTET = ascii("octet");
const MODE_NETASCII = ascii("netascii");

/** An option that was not asked for, or whose value is no number. */
export const NOT_ASKED = -1;

const OPCODE_BYTES = 2;

export class Request {
  isUpload = false;
  isNetascii = false;
  /** Where the file name stands in the packet. */
  nameStart = 0;
  nameEnd = 0;
  /** The values as the client wrote them, or {@link NOT_ASKED}. */
  blockSizeBytes = NOT_ASKED;
  timeoutSeconds = NOT_ASKED;
  transferSizeBytes = NOT_ASKED;
  windowSize = NOT_ASKED;

  /** Reads the packet. False where it is malformed, or its mode is neither octet nor netascii ("mail" is neither). */
  read(packet: DataView, length: number): boolean {
    this.isUpload = packet.getUint16(0) === OPCODE_WRITE_REQUEST;
    this.blockSizeBytes = NOT_ASKED;
    this.timeoutSeconds = NOT_ASKED;
    this.transferSizeBytes = NOT_ASKED;
    this.windowSize = NOT_ASKED;

    this.nameStart = OPCODE_BYTES;
    this.nameEnd = endOfText(packet, OPCODE_BYTES, length);
    if (this.nameEnd < 0) {
      return false;
    }
    const modeStart = this.nameEnd + 1;
    const modeEnd = endOfText(packet, modeStart, length);
    if (modeEnd < 0) {
      return false;
    }
    this.isNetascii = isKeyword(packet, modeStart, modeEnd, MODE_NETASCII);
    if (!this.isNetascii && !isKeyword(packet, modeStart, modeEnd, MODE_OCTET)) {
      return false;
    }
    this.readOptions(packet, modeEnd + 1, length);
    return true;
  }

  private readOptions(packet: DataView, start: number, length: number): void {
    let nameStart = start;
    for (;;) {
      const nameEnd = endOfText(packet, nameStart, length);
      if (nameEnd < 0) {
        return;
      }
      const valueEnd = endOfText(packet, nameEnd + 1, length);
      if (valueEnd < 0) {
        return;
      }
      this.takeOption(packet, nameStart, nameEnd, valueEnd);
      nameStart = valueEnd + 1;
    }
  }

  /** An option may stand in a request once (RFC 2347); of several, the first with a number counts. */
  private takeOption(packet: DataView, nameStart: number, nameEnd: number, valueEnd: number): void {
    if (isKeyword(packet, nameStart, nameEnd, OPTION_BLOCK_SIZE)) {
      if (this.blockSizeBytes < 0) {
        this.blockSizeBytes = readDecimal(packet, nameEnd + 1, valueEnd);
      }
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_TIMEOUT)) {
      if (this.timeoutSeconds < 0) {
        this.timeoutSeconds = readDecimal(packet, nameEnd + 1, valueEnd);
      }
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_TRANSFER_SIZE)) {
      if (this.transferSizeBytes < 0) {
        this.transferSizeBytes = readDecimal(packet, nameEnd + 1, valueEnd);
      }
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_WINDOW_SIZE)) {
      if (this.windowSize < 0) {
        this.windowSize = readDecimal(packet, nameEnd + 1, valueEnd);
      }
    }
  }
}

/** Where the zero byte stands that ends the text at `start`, or -1 when there is none. */
function endOfText(packet: DataView, start: number, length: number): number {
  for (let index = start; index < length; index++) {
    if (packet.getUint8(index) === 0) {
      return index;
    }
  }
  return -1;
}
