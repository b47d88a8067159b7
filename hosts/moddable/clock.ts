/** The engine's time on a board: milliseconds that never go back. */
import Time from "time";

export class Clock {
  private ticks = Time.ticks;
  private elapsedMs = 0;

  /** The board's own count has 32 bits and wraps after 49 days; the difference of two counts is right across that. */
  now(): number {
    const ticks = Time.ticks;
    this.elapsedMs += (ticks - this.ticks) | 0;
    this.ticks = ticks;
    return this.elapsedMs;
  }
}
