/**
 * Why a file was not fetched or put.
 */
import type { Outcome } from "../../../src/index.js";

/**
 * What kind of failure it was:
 *
 * - `not-found`: the server has no such file, or no folder for the file that is put (ERROR 1).
 * - `refused`: the server refused for another reason, or broke off (any other ERROR, or a text in its place).
 * - `no-answer`: nobody answered the request.
 * - `timed-out`: the server answered no more.
 * - `unconfirmed`: everything was put, but the last acknowledgement did not come. The file has probably arrived.
 * - `protocol`: the server sent what makes no sense: larger blocks than agreed, or options that were not asked for.
 * - `too-large`: the file is larger than `maxSizeBytes`.
 * - `local-file`: the file at this end could not be read or written.
 * - `unknown-host`: the server's name means no address.
 * - `unreachable`: this machine cannot send to the server's address, or has no port for the transfer.
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

/** What is known of a failure. */
export interface TftpErrorDetails {
  /** How the transfer ended. */
  readonly outcome?: Outcome;
  /** The error code of RFC 1350 §5. */
  readonly errorCode?: number;
  /** What the server wrote beside it. */
  readonly serverText?: string;
  /** What led to it on this machine. */
  readonly cause?: unknown;
}

/** `get` and `put` reject with this, unless they were aborted or were called in a way that makes no sense. */
export class TftpError extends Error {
  /** The name of its class, as every error has it. */
  override readonly name = "TftpError";
  /** How the engine's transfer ended; undefined when it never began. */
  readonly outcome: Outcome | undefined;
  /** The code of the server's ERROR (RFC 1350 §5); undefined when there was none. */
  readonly errorCode: number | undefined;
  /** What the server said in words, made safe for a terminal; undefined when it said nothing. */
  readonly serverText: string | undefined;

  constructor(
    message: string,
    /** What kind of failure it was. */
    readonly code: TftpErrorCode,
    details: TftpErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.outcome = details.outcome;
    this.errorCode = details.errorCode;
    this.serverText = details.serverText;
  }
}
