/**
 * Writes a read or write request (RFC 1350 §5, RFC 2347).
 *
 *     | opcode | file name | 0 | mode | 0 | option | 0 | value | 0 | ...
 */
import { MAX_OPTIONS_BYTES, writeOptions } from "../options.js";
import { OPCODE_BYTES, OPCODE_READ_REQUEST, OPCODE_WRITE_REQUEST } from "../packet.js";
import { MODE_NETASCII, MODE_OCTET } from "../request.js";
import { writeText } from "../text.js";
import { utf8Length, writeUtf8 } from "./text.js";
import type { ClientTransfer } from "./transfer.js";

/** RFC 2347: "the maximum size of a request packet is 512 octets". */
const MAX_REQUEST_BYTES = 512;

/** Writes the request of a transfer. Returns its length. */
export function writeRequest(view: DataView, transfer: ClientTransfer): number {
  const { asked } = transfer;
  view.setUint16(0, transfer.isUpload ? OPCODE_WRITE_REQUEST : OPCODE_READ_REQUEST);
  let at = writeUtf8(view, OPCODE_BYTES, transfer.name);
  at = writeText(view, at, transfer.isNetascii ? MODE_NETASCII : MODE_OCTET);
  return writeOptions(view, at, asked.blockSizeBytes, asked.timeoutSeconds, asked.transferSizeBytes, asked.windowSize);
}

/**
 * @param hasOptions whether the request has options.
 * @throws RangeError when a request for this name cannot be written.
 */
export function checkName(name: string, isNetascii: boolean, hasOptions: boolean): void {
  const modeBytes = (isNetascii ? MODE_NETASCII : MODE_OCTET).byteLength + 1;
  const maxLength = MAX_REQUEST_BYTES - OPCODE_BYTES - 1 - modeBytes - (hasOptions ? MAX_OPTIONS_BYTES : 0);
  if (name.length === 0 || name.includes("\0") || utf8Length(name) > maxLength) {
    throw new RangeError(`a name must have 1 to ${maxLength} bytes in UTF-8, none of them zero`);
  }
}
