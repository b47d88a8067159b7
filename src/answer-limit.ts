/**
 * Limits the answers to peers that have not shown that their address is real. Requests can be forged with a victim's source
 * address, and the answers then go to the victim; a limit makes the server useless for such a flood.
 */

const MS_PER_SECOND = 1000;

/** A token bucket that holds the answers of one second, in thousandths so that all numbers stay integers. */
export class AnswerLimit {
  private readonly perSecond: number;
  private tokens: number;
  private filledAt = 0;

  /**
   * @param perSecond answers per second.
   */
  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.tokens = perSecond * MS_PER_SECOND;
  }

  /** Takes a token for one answer. Returns false if none is left. */
  take(now: number): boolean {
    const elapsedMs = now - this.filledAt;
    this.filledAt = now;
    const full = this.perSecond * MS_PER_SECOND;
    if (elapsedMs >= MS_PER_SECOND) {
      this.tokens = full;
    } else if (elapsedMs > 0) {
      const filled = this.tokens + elapsedMs * this.perSecond;
      this.tokens = filled < full ? filled : full;
    }
    if (this.tokens < MS_PER_SECOND) {
      return false;
    }
    this.tokens -= MS_PER_SECOND;
    return true;
  }
}
