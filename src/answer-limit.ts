/**
 * How many answers may go to peers that have not shown that their address is real. Anybody can write a request in
 * somebody else's name, and the answer then goes there; a limit makes the server useless for a flood of that kind.
 */

const MS_PER_SECOND = 1000;

/** A token bucket that holds the answers of one second, in thousandths so that all numbers stay whole. */
export class AnswerLimit {
  private readonly perSecond: number;
  private readonly fullTokens: number;
  private tokens: number;
  private filledAt = 0;

  /**
   * @param perSecond answers in a second, or 0 for no limit.
   */
  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.fullTokens = perSecond * MS_PER_SECOND;
    this.tokens = this.fullTokens;
  }

  /** Whether one more answer may be sent now; if so, it is counted. */
  take(now: number): boolean {
    if (this.perSecond === 0) {
      return true;
    }
    const elapsedMs = now - this.filledAt;
    this.filledAt = now;
    if (elapsedMs >= MS_PER_SECOND) {
      this.tokens = this.fullTokens;
    } else if (elapsedMs > 0) {
      const filled = this.tokens + elapsedMs * this.perSecond;
      this.tokens = filled < this.fullTokens ? filled : this.fullTokens;
    }
    if (this.tokens < MS_PER_SECOND) {
      return false;
    }
    this.tokens -= MS_PER_SECOND;
    return true;
  }
}
