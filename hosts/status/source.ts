/** The part of a TFTP server that the status page uses. The servers of all hosts have it. */
import type { TransferView } from "../../src/index.js";

/** A server that a status page can show. */
export interface StatusSource {
  /** Transfers that can run at once. */
  readonly maxTransfers: number;
  /** Running transfers. */
  readonly running: number;
  /** Requests without an answer, because all transfers were in use or a limit was reached. */
  readonly unansweredRequests: number;
  /** Largest upload in bytes; Number.MAX_SAFE_INTEGER for no limit. */
  readonly maxSizeBytes: number;
  /** Time on the host's clock, in whole milliseconds. */
  now(): number;
  /** Calls `visit` with each running transfer. The view is valid during the call only. */
  visitRunning(visit: (transfer: TransferView) => void): void;
}
