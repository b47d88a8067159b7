/** Why a file was not fetched or put. */
import type { Outcome } from "../../../src/index.js";
import { outcomeName } from "../../common/outcomes.js";

/**
 * Kind of failure:
 *
 * - `not-found`: the server has no such file, or for a put no such folder (ERROR 1).
 * - `refused`: the server refused or aborted with any other ERROR, or with a text in place of one.
 * - `no-answer`: the server did not respond to the request.
 * - `timed-out`: the server stopped responding during the transfer.
 * - `unconfirmed`: everything was sent, but the last acknowledgement did not arrive. The server probably has the file.
 * - `protocol`: the server violated the protocol: blocks larger than agreed, or options that were not requested.
 * - `too-large`: the file is larger than `maxSizeBytes`.
 * - `local-file`: the local file could not be read or written.
 * - `unknown-host`: the server's name could not be resolved.
 * - `unreachable`: this machine cannot send to the server's address, or could not open a socket.
 */
export type TftpErrorCode =
  | "not-found"
  | "refused"
  | "no-answer"
  | "timed-out"
  | "unconfirmed"
  | "protocol"
  | "too-large"
  | "local-file"
  | "unknown-host"
  | "unreachable";

/** Details of a {@link TftpError}. */
export interface TftpErrorDetails {
  /** How the transfer ended. */
  readonly outcome?: Outcome;
  /** Error code of the server (RFC 1350 §5). */
  readonly errorCode?: number;
  /** Text of the server beside the code. */
  readonly serverText?: string;
  /** The local error that caused the failure. */
  readonly cause?: unknown;
}

/** Rejection of `get` and `put`, unless they were aborted or called with invalid arguments. */
export class TftpError extends Error {
  /** `TftpError`. */
  override readonly name = "TftpError";
  /** How the transfer ended; undefined if it never started. */
  readonly outcome: Outcome | undefined;
  /** Name of `outcome`, such as `timed_out`; undefined if the transfer never started. */
  readonly outcomeName: string | undefined;
  /** Code of the server's ERROR (RFC 1350 §5); undefined if it sent none. */
  readonly errorCode: number | undefined;
  /** Text of the server's ERROR, escaped for a terminal; undefined if it sent none. */
  readonly serverText: string | undefined;

  constructor(
    message: string,
    /** Kind of failure. */
    readonly code: TftpErrorCode,
    details: TftpErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.outcome = details.outcome;
    this.outcomeName = details.outcome === undefined ? undefined : outcomeName(details.outcome);
    this.errorCode = details.errorCode;
    this.serverText = details.serverText;
  }
}
