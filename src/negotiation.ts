/**
 * The server's part of option negotiation (RFC 2347): which options of a request it accepts, and the OACK that lists them.
 * Unknown options and values out of range are left out of the OACK, which is how a server declines them. They never fail a
 * request.
 */
import type { ReadableFile } from "./host.js";
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
  FLAG_RECEIVING,
  FLAGS_OPTIONS,
  type Transfer,
} from "./transfer.js";

/** RFC 2348: "valid values range between 8 and 65464 octets". */
const MAX_BLOCK_SIZE = 65_464;
/** RFC 7440 §3: "valid values range between 1 and 65535 blocks". */
const MAX_WINDOW_SIZE = 65_535;

/** Applies what the request and this server agree on, for a transfer that has its file. An OACK opens it if there are options. */
export function negotiate(
  transfer: Transfer,
  request: Request,
  maxWindowSize: number,
  initialIntervalMs: number,
): void {
  const options = request.options;
  transfer.sizeBytes = request.isUpload ? options.transferSizeBytes : (transfer.file as ReadableFile).sizeBytes;
  let flags = (transfer.flags & FLAG_RECEIVING) | (request.isNetascii ? FLAG_NETASCII : 0);

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

  // A netascii download is longer than its file by the number of line ends, which is unknown, so its size is not told. Nor is
  // that of an empty file: curl takes the size 0 for an error.
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
  if (flags & FLAGS_OPTIONS) {
    transfer.open();
  } else {
    transfer.run();
  }
}

/** Writes the OACK of a transfer. Returns its length. */
export function writeOptionAcknowledgement(view: DataView, transfer: Transfer): number {
  const flags = transfer.flags;
  view.setUint16(0, OPCODE_OPTION_ACKNOWLEDGEMENT);
  return writeOptions(
    view,
    OPCODE_BYTES,
    flags & FLAG_OPTION_BLOCK_SIZE ? transfer.blockSizeBytes : NOT_ASKED,
    flags & FLAG_OPTION_TIMEOUT ? transfer.intervalMs / MS_PER_SECOND : NOT_ASKED,
    flags & FLAG_OPTION_TRANSFER_SIZE ? transfer.sizeBytes : NOT_ASKED,
    flags & FLAG_OPTION_WINDOW_SIZE ? transfer.windowSize : NOT_ASKED,
  );
}
