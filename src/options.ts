/**
 * Options of RFC 2347: their values as a request asks for them and an OACK grants them, and what a server accepts.
 *
 *     | option | 0 | value | 0 | option | 0 | value | 0 | ...
 */
import type { ReadableFile } from "./host.js";
import { MAX_BLOCK_BYTES, OPCODE_BYTES, OPCODE_OPTION_ACKNOWLEDGEMENT } from "./packet.js";
import { ascii, endOfText, isKeyword, readDecimal, writeDecimal, writeText } from "./text.js";
import {
  FLAG_FIXED_INTERVAL,
  FLAG_NETASCII,
  FLAG_OPTION_BLOCK_SIZE,
  FLAG_OPTION_TIMEOUT,
  FLAG_OPTION_TRANSFER_SIZE,
  FLAG_OPTION_WINDOW_SIZE,
  FLAG_RECEIVING,
  FLAG_RIVALLED,
  FLAGS_OPTIONS,
  type Transfer,
} from "./transfer.js";

/** RFC 2348. */
const OPTION_BLOCK_SIZE = ascii("blksize");
/** RFC 2349. */
const OPTION_TIMEOUT = ascii("timeout");
/** RFC 2349. */
const OPTION_TRANSFER_SIZE = ascii("tsize");
/** RFC 7440. */
const OPTION_WINDOW_SIZE = ascii("windowsize");

/** Value of an option that is absent or is not a number. */
export const NOT_ASKED = -1;

/** RFC 2348: "valid values range between 8 and 65464 octets". */
export const MIN_BLOCK_SIZE = 8;
const MAX_BLOCK_SIZE = 65_464;
/** RFC 2349: "valid values range between 1 and 255 seconds". */
export const MAX_TIMEOUT_SECONDS = 255;
/** `timeout` is in seconds. */
export const MS_PER_SECOND = 1000;
/** RFC 7440 §3: "valid values range between 1 and 65535 blocks". */
const MAX_WINDOW_SIZE = 65_535;
/** A quarter of the block numbers: in a larger window, stale and future ACKs could not be told apart. */
export const MAX_WINDOW_SIZE_KEPT = 16_384;

/** Length of all option names with their longest values and terminating zero bytes. */
export const MAX_OPTIONS_BYTES = 65;

export class OptionValues {
  /** The values as the peer wrote them, or {@link NOT_ASKED}. */
  blockSizeBytes!: number;
  timeoutSeconds!: number;
  transferSizeBytes!: number;
  windowSize!: number;
  /** Whether there was an unknown option, or a value that is not a number. */
  hasOthers!: boolean;

  constructor() {
    this.clear();
  }

  clear(): void {
    this.blockSizeBytes = NOT_ASKED;
    this.timeoutSeconds = NOT_ASKED;
    this.transferSizeBytes = NOT_ASKED;
    this.windowSize = NOT_ASKED;
    this.hasOthers = false;
  }

  /** Whether none of the four has a value: they are {@link NOT_ASKED} or not negative. */
  get isEmpty(): boolean {
    return this.blockSizeBytes + this.timeoutSeconds + this.transferSizeBytes + this.windowSize === 4 * NOT_ASKED;
  }

  /** Parses `packet` from `start`. Only whole pairs count: padding, junk or a lone name after the last pair is ignored. */
  read(packet: DataView, start: number, length: number): void {
    this.clear();
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
      this.take(packet, nameStart, nameEnd, valueEnd);
      nameStart = valueEnd + 1;
    }
  }

  /** An option may occur once (RFC 2347); if it is repeated, the first numeric value counts. */
  private take(packet: DataView, nameStart: number, nameEnd: number, valueEnd: number): void {
    if (nameEnd === nameStart) {
      // Padding: no option has an empty name.
      return;
    }
    const value = readDecimal(packet, nameEnd + 1, valueEnd);
    if (value < 0) {
      this.hasOthers = true;
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_BLOCK_SIZE)) {
      this.blockSizeBytes = firstOf(this.blockSizeBytes, value);
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_TIMEOUT)) {
      this.timeoutSeconds = firstOf(this.timeoutSeconds, value);
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_TRANSFER_SIZE)) {
      this.transferSizeBytes = firstOf(this.transferSizeBytes, value);
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_WINDOW_SIZE)) {
      this.windowSize = firstOf(this.windowSize, value);
    } else {
      this.hasOthers = true;
    }
  }
}

function firstOf(earlier: number, value: number): number {
  return earlier < 0 ? value : earlier;
}

/**
 * Writes the options that are not {@link NOT_ASKED}, `blksize` first, since some peers look for it only there. Returns the
 * index after them, at most {@link MAX_OPTIONS_BYTES} after `start`.
 */
export function writeOptions(
  view: DataView,
  start: number,
  blockSizeBytes: number,
  timeoutSeconds: number,
  transferSizeBytes: number,
  windowSize: number,
): number {
  let at = writeOption(view, start, OPTION_BLOCK_SIZE, blockSizeBytes);
  at = writeOption(view, at, OPTION_TIMEOUT, timeoutSeconds);
  at = writeOption(view, at, OPTION_TRANSFER_SIZE, transferSizeBytes);
  return writeOption(view, at, OPTION_WINDOW_SIZE, windowSize);
}

function writeOption(view: DataView, at: number, name: DataView, value: number): number {
  return value < 0 ? at : writeDecimal(view, writeText(view, at, name), value);
}

/**
 * Applies the options of a request that a server accepts, to a transfer that has its file. Unknown options and values out of
 * range are left out of the OACK, which is how a server declines them; they never fail a request.
 */
export function negotiate(
  transfer: Transfer,
  options: OptionValues,
  isNetascii: boolean,
  maxWindowSize: number,
  initialIntervalMs: number,
): void {
  const isUpload = transfer.isReceiving;
  transfer.sizeBytes = isUpload ? options.transferSizeBytes : (transfer.file as ReadableFile).sizeBytes;
  let flags = (transfer.flags & (FLAG_RECEIVING | FLAG_RIVALLED)) | (isNetascii ? FLAG_NETASCII : 0);

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
  const isSizeTold = isUpload || (!isNetascii && transfer.sizeBytes > 0);
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
