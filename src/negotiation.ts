/**
 * What is negotiated (RFC 2347): which options of a request are accepted, and the OACK that says so. An option that is
 * unknown or whose value is out of range is left out of the OACK, which is how a server declines it; it never fails a
 * request.
 */
import { MAX_TIMEOUT_SECONDS, MIN_BLOCK_SIZE, MS_PER_SECOND, NOT_ASKED, writeOptions } from "./options.js";
import { MAX_BLOCK_BYTES, OPCODE_BYTES, OPCODE_OPTION_ACKNOWLEDGEMENT } from "./packet.js";
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
const MAX_BLOCK_SIZE = 65_464;
/** RFC 7440 §3: "valid values range between 1 and 65535 blocks". */
const MAX_WINDOW_SIZE = 65_535;

/** Sets what the request and this server agree on. The transfer's `sizeBytes` must be known before. */
export function negotiate(
  transfer: Transfer,
  request: Request,
  maxWindowSize: number,
  initialIntervalMs: number,
): void {
  const options = request.options;
  let flags = request.isNetascii ? FLAG_NETASCII : 0;

  transfer.blockSizeBytes = MAX_BLOCK_BYTES;
  const blockSize = options.blockSizeBytes;
  if (blockSize >= MIN_BLOCK_SIZE && blockSize <= MAX_BLOCK_SIZE) {
    flags |= FLAG_OPTION_BLOCK_SIZE;
    transfer.blockSizeBytes = blockSize < MAX_BLOCK_BYTES ? blockSize : MAX_BLOCK_BYTES;
  }

  transfer.intervalMs = initialIntervalMs;
  const timeout = options.timeoutSeconds;
  if (timeout >= 1 && timeout <= MAX_TIMEOUT_SECONDS) {
    flags |= FLAG_OPTION_TIMEOUT | FLAG_FIXED_INTERVAL;
    transfer.intervalMs = timeout * MS_PER_SECOND;
  }

  // What a netascii download sends is longer than the file by as many bytes as it has line ends, and nobody has counted
  // them: the honest answer is none. Nor is an empty file's size told: curl takes the size 0 for an error.
  const isSizeTold = request.isUpload || (!request.isNetascii && transfer.sizeBytes > 0);
  if (options.transferSizeBytes >= 0 && isSizeTold) {
    flags |= FLAG_OPTION_TRANSFER_SIZE;
  }

  transfer.windowSize = 1;
  const windowSize = options.windowSize;
  if (windowSize >= 1 && windowSize <= MAX_WINDOW_SIZE) {
    flags |= FLAG_OPTION_WINDOW_SIZE;
    transfer.windowSize = windowSize < maxWindowSize ? windowSize : maxWindowSize;
  }

  transfer.flags = flags;
}

/** Writes the OACK of a transfer. Returns the OACK's length. */
export function writeOptionAcknowledgement(view: DataView, transfer: Transfer): number {
  const flags = transfer.flags;
  view.setUint16(0, OPCODE_OPTION_ACKNOWLEDGEMENT);
  return writeOptions(
    view,
    OPCODE_BYTES,
    (flags & FLAG_OPTION_BLOCK_SIZE) === 0 ? NOT_ASKED : transfer.blockSizeBytes,
    (flags & FLAG_OPTION_TIMEOUT) === 0 ? NOT_ASKED : transfer.intervalMs / MS_PER_SECOND,
    (flags & FLAG_OPTION_TRANSFER_SIZE) === 0 ? NOT_ASKED : transfer.sizeBytes,
    (flags & FLAG_OPTION_WINDOW_SIZE) === 0 ? NOT_ASKED : transfer.windowSize,
  );
}
