/** How transfers end, and why requests are refused, in the words of the data and of the metrics. */
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

/** Every outcome of a transfer that is over, with its name. */
export const OUTCOME_NAMES: readonly (readonly [Outcome, string])[] = [
  [OUTCOME_COMPLETED, "completed"],
  [OUTCOME_PROBABLY_COMPLETED, "probably_completed"],
  [OUTCOME_DECLINED, "declined"],
  [OUTCOME_ABORTED_BY_PEER, "aborted_by_peer"],
  [OUTCOME_TIMED_OUT, "timed_out"],
  [OUTCOME_SUPERSEDED, "superseded"],
  [OUTCOME_STORAGE_FAILED, "storage_failed"],
  [OUTCOME_PROTOCOL_VIOLATED, "protocol_violated"],
  [OUTCOME_TOO_LARGE, "too_large"],
  [OUTCOME_STOPPED, "stopped"],
];

export function outcomeName(outcome: Outcome): string {
  return OUTCOME_NAMES.find(([known]) => known === outcome)?.[1] ?? "unknown";
}

/** By error code of RFC 1350 §5; those that a request can be refused with. */
export const ERROR_NAMES: readonly string[] = [
  "not_defined",
  "file_not_found",
  "access_violation",
  "disk_full",
  "illegal_operation",
  "unknown_transfer_id",
  "file_exists",
];
