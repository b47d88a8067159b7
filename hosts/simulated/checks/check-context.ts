/**
 * The context that all checks share: the server's limits, the engine's state, the call in progress, the transfers so far.
 */
import { FIRST_LISTENER } from "../../../src/index.js";
import type { Cause } from "./cause.js";
import type { CheckedStorage } from "./checked-storage.js";
import type { Conversation } from "./conversation.js";
import type { Conversations } from "./conversations.js";

/** The server's limits, as the checker needs them. Times in milliseconds. */
export interface CheckedLimits {
  /** Whether all transfers share the listening port. */
  readonly singlePort: boolean;
  /** Transfers at once. */
  readonly maxTransfers: number;
  /** The largest window, in blocks. */
  readonly maxWindowSize: number;
  /** The largest upload, in bytes. */
  readonly maxSizeBytes: number;
  /** The shortest wait before a repeat, unless the client negotiated one. */
  readonly shortestIntervalMs: number;
  /** A transfer ends after this long without progress. */
  readonly giveUpMs: number;
  /** A finished upload repeats its last ACK for this long. */
  readonly lingerMs: number;
}

/** The engine's public state, read between two calls. */
export interface EngineState {
  /** Unused slots. */
  readonly free: number;
  /** Slots in use, lingering ones included. */
  readonly used: number;
  /** Transfers that have not ended. */
  readonly running: number;
  /** The engine's time of the next `poll`. */
  readonly nextAt: number;
  /** Whether the engine answers requests. */
  readonly accepting: boolean;
}

/** The engine call in progress. */
export interface EngineCall {
  /** Counts the calls from 1. */
  number: number;
  /** The engine's time. */
  now: number;
  cause: Cause;
  /** Messages sent during the call. */
  messages: number;
  /** Of these, ERRORs. */
  errors: number;
}

/** The context that all checks share. */
export interface CheckContext {
  readonly limits: CheckedLimits;
  readonly storage: CheckedStorage;
  readonly engine: EngineState;
  readonly conversations: Conversations;
  readonly call: EngineCall;
}

/** The slot of a local port: with a single port, the listening port serves every slot. */
export function slotOf({ limits }: CheckContext, conversation: Conversation, localPort: number): number {
  return limits.singlePort && localPort >= FIRST_LISTENER ? conversation.slot : localPort;
}
