/** Options of a client and of its requests, with their ranges and defaults. */
import { MAX_TIMEOUT_SECONDS, MAX_WINDOW_SIZE_KEPT, MIN_BLOCK_SIZE } from "../options.js";
import { MAX_BLOCK_BYTES } from "../packet.js";
import { checked, MAX_TRANSFERS, type RetransmissionOptions } from "../settings.js";
import { checkName } from "./request.js";

/** Options of a client. `initialIntervalMs` is 1,000 by default, and `maxIntervalMs` 6,000. */
export interface ClientOptions extends RetransmissionOptions {
  /** Transfers at once, 1 to 65,536. Default 1. */
  maxTransfers?: number;
  /** Largest download in bytes, 0 or more; a larger one is aborted with ERROR 3. Default: no limit. */
  maxSizeBytes?: number;
}

/**
 * A request to a server. Without options it follows RFC 1350 alone, as the simplest servers need. A server that refuses
 * options (with ERROR 8 of RFC 2347, or with ERROR 4) is asked again without.
 */
export interface ClientRequest {
  /** Name of the file on the server, sent as UTF-8: 1 to 503 bytes, 1 to 436 with options. */
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

/** The options of a client, checked and complete. */
export class ClientSettings {
  readonly maxTransfers: number;
  readonly maxSizeBytes: number;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: ClientOptions) {
    this.maxTransfers = checked("maxTransfers", options.maxTransfers ?? 1, 1, MAX_TRANSFERS);
    const anySize = Number.MAX_SAFE_INTEGER;
    this.maxSizeBytes = checked("maxSizeBytes", options.maxSizeBytes ?? anySize, 0, anySize);
  }
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
