/** What the status page asks of a TFTP server. Both hosts' servers have it. */
import type { TransferView } from "../../src/index.js";

/** A server that a status page can show. */
export interface StatusSource {
  /** The size of the pool. */
  readonly maxTransfers: number;
  /** How many transfers run. */
  readonly running: number;
  /** Requests that got no answer, because all transfers were taken or a limit was reached. */
  readonly unansweredRequests: number;
  /** The largest upload in bytes; Number.MAX_SAFE_INTEGER for no limit. */
  readonly maxSizeBytes: number;
  /** The host's time in whole milliseconds. */
  now(): number;
  /** Shows each running transfer. The view is good during the call only. */
  visitRunning(visit: (transfer: TransferView) => void): void;
}
