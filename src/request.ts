/**
 * A read or write request, parsed in place (RFC 1350 §5, RFC 2347). It may be longer than the 512 bytes of RFC 1350.
 *
 *     | opcode | file name | 0 | mode | 0 | option | 0 | value | 0 | ...
 */
import { type Address, FIRST_LISTENER, type LocalPort } from "./host.js";
import { cleanName } from "./name.js";
import { NOT_ASKED, OptionValues } from "./options.js";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_ILLEGAL_OPERATION,
  MAX_BLOCK_BYTES,
  OPCODE_BYTES,
  OPCODE_WRITE_REQUEST,
} from "./packet.js";
import { ascii, decodeName, endOfText, isKeyword } from "./text.js";
import { FLAG_OPTION_BLOCK_SIZE, FLAG_OPTION_WINDOW_SIZE, type Transfer } from "./transfer.js";

/** Bytes as they are: RFC 1350 §1. */
export const MODE_OCTET = ascii("octet");
/** Text with translated line ends: RFC 1350 §1. The third mode, "mail", is obsolete and unsupported. */
export const MODE_NETASCII = ascii("netascii");

const NO_NAME = "";
/** Is no error code. */
export const NO_ERROR = -1;

export class Request {
  /** The listening port where it arrived. */
  listener: LocalPort = FIRST_LISTENER;
  /** Address and port of its sender. */
  address: Address = 0;
  port = 0;
  /** The cleaned name, as the storage is asked for it; the sender's if that is refused; empty if it cannot be read. */
  name = NO_NAME;
  isUpload = false;
  isNetascii = false;
  readonly options = new OptionValues();

  /** Parses a packet. Returns the code of the ERROR that it deserves, or {@link NO_ERROR}. */
  read(packet: DataView, length: number, listener: LocalPort, address: Address, port: number): number {
    this.listener = listener;
    this.address = address;
    this.port = port;
    this.isUpload = packet.getUint16(0) === OPCODE_WRITE_REQUEST;
    this.name = NO_NAME;
    const nameEnd = endOfText(packet, OPCODE_BYTES, length);
    const modeEnd = nameEnd < 0 ? nameEnd : endOfText(packet, nameEnd + 1, length);
    if (modeEnd < 0) {
      return ERROR_ILLEGAL_OPERATION;
    }
    this.isNetascii = isKeyword(packet, nameEnd + 1, modeEnd, MODE_NETASCII);
    if (!this.isNetascii && !isKeyword(packet, nameEnd + 1, modeEnd, MODE_OCTET)) {
      return ERROR_ILLEGAL_OPERATION;
    }
    this.options.read(packet, modeEnd + 1, length);
    const cleanEnd = cleanName(packet, OPCODE_BYTES, nameEnd);
    this.name = decodeName(packet, OPCODE_BYTES, cleanEnd < 0 ? nameEnd : cleanEnd);
    return cleanEnd < 0 ? ERROR_ACCESS_VIOLATION : NO_ERROR;
  }

  /** Whether it is for the file of `transfer`, in the same direction. */
  isFor(transfer: Transfer): boolean {
    return transfer.name === this.name && transfer.isUpload === this.isUpload;
  }

  /** Whether it looks like the request that began `transfer`: for the same file, in the same mode and blocks. */
  isCopy(transfer: Transfer, maxWindowSize: number): boolean {
    const { flags, blockSizeBytes, windowSize } = transfer;
    const options = this.options;
    return (
      this.isFor(transfer) &&
      this.isNetascii === transfer.isNetascii &&
      (flags & FLAG_OPTION_BLOCK_SIZE ? blockSizeBytes : NOT_ASKED) ===
        Math.min(options.blockSizeBytes, MAX_BLOCK_BYTES) &&
      (flags & FLAG_OPTION_WINDOW_SIZE ? windowSize : NOT_ASKED) === Math.min(options.windowSize, maxWindowSize)
    );
  }
}
