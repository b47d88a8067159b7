/**
 * Slots and time: nothing is lost, nothing outlives its limit, and the engine asks to be polled before anything is due.
 */
import type { CheckContext } from "./check-context.js";
import type { Conversation } from "./conversation.js";
import { violated } from "./violation.js";

/** A client that negotiated a long interval is given up after this many of them: one that sends has a silence as well. */
const FIXED_INTERVALS = 3;
const FIXED_INTERVALS_OF_UPLOAD = 5;
/** A silence is at most this much longer than it must be. */
const SILENCE_MARGIN_MS = 1000;

export class DeadlineCheck {
  /** The clock went back, and no `poll` has noticed: waits may be longer, once. */
  isClockBehind = false;
  /** The jump, but never more than the time after which a transfer is given up. */
  private longerMs = 0;

  constructor(private readonly context: CheckContext) {}

  /** The host's clock goes back: waits may become longer, once. */
  setClockBack(byMs: number): void {
    this.isClockBehind = true;
    this.longerMs = Math.min(this.longerMs + byMs, this.context.limits.giveUpMs);
  }

  /** Checks the engine's state after a call. */
  check(): void {
    const isPoll = this.context.call.cause.kind === "poll";
    if (isPoll && this.isClockBehind) {
      this.startWaitsAgain();
    }
    this.checkPool();
    if (!this.isClockBehind) {
      for (const conversation of this.context.conversations.all) {
        this.checkDeadline(conversation, isPoll);
      }
    }
  }

  /** The first `poll` after the clock went back sees every deadline too far away, and moves it. */
  private startWaitsAgain(): void {
    const { conversations, call } = this.context;
    for (const conversation of conversations.all) {
      conversation.progressAt = call.now;
      conversation.waitsSince = call.now;
      conversation.longerMs = this.longerMs;
    }
    this.isClockBehind = false;
    this.longerMs = 0;
  }

  private checkPool(): void {
    const { engine, limits, conversations, storage } = this.context;
    const { free, used, running } = engine;
    if (free < 0 || used < 0 || free + used !== limits.maxTransfers) {
      violated(`${free} slots are free and ${used} are used, of ${limits.maxTransfers}`);
    }
    let expected = 0;
    for (const conversation of conversations.all) {
      expected += conversation.isLingering ? 0 : 1;
    }
    if (running !== expected) {
      violated(`The engine reports ${running} running transfers; there are ${expected}`);
    }
    if (storage.openCount !== running) {
      violated(`${storage.openCount} files are open for ${running} transfers`);
    }
  }

  private checkDeadline(conversation: Conversation, isPoll: boolean): void {
    const { limits, engine, conversations, call } = this.context;
    const endsAt = conversation.progressAt + conversation.longerMs + this.limitOf(conversation);
    const isOver = isPoll && endsAt <= call.now;
    if (conversation.isLingering && limits.singlePort) {
      // No port is closed that would show when the slot comes free.
      if (isOver) {
        conversations.forget(conversation);
      }
      return;
    }
    if (isOver) {
      violated(`A transfer is still there ${call.now - conversation.progressAt} ms after its last progress`);
    }
    if (engine.nextAt > this.dueAt(conversation, endsAt)) {
      violated(`The engine wants to be called at ${engine.nextAt}, and something is due before`);
    }
  }

  private limitOf(conversation: Conversation): number {
    const { lingerMs, giveUpMs } = this.context.limits;
    const shortestMs = conversation.isLingering ? lingerMs : giveUpMs;
    const intervals = conversation.isUpload && !conversation.isLingering ? FIXED_INTERVALS_OF_UPLOAD : FIXED_INTERVALS;
    return Math.max(shortestMs, intervals * (conversation.agreement.timeoutMs ?? 0));
  }

  /** The latest time at which a transfer needs the engine. A negotiated interval is kept exactly. */
  private dueAt(conversation: Conversation, endsAt: number): number {
    const { timeoutMs } = conversation.agreement;
    const isUnansweredData = !conversation.isAnswered && !conversation.isOffered && !conversation.isUpload;
    const isSilent = conversation.isLingering || conversation.isCommitting || isUnansweredData;
    if (timeoutMs === undefined || isSilent) {
      return endsAt;
    }
    // A `poll` that comes late leaves time for two repeats, and makes one.
    const isLate = conversation.longerMs > 0 || conversation.waitsSince - conversation.progressAt >= 2 * timeoutMs;
    const waitMs =
      conversation.isSilenced || (conversation.isUpload && isLate)
        ? conversation.silenceMs + SILENCE_MARGIN_MS
        : timeoutMs;
    return Math.min(endsAt, conversation.waitsSince + conversation.longerMs + waitMs);
  }
}
