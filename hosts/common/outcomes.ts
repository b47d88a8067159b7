/**
 * Outcomes of transfers and errors of RFC 1350: their names in data and metrics, and their words for people. Names and
 * words are apart, so that a board carries only what it shows.
 */
import {
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_STOPPED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
  type Outcome,
} from "../../src/index.js";

/** By outcome, from `OUTCOME_RUNNING` on. */
export const OUTCOME_NAMES: readonly string[] = Object.freeze([
  "running",
  "completed",
  "probably_completed",
  "declined",
  "aborted_by_peer",
  "timed_out",
  "superseded",
  "storage_failed",
  "protocol_violated",
  "too_large",
  "stopped",
  "unanswered",
]);

/** By outcome. */
const OUTCOME_TEXTS: readonly string[] = Object.freeze([
  "running",
  "completed",
  "probably completed: everything was sent, but the last acknowledgement did not arrive",
  "declined by the client, perhaps after it learned the size",
  "aborted by the client",
  "timed out: nothing more came from the client",
  "superseded by a new request",
  "failed: the file could not be read or written",
  "failed: the client sent a larger block than agreed",
  "failed: the file is larger than allowed",
  "aborted at shutdown",
  "no response",
]);

/** Outcomes of a server's transfers. */
export const SERVER_OUTCOMES: readonly Outcome[] = Object.freeze([
  OUTCOME_COMPLETED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_TIMED_OUT,
  OUTCOME_SUPERSEDED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_TOO_LARGE,
  OUTCOME_STOPPED,
]);

/** Names of the errors that a request can be refused with, by error code of RFC 1350 §5. */
export const ERROR_NAMES: readonly string[] = Object.freeze([
  "not_defined",
  "file_not_found",
  "access_violation",
  "disk_full",
  "illegal_operation",
  "unknown_transfer_id",
  "file_exists",
]);

/** By error code of RFC 1350 §5 and, the last, RFC 2347. */
const ERROR_TEXTS: readonly string[] = Object.freeze([
  "failed",
  "not found",
  "access refused",
  "no room, or larger than allowed",
  "malformed request",
  "unknown transfer",
  "already exists",
  "no such user",
  "options not accepted",
]);

/** The name of an outcome in data and metrics: `timed_out` for `OUTCOME_TIMED_OUT`. */
export function outcomeName(outcome: Outcome): string {
  return OUTCOME_NAMES[outcome] ?? "unknown";
}

/** The name of an error code in data and metrics: `file_not_found` for 1. */
export function errorName(errorCode: number): string {
  return ERROR_NAMES[errorCode] ?? "unknown";
}

/** An outcome in words, for people. */
export function outcomeText(outcome: Outcome): string {
  return OUTCOME_TEXTS[outcome] ?? `unknown outcome ${outcome}`;
}

/** An error code of RFC 1350 §5 or RFC 2347 in words, for people. */
export function errorText(errorCode: number): string {
  return ERROR_TEXTS[errorCode] ?? "unknown error code";
}
