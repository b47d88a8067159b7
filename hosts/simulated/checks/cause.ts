/**
 * The cause of an engine call: what arrived or fell due, and to which transfer it belongs.
 */
import { FIRST_LISTENER } from "../../../src/index.js";
import type { AskedRequest } from "./asked-request.js";
import type { Conversation, Meaning } from "./conversation.js";

/** The cause of an engine call. A "stranger" sent to the port of a transfer that is not its own. */
export interface Cause {
  readonly kind: "request" | "message" | "stranger" | "poll" | "resume" | "stop" | "nothing";
  readonly address: string;
  readonly port: number;
  readonly localPort: number;
  readonly asked: AskedRequest | undefined;
  readonly conversation: Conversation | undefined;
  readonly meaning: Meaning;
  /** The message's block number, or -1. */
  readonly block: number;
}

/** A cause without a datagram. */
export function causeOf(kind: Cause["kind"]): Cause {
  return {
    kind,
    address: "",
    port: -1,
    localPort: FIRST_LISTENER,
    asked: undefined,
    conversation: undefined,
    meaning: "nothing",
    block: -1,
  };
}
