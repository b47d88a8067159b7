/**
 * Two transfers with one client's port: a request begins the second while the first goes on, and the client's next answer to
 * one of them ends the other.
 */
import { OUTCOME_SUPERSEDED, type Outcome } from "../../../src/index.js";
import { type AskedRequest, isSameRequest } from "./asked-request.js";
import type { CheckContext } from "./check-context.js";
import type { Conversation } from "./conversation.js";
import { violated } from "./violation.js";

/** A transfer with progress in this time goes on. */
const RECENT_MS = 3000;

/** Whether a transfer with a client goes on, which nothing may stop but the client's answer to another. */
export function goesOn({ conversations, call }: CheckContext, address: string, port: number): boolean {
  return conversations
    .ofClient(address, port)
    .some(
      (each) => each.isAnswered && !each.isLingering && each.lastBlock < 0 && call.now - each.progressAt < RECENT_MS,
    );
}

/** A transfer starts: its client has at most one other, and none with a single port. */
export function checkPlace({ conversations, limits }: CheckContext, address: string, port: number): void {
  const running = conversations.ofClient(address, port).filter(({ isLingering }) => !isLingering);
  if (running.length > (limits.singlePort ? 0 : 1)) {
    violated(`A transfer started for ${address}:${port}, which has ${running.length} others`);
  }
}

/** A transfer ends as superseded: for an answer to its rival, or for a request if it does not go on. */
export function checkSuperseded(context: CheckContext, conversation: Conversation, outcome: Outcome): void {
  const { cause, now } = context.call;
  if (outcome !== OUTCOME_SUPERSEDED) {
    return;
  }
  const isOfClient = cause.address === conversation.address && cause.port === conversation.port;
  const isDecided = cause.meaning === "advances" && cause.conversation !== conversation;
  const mayYield =
    !conversation.isAnswered ||
    now - conversation.progressAt >= RECENT_MS ||
    (context.limits.singlePort && !isCopy(cause.asked, conversation));
  if (!isOfClient || !(isDecided || (cause.kind === "request" && mayYield))) {
    violated(`The transfer in slot ${conversation.slot} was superseded, although it goes on`);
  }
}

/** After an answer to what was outstanding, the client has no other transfer. */
export function checkDecided({ conversations, call }: CheckContext, conversation: Conversation): void {
  const { address, port, startedWindow } = conversation;
  const others = conversations.ofClient(address, port).filter((each) => each !== conversation);
  if (call.cause.meaning === "advances" && startedWindow && others.length > 0) {
    violated(`${address}:${port} has answered one of its transfers, and another is still there`);
  }
}

function isCopy(asked: AskedRequest | undefined, conversation: Conversation): boolean {
  return asked !== undefined && isSameRequest(asked, conversation.asked);
}
