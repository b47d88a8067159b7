/** How a transfer stands or ended. */
export type Outcome = number;

/** It goes on. */
export const OUTCOME_RUNNING: Outcome = 0;
/** The last block was acknowledged. */
export const OUTCOME_COMPLETED: Outcome = 1;
/** All was sent, but the last acknowledgement never came. Many clients do not send it, so this is rarely a failure. */
export const OUTCOME_PROBABLY_COMPLETED: Outcome = 2;
/**
 * The peer sent ERROR before anything else. A client ends like this when it only wanted to know a file's size, as UEFI and
 * iPXE do: a normal end. A server refuses a request like this.
 */
export const OUTCOME_DECLINED: Outcome = 3;
/** The peer sent ERROR after the transfer had begun. */
export const OUTCOME_ABORTED_BY_PEER: Outcome = 4;
/** Nothing came from the peer for too long. */
export const OUTCOME_TIMED_OUT: Outcome = 5;
/** The same client port asked for something else. */
export const OUTCOME_SUPERSEDED: Outcome = 6;
/** The storage could not read, write or commit. */
export const OUTCOME_STORAGE_FAILED: Outcome = 7;
/** The peer broke the protocol: a block larger than was agreed, or an OACK that grants what was not asked. */
export const OUTCOME_PROTOCOL_VIOLATED: Outcome = 8;
/** The file is larger than this end receives. */
export const OUTCOME_TOO_LARGE: Outcome = 9;
/** This end was stopped. */
export const OUTCOME_STOPPED: Outcome = 10;
/** A client's request was never answered. */
export const OUTCOME_UNANSWERED: Outcome = 11;
