/**
 * What a client may be told at construction, and for each request.
 */
import { checked } from "../checked.js";
import { MAX_TIMEOUT_SECONDS, MAX_WINDOW_SIZE_KEPT, MIN_BLOCK_SIZE } from "../options.js";
import { MAX_BLOCK_BYTES } from "../packet.js";
import type { RetransmissionOptions } from "../retransmission.js";
import { MAX_TRANSFERS } from "../transfers.js";
import { checkName } from "./request.js";

/**
 * What a `Client` may be told at construction. The default of `initialIntervalMs` is 1,000, that of
 * `maxIntervalMs` 6,000.
 */
export interface ClientOptions extends RetransmissionOptions {
  /** How many transfers there can be at once, 1 to 65,536. Default 1. */
  maxTransfers?: number;
  /** The largest file that is fetched, in bytes, 0 or more; a larger one is broken off with ERROR 3. Default: no limit. */
  maxSizeBytes?: number;
}

/**
 * What is asked of a server. Without any of its options it is a request of RFC 1350 alone, as the plainest servers need
 * it. A server that refuses options (with ERROR 8 of RFC 2347, or with ERROR 4) is asked once more without.
 */
export interface ClientRequest {
  /** The file's name as the server knows it. It is sent as UTF-8 of 1 to 503 bytes, of 1 to 436 with options. */
  readonly name: string;
  /** Line ends are translated, for texts (mode "netascii"). Default false: the file goes as it is (mode "octet"). */
  readonly isNetascii?: boolean;
  /** Bytes in a block, 8 to 512 (RFC 2348 `blksize`). Default: not asked, which means 512. */
  readonly blockSizeBytes?: number;
  /** After so many seconds both ends repeat what has no answer, 1 to 255 (RFC 2349 `timeout`). Default: not asked. */
  readonly timeoutSeconds?: number;
  /** Blocks that go before an acknowledgement, 1 to 16,384 (RFC 7440 `windowsize`). Default: not asked, which means 1. */
  readonly windowSize?: number;
  /** Asks for the file's size, or tells it (RFC 2349 `tsize`). Only in mode "octet". Default false. */
  readonly tellSize?: boolean;
  /** Repeats the request until somebody answers, and never more slowly. Default false: it is given up in time. */
  readonly wait?: boolean;
}

/** The client's options, checked and complete. */
export class ClientLimits {
  readonly maxTransfers: number;
  readonly maxSizeBytes: number;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: ClientOptions) {
    const anySize = Number.MAX_SAFE_INTEGER;
    this.maxTransfers = checked("maxTransfers", options.maxTransfers ?? 1, 1, MAX_TRANSFERS);
    this.maxSizeBytes = checked("maxSizeBytes", options.maxSizeBytes ?? anySize, 0, anySize);
  }
}

/** @throws RangeError when a request cannot be written: its name does not fit, or an option is out of its range. */
export function checkRequest(request: ClientRequest): void {
  const { blockSizeBytes, timeoutSeconds, windowSize, tellSize } = request;
  checked("blockSizeBytes", blockSizeBytes ?? MAX_BLOCK_BYTES, MIN_BLOCK_SIZE, MAX_BLOCK_BYTES);
  checked("timeoutSeconds", timeoutSeconds ?? 1, 1, MAX_TIMEOUT_SECONDS);
  checked("windowSize", windowSize ?? 1, 1, MAX_WINDOW_SIZE_KEPT);
  const hasOptions = (blockSizeBytes ?? timeoutSeconds ?? windowSize) !== undefined || tellSize === true;
  checkName(request.name, request.isNetascii === true, hasOptions);
}
