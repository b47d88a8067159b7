/**
 * A read or write request, read in place (RFC 1350 §5, RFC 2347).
 *
 *     | opcode | file name | 0 | mode | 0 | option | 0 | value | 0 | ...
 *
 * A request may be longer than the 512 bytes of RFC 1350.
 */

import { MODE_NETASCII, MODE_OCTET } from "./modes.js";
import { endOfText, OptionValues } from "./options.js";
import { OPCODE_BYTES, OPCODE_WRITE_REQUEST } from "./packet.js";
import { isKeyword } from "./text.js";

export class Request {
  isUpload = false;
  isNetascii = false;
  /** Where the file name stands in the packet. */
  nameStart = 0;
  nameEnd = 0;
  readonly options = new OptionValues();

  /** Reads the packet. False where it is malformed, or its mode is neither octet nor netascii ("mail" is neither). */
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
