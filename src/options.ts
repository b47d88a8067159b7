/**
 * What is negotiated (RFC 2347): which options of a request are accepted, and the OACK that says so. An option that is
 * unknown or whose value is out of range is left out of the OACK, which is how a server declines it; it never fails a
 * request.
 */
import { writeDecimal, writeText } from "./ascii.js";
import { OPTION_BLOCK_SIZE, OPTION_TIMEOUT, OPTION_TRANSFER_SIZE, OPTION_WINDOW_SIZE } from "./option-names.js";
import { BLOCK_BYTES_MAX, OPCODE_OPTION_ACKNOWLEDGEMENT } from "./packet.js";
import type { Request } from "./request.js";
import {
  FLAG_FIXED_INTERVAL,
  FLAG_NETASCII,
  FLAG_OPTION_BLOCK_SIZE,
  FLAG_OPTION_TIMEOUT,
  FLAG_OPTION_TRANSFER_SIZE,
  FLAG_OPTION_WINDOW_SIZE,
  type Transfer,
} from "./transfer.js";

/** RFC 2348: "valid values range between 8 and 65464 octets". */
const BLOCK_SIZE_MIN = 8;
const BLOCK_SIZE_MAX = 65_464;
/** RFC 2349: "valid values range between 1 and 255 seconds". */
const TIMEOUT_SECONDS_MAX = 255;
/** RFC 7440 §3: "valid values range between 1 and 65535 blocks". */
const WINDOW_SIZE_MAX = 65_535;

const MS_PER_SECOND = 1000;

/** Sets what the request and this server agree on. The transfer's `sizeBytes` must be known before. */
export function negotiate(
  transfer: Transfer,
  request: Request,
  windowSizeMax: number,
  initialIntervalMs: number,
): void {
  let flags = request.isNetascii ? FLAG_NETASCII : 0;

  transfer.blockSizeBytes = BLOCK_BYTES_MAX;
  const blockSize = request.blockSizeBytes;
  if (blockSize >= BLOCK_SIZE_MIN && blockSize <= BLOCK_SIZE_MAX) {
    flags |= FLAG_OPTION_BLOCK_SIZE;
    transfer.blockSizeBytes = blockSize < BLOCK_BYTES_MAX ? blockSize : BLOCK_BYTES_MAX;
  }

  transfer.intervalMs = initialIntervalMs;
  const timeout = request.timeoutSeconds;
  if (timeout >= 1 && timeout <= TIMEOUT_SECONDS_MAX) {
    flags |= FLAG_OPTION_TIMEOUT | FLAG_FIXED_INTERVAL;
    transfer.intervalMs = timeout * MS_PER_SECOND;
  }

  // What a netascii download sends is longer than the file by as many bytes as it has line ends, and nobody has counted
  // them: the honest answer is none. Nor is an empty file's size told: curl takes the size 0 for an error.
  const isSizeTold = request.isUpload || (!request.isNetascii && transfer.sizeBytes > 0);
  if (request.transferSizeBytes >= 0 && isSizeTold) {
    flags |= FLAG_OPTION_TRANSFER_SIZE;
  }

  transfer.windowSize = 1;
  const windowSize = request.windowSize;
  if (windowSize >= 1 && windowSize <= WINDOW_SIZE_MAX) {
    flags |= FLAG_OPTION_WINDOW_SIZE;
    transfer.windowSize = windowSize < windowSizeMax ? windowSize : windowSizeMax;
  }

  transfer.flags = flags;
}

/**
 * Writes the OACK of a transfer, `blksize` first: some clients look for it there only. Returns the OACK's length, which
 * is 73 bytes at the most.
 */
export function writeOptionAcknowledgement(view: DataView, transfer: Transfer): number {
  const flags = transfer.flags;
  view.setUint16(0, OPCODE_OPTION_ACKNOWLEDGEMENT);
  let at = 2;
  if ((flags & FLAG_OPTION_BLOCK_SIZE) !== 0) {
    at = writeOption(view, at, OPTION_BLOCK_SIZE, transfer.blockSizeBytes);
  }
  if ((flags & FLAG_OPTION_TIMEOUT) !== 0) {
    at = writeOption(view, at, OPTION_TIMEOUT, transfer.intervalMs / MS_PER_SECOND);
  }
  if ((flags & FLAG_OPTION_TRANSFER_SIZE) !== 0) {
    at = writeOption(view, at, OPTION_TRANSFER_SIZE, transfer.sizeBytes);
  }
  if ((flags & FLAG_OPTION_WINDOW_SIZE) !== 0) {
    at = writeOption(view, at, OPTION_WINDOW_SIZE, transfer.windowSize);
  }
  return at;
}

function writeOption(view: DataView, at: number, name: DataView, value: number): number {
  return writeDecimal(view, writeText(view, at, name), value);
}
