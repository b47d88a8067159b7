/**
 * Checks whether anything may be sent to a peer at this moment.
 */
import { ERROR_UNKNOWN_TRANSFER_ID, OPCODE_DATA } from "../../../src/index.js";
import { describeMessage, numberOf, opcodeOf } from "../wire/messages.js";
import { type CheckContext, slotOf } from "./check-context.js";
import type { Conversation } from "./conversation.js";
import { goesOn } from "./rivals.js";
import { violated } from "./violation.js";

const MAX_UNANSWERED_REPEATS = 2;
/** A transfer beside one that goes on sends nothing for this long. */
const BESIDE_MS = 300;

/** DATA, ACK or OACK goes to a peer that has a transfer, which has something to answer or to repeat. */
export class OccasionCheck {
  /** @param isClockBehind whether the clock went back and no `poll` has noticed: any wait may look too short. */
  constructor(
    private readonly context: CheckContext,
    private readonly isClockBehind: () => boolean,
  ) {}

  /** Checks DATA, ACK or OACK. */
  checkMessage(conversation: Conversation, message: Uint8Array): void {
    const { kind, meaning, address, port } = this.context.call.cause;
    if (kind === "poll") {
      this.checkRepetition(conversation, message);
      return;
    }
    if (kind === "resume" && conversation.isUpload && conversation.isComplete) {
      return;
    }
    const isPeer = address === conversation.address && port === conversation.port;
    const isAnswer =
      kind === "request" ||
      (kind === "message" &&
        (meaning === "advances" || (conversation.isUpload && (meaning === "repeated" || meaning === "ahead"))));
    if (!isPeer || !isAnswer) {
      violated(`${describeMessage(message)} was sent, and nothing that arrived was a reason for it`);
    }
  }

  /** Checks an ERROR: it goes to a stranger, refuses a request, or ends a transfer for a reason. */
  checkError(message: Uint8Array, localPort: number, address: string, port: number): void {
    const { cause } = this.context.call;
    const isToCause = cause.address === address && cause.port === port;
    if (cause.kind === "stranger") {
      if (!isToCause || localPort !== cause.localPort || numberOf(message) !== ERROR_UNKNOWN_TRANSFER_ID) {
        violated(`${describeMessage(message)} was sent to ${address}:${port}; expected ERROR 5 to the stranger`);
      }
      return;
    }
    const conversation = this.context.conversations
      .ofClient(address, port)
      .find((each) => each.slot === slotOf(this.context, each, localPort));
    const isRefusal =
      cause.kind === "request" && isToCause && localPort === cause.localPort && !goesOn(this.context, address, port);
    const isEnd =
      conversation !== undefined &&
      !conversation.isLingering &&
      (cause.kind === "poll" || cause.kind === "resume" || cause.kind === "stop" || isToCause) &&
      this.mayFail(conversation);
    if (!isRefusal && !isEnd) {
      violated(`${describeMessage(message)} was sent to ${address}:${port} without a reason`);
    }
  }

  /** The timer repeats a message: not too early, and DATA at most twice before the peer's first ACK. */
  private checkRepetition(conversation: Conversation, message: Uint8Array): void {
    if (conversation.isLingering || conversation.isCommitting) {
      violated(`${describeMessage(message)} was repeated by the timer after all had arrived`);
    }
    const isFirst = conversation.sentInCall < 0;
    const ordinaryMs = conversation.agreement.timeoutMs ?? this.context.limits.shortestIntervalMs;
    const silentMs = conversation.isSilenced ? conversation.silenceMs : ordinaryMs;
    const shortestMs = isFirst ? BESIDE_MS : silentMs;
    const waitedMs = this.context.call.now - conversation.waitsSince;
    if (waitedMs < shortestMs && conversation.longerMs === 0 && !this.isClockBehind()) {
      violated(`${describeMessage(message)} was repeated after ${waitedMs} ms; the shortest wait is ${shortestMs} ms`);
    }
    if (isFirst) {
      return;
    }
    conversation.repeats++;
    const isData = opcodeOf(message) === OPCODE_DATA;
    if (isData && !conversation.isAnswered && ++conversation.unansweredRepeats > MAX_UNANSWERED_REPEATS) {
      violated(`${describeMessage(message)} was repeated more than twice to a peer that never answered`);
    }
  }

  /** Whether there is a reason to abort a transfer. */
  private mayFail(conversation: Conversation): boolean {
    const { call, storage, limits } = this.context;
    return (
      call.cause.kind === "stop" ||
      storage.lastRefusal !== 0 ||
      call.cause.meaning === "too large" ||
      (conversation.isUpload && conversation.receivedBytes > limits.maxSizeBytes)
    );
  }
}
