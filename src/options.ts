/**
 * Options of RFC 2347 with their values, as a request asks for them and an OACK grants them:
 *
 *     | option | 0 | value | 0 | option | 0 | value | 0 | ...
 */
import { ascii, endOfText, isKeyword, readDecimal, writeDecimal, writeText } from "./text.js";

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
/** RFC 2349: "valid values range between 1 and 255 seconds". */
export const MAX_TIMEOUT_SECONDS = 255;
/** `timeout` is in seconds. */
export const MS_PER_SECOND = 1000;
/** A quarter of the block numbers: in a larger window, stale and future ACKs could not be told apart. */
export const MAX_WINDOW_SIZE_KEPT = 16_384;

/** Length of all option names with their longest values and terminating zero bytes. */
export const MAX_OPTIONS_BYTES = 65;

export class OptionValues {
  /** The values as the peer wrote them, or {@link NOT_ASKED}. */
  blockSizeBytes = NOT_ASKED;
  timeoutSeconds = NOT_ASKED;
  transferSizeBytes = NOT_ASKED;
  windowSize = NOT_ASKED;
  /** Whether there was an unknown option, or a value that is not a number. */
  hasOthers = false;

  clear(): void {
    this.blockSizeBytes = NOT_ASKED;
    this.timeoutSeconds = NOT_ASKED;
    this.transferSizeBytes = NOT_ASKED;
    this.windowSize = NOT_ASKED;
    this.hasOthers = false;
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
    const value = readDecimal(packet, nameEnd + 1, valueEnd);
    if (value < 0) {
      this.hasOthers = true;
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_BLOCK_SIZE)) {
      if (this.blockSizeBytes < 0) {
        this.blockSizeBytes = value;
      }
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_TIMEOUT)) {
      if (this.timeoutSeconds < 0) {
        this.timeoutSeconds = value;
      }
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_TRANSFER_SIZE)) {
      if (this.transferSizeBytes < 0) {
        this.transferSizeBytes = value;
      }
    } else if (isKeyword(packet, nameStart, nameEnd, OPTION_WINDOW_SIZE)) {
      if (this.windowSize < 0) {
        this.windowSize = value;
      }
    } else {
      this.hasOthers = true;
    }
  }
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
