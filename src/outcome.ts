/** How a transfer ended. */
export type Outcome = number;

/** It has not ended. */
export const OUTCOME_RUNNING: Outcome = 0;
/** The last block was acknowledged. */
export const OUTCOME_COMPLETED: Outcome = 1;
/** Every block was sent, but the last ACK never came. Many clients do not send it, so this is rarely a failure. */
export const OUTCOME_PROBABLY_COMPLETED: Outcome = 2;
/**
 * The peer answered the first message with an ERROR. At a server this is a normal end: UEFI and iPXE ask for a file's size
 * this way. At a client it is the server's refusal.
 */
export const OUTCOME_DECLINED: Outcome = 3;
/** The peer sent an ERROR after the transfer had begun. */
export const OUTCOME_ABORTED_BY_PEER: Outcome = 4;
/** Nothing came from the peer for too long. */
export const OUTCOME_TIMED_OUT: Outcome = 5;
/** The same client port requested something else. */
export const OUTCOME_SUPERSEDED: Outcome = 6;
/** The storage could not read, write or commit. */
export const OUTCOME_STORAGE_FAILED: Outcome = 7;
/** The peer broke the protocol: a block larger than agreed, or an OACK that grants what was not asked. */
export const OUTCOME_PROTOCOL_VIOLATED: Outcome = 8;
/** The file is larger than this end receives. */
export const OUTCOME_TOO_LARGE: Outcome = 9;
/** This end was stopped. */
export const OUTCOME_STOPPED: Outcome = 10;
/** A client's request was never answered. */
export const OUTCOME_UNANSWERED: Outcome = 11;
