/**
 * Checks that a call has sent what it must.
 */
import type { CheckContext } from "./check-context.js";
import type { Conversation, Meaning } from "./conversation.js";
import { checkDecided, goesOn } from "./rivals.js";
import { violated } from "./violation.js";

const BLOCK_NUMBER_MASK = 0xffff;

/** Checks that everything that asks for an answer got one, and that nothing else did. */
export function checkDemands(context: CheckContext): void {
  const { engine, conversations, call } = context;
  const { kind, meaning, conversation } = call.cause;
  if (kind === "nothing" && call.messages > 0) {
    violated("Something was sent where silence was due");
  }
  if (kind === "stranger" && call.messages !== 1) {
    violated(`A stranger got ${call.messages} answers instead of one`);
  }
  if (kind === "stop" && engine.used > 0) {
    violated(`The server was stopped, and ${engine.used} slots are still in use`);
  }
  if (kind === "request") {
    checkRequestAnswered(context);
  }
  if (kind === "message" && conversation !== undefined) {
    checkMessageAnswered(context, conversation, meaning);
  }
  for (const each of conversations.all) {
    if (kind === "resume" && each.isUpload && each.isComplete && !each.isCommitting && !each.isLingering) {
      violated("The storage has completed a file, and its transfer is still there");
    }
    if (each.sentInCall === call.number && !each.isUpload) {
      checkWindowFull(each);
    }
  }
}

function checkRequestAnswered(context: CheckContext): void {
  const { storage, conversations, call } = context;
  const { asked, conversation, address, port } = call.cause;
  const { lastRefusal, lastOpened } = storage;
  const [newest] = conversations.ofClient(address, port);
  const mayBeSilent = goesOn(context, address, port);
  // A storage that is busy has the request ignored instead of refused.
  const isRefusedAloud = lastRefusal < 0 && ~lastRefusal < BLOCK_NUMBER_MASK;
  const mustRefuse = asked?.name === undefined || (lastOpened === undefined && isRefusedAloud);
  if (conversation === undefined && mustRefuse && call.errors !== 1 && !mayBeSilent) {
    violated("A request that had to be refused got no ERROR");
  }
  const accepted = conversation ?? (newest?.startedInCall === call.number ? newest : undefined);
  const isSilent = accepted?.isLingering === false && accepted.sentInCall !== call.number && call.errors === 0;
  if (isSilent && !mayBeSilent) {
    violated("A request that was accepted got no answer");
  }
}

function checkMessageAnswered(context: CheckContext, conversation: Conversation, meaning: Meaning): void {
  const { limits, conversations, call } = context;
  const isAnswered = conversation.sentInCall === call.number || call.errors > 0;
  const isCertain = !conversation.isLingering || !limits.singlePort;
  const isRepeated = meaning === "repeated" && call.cause.block === (conversation.sentUpTo & BLOCK_NUMBER_MASK);
  const isWindowFull = conversation.confirmed - conversation.sentUpTo >= conversation.agreement.windowSize;
  const { isCommitting } = conversation;
  const mustAnswer = conversation.isUpload
    ? (meaning === "advances" && !isCommitting && (conversation.isComplete || isWindowFull)) ||
      meaning === "too large" ||
      (isRepeated && isCertain)
    : meaning === "advances" && !conversation.isComplete;
  if (mustAnswer && !isAnswered) {
    violated("A message that had to be answered was not");
  }
  checkDecided(context, conversation);
  if (meaning === "ends") {
    checkEnded(context, conversation);
  }
  const isStillThere = conversations.isPresent(conversation) && !conversation.isLingering && !isCommitting;
  if (conversation.isComplete && meaning === "advances" && isStillThere) {
    violated("The last block is through, and the transfer is still there");
  }
}

/** An ERROR from the peer frees the slot at once. With a single port, nothing shows whether a lingering slot is free. */
function checkEnded({ conversations }: CheckContext, conversation: Conversation): void {
  if (conversation.isLingering) {
    conversations.forget(conversation);
  } else if (conversations.isPresent(conversation)) {
    violated("The peer sent an ERROR, and its transfer is still there");
  }
}

function checkWindowFull(conversation: Conversation): void {
  const { confirmed, lastSent, lastBlock, blocksDue: blocks, isAnswered, isOffered } = conversation;
  const isData = isAnswered || !isOffered;
  const isWhole = lastSent === confirmed + blocks || (lastSent === lastBlock && lastSent < confirmed + blocks);
  if (isData && !isWhole) {
    violated(`A window of ${blocks} ended with block ${lastSent}; it begins after block ${confirmed}`);
  }
}
