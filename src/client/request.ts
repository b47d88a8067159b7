/**
 * A read or write request: what a user asks for, whether it can be written, and its message (RFC 1350 §5, RFC 2347).
 *
 *     | opcode | file name | 0 | mode | 0 | option | 0 | value | 0 | ...
 */
import {
  MAX_OPTIONS_BYTES,
  MAX_TIMEOUT_SECONDS,
  MAX_WINDOW_SIZE_KEPT,
  MIN_BLOCK_SIZE,
  type OptionValues,
  writeOptions,
} from "../options.js";
import { MAX_BLOCK_BYTES, OPCODE_BYTES, OPCODE_READ_REQUEST, OPCODE_WRITE_REQUEST } from "../packet.js";
import { MODE_NETASCII, MODE_OCTET } from "../request.js";
import { checked } from "../settings.js";
import { writeText } from "../text.js";
import { utf8Length, writeUtf8 } from "./text.js";

/** RFC 2347: "the maximum size of a request packet is 512 octets". */
const MAX_REQUEST_BYTES = 512;

/**
 * A request to a server. Without options it follows RFC 1350 alone, as the simplest servers need. A server that refuses
 * options (with ERROR 8 of RFC 2347, or with ERROR 4) is asked again without.
 */
export interface ClientRequest {
  /**
   * Name of the file on the server, sent as UTF-8: 1 to 503 bytes, 1 to 436 with options. A character from U+DC80 to U+DCFF
   * is sent as its lower eight bits, which reaches files whose names are not UTF-8.
   */
  readonly name: string;
  /** Translates line ends, for texts (mode "netascii"). Default false: bytes as they are (mode "octet"). */
  readonly isNetascii?: boolean;
  /** Bytes in a block, 8 to 512 (RFC 2348 `blksize`). Default: not asked, which means 512. */
  readonly blockSizeBytes?: number;
  /** Seconds after which both ends repeat an unanswered message, 1 to 255 (RFC 2349 `timeout`). Default: not asked. */
  readonly timeoutSeconds?: number;
  /** Blocks sent before an acknowledgement, 1 to 16,384 (RFC 7440 `windowsize`). Default: not asked, which means 1. */
  readonly windowSize?: number;
  /** Asks for the size of the file, or tells it (RFC 2349 `tsize`). Only in mode "octet". Default false. */
  readonly tellSize?: boolean;
  /** Repeats the request at a constant interval until a server answers. Default false: it is given up in time. */
  readonly wait?: boolean;
}

/** @throws RangeError when the name does not fit a request, or an option is out of its range. */
export function checkRequest(request: ClientRequest): void {
  const { blockSizeBytes, timeoutSeconds, windowSize, tellSize } = request;
  checked("blockSizeBytes", blockSizeBytes ?? MAX_BLOCK_BYTES, MIN_BLOCK_SIZE, MAX_BLOCK_BYTES);
  checked("timeoutSeconds", timeoutSeconds ?? 1, 1, MAX_TIMEOUT_SECONDS);
  checked("windowSize", windowSize ?? 1, 1, MAX_WINDOW_SIZE_KEPT);
  const hasOptions = (blockSizeBytes ?? timeoutSeconds ?? windowSize) !== undefined || tellSize === true;
  checkName(request.name, request.isNetascii === true, hasOptions);
}

/**
 * @param hasOptions whether the request has options.
 * @throws RangeError when a request for this name cannot be written.
 */
function checkName(name: string, isNetascii: boolean, hasOptions: boolean): void {
  const modeBytes = (isNetascii ? MODE_NETASCII : MODE_OCTET).byteLength + 1;
  const maxLength = MAX_REQUEST_BYTES - OPCODE_BYTES - 1 - modeBytes - (hasOptions ? MAX_OPTIONS_BYTES : 0);
  if (name.length === 0 || name.includes("\0") || utf8Length(name) > maxLength) {
    throw new RangeError(`a name must have 1 to ${maxLength} bytes in UTF-8, none of them zero`);
  }
}

/** Writes a request. Returns its length. */
export function writeRequest(
  view: DataView,
  name: string,
  isUpload: boolean,
  isNetascii: boolean,
  asked: OptionValues,
): number {
  view.setUint16(0, isUpload ? OPCODE_WRITE_REQUEST : OPCODE_READ_REQUEST);
  let at = writeUtf8(view, OPCODE_BYTES, name);
  at = writeText(view, at, isNetascii ? MODE_NETASCII : MODE_OCTET);
  return writeOptions(view, at, asked.blockSizeBytes, asked.timeoutSeconds, asked.transferSizeBytes, asked.windowSize);
}
