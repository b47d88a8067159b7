/**
 * A read or write request, parsed in place (RFC 1350 §5, RFC 2347). It may be longer than the 512 bytes of RFC 1350.
 *
 *     | opcode | file name | 0 | mode | 0 | option | 0 | value | 0 | ...
 */
import { OptionValues } from "./options.js";
import { OPCODE_BYTES, OPCODE_WRITE_REQUEST } from "./packet.js";
import { ascii, endOfText, isKeyword } from "./text.js";

/** Bytes as they are: RFC 1350 §1. */
export const MODE_OCTET = ascii("octet");
/** Text with translated line ends: RFC 1350 §1. The third mode, "mail", is obsolete and unsupported. */
export const MODE_NETASCII = ascii("netascii");

export class Request {
  isUpload = false;
  isNetascii = false;
  nameStart = 0;
  nameEnd = 0;
  readonly options = new OptionValues();

  /** Parses a packet. Returns false if it is malformed or its mode is unknown. */
  read(packet: DataView, length: number): boolean {
    this.isUpload = packet.getUint16(0) === OPCODE_WRITE_REQUEST;
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
    this.options.read(packet, modeEnd + 1, length);
    return true;
  }
}
