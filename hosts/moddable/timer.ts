/** The clock of a board, and a timer on it. At rest no timer fires. */
import Time from "time";
import Timer from "timer";
import type { Loop, LoopEngine, LoopTimer } from "../common/loop.js";

/** A timer of the SDK without an interval to repeat is destroyed when it has fired; this one is set again. */
const REPEAT_MS = 0x3fffffff;

export class BoardTimer implements LoopTimer {
  private ticks = Time.ticks;
  private elapsedMs = 0;
  private timer: Timer | null = null;
  private isSet = false;

  /** Wakes `loop` from now on. */
  start(loop: Loop<LoopEngine>): void {
    this.timer = Timer.set(() => this.fire(loop), REPEAT_MS, REPEAT_MS);
    Timer.schedule(this.timer);
  }

  /** The board's own count has 32 bits and wraps after 49 days; the difference of two counts is right across that. */
  now(): number {
    const ticks = Time.ticks;
    this.elapsedMs += (ticks - this.ticks) | 0;
    this.ticks = ticks;
    return this.elapsedMs;
  }

  set(at: number): void {
    const delayMs = at - this.now();
    this.isSet = true;
    Timer.schedule(this.timer as Timer, delayMs > 0 ? delayMs : 0, REPEAT_MS);
  }

  clear(): void {
    Timer.clear(this.timer as Timer);
    this.timer = null;
  }

  private fire(loop: Loop<LoopEngine>): void {
    this.isSet = false;
    loop.wake();
    if (!this.isSet && this.timer !== null) {
      Timer.schedule(this.timer);
    }
  }
}
