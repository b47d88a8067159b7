/** Options and results of `get` and `put`. */
import type { Writable } from "node:stream";
import type { RetransmissionOptions, TransferView } from "../../../src/index.js";
import type { TransferMode } from "./tftp-url.js";

/** Options of `get` and `put`. */
export interface ClientTransferOptions extends RetransmissionOptions {
  /** `octet` transfers the file as it is, `netascii` translates line ends. Default: the mode in the URL, else `octet`. */
  mode?: TransferMode;
  /** Bytes per block, 8 to 512 (RFC 2348). Default 512, which needs no option. */
  blockSizeBytes?: number;
  /** Blocks per acknowledgement, 1 to 16,384 (RFC 7440). Default 1: lock-step, which every server supports. */
  windowSize?: number;
  /**
   * Seconds after which both sides repeat an unanswered message, 1 to 255 (RFC 2349). Default: not requested; the wait
   * follows the measured round trip.
   */
  timeoutSeconds?: number;
  /** Asks for the size of the file, or announces it (RFC 2349 `tsize`). Default true. */
  tellSize?: boolean;
  /** False sends requests without options, for servers that accept none. Default true. */
  useOptions?: boolean;
  /** Repeats the request every second until the server answers, for a device that is about to start. Default false. */
  wait?: boolean;
  /**
   * Aborts the transfer and informs the server. The promise rejects with the signal's reason, unless the transfer is
   * complete by then.
   */
  signal?: AbortSignal;
  /**
   * Called when the server has answered, and after each progress. The view is valid during the call only. If it throws, the
   * transfer is aborted and the promise rejects with the error. If the transfer is complete by then, the promise resolves,
   * and the process emits a warning.
   */
  onProgress?: (transfer: TransferView) => void;
}

/** Options of `get`. */
export interface GetOptions extends ClientTransferOptions {
  /** Largest file to accept, in bytes. Default: no limit. */
  maxSizeBytes?: number;
}

/** Options of a `get` that does not keep the file in memory. */
export interface GetToOptions extends GetOptions {
  /**
   * Path of a file, which appears there once it is complete; path of a folder, in which the file gets its name on the
   * server; or a stream, which is ended, or destroyed on failure.
   */
  to: string | URL | Writable;
}

/** Figures of a completed transfer. */
export interface TransferSummary {
  /** Size of the local file. */
  readonly bytes: number;
  /** Time from the request that the server answered to the end, in milliseconds. Earlier requests do not count. */
  readonly durationMs: number;
  /** Messages sent again because no answer came in time. */
  readonly retransmissions: number;
  /** Bytes per block, as agreed with the server. */
  readonly blockSizeBytes: number;
  /** Blocks per window, as agreed with the server. */
  readonly windowSize: number;
  /** Path of the file that `get` wrote, relative to the working folder if `to` is; absent for memory, a stream, or `put`. */
  readonly path?: string;
}

/** Result of a `get` into memory. */
export interface FetchedFile extends TransferSummary {
  /** Content of the file. */
  readonly content: Buffer;
}
