/** The clock of a board, and a timer on it. At rest no timer fires. */
import Time from "time";
import Timer from "timer";
import type { LoopTimer } from "../common/loop.js";

/** A timer of the SDK without an interval to repeat is destroyed when it has fired; this one is set again. */
const REPEAT_MS = 0x3fffffff;

/** None of this may throw: an exception that leaves a timer's callback ends the machine. */
export interface TimerOwner {
  /** The time has come. */
  fire(): void;
}

interface OwnedTimer extends Timer {
  owner: TimerOwner;
}

/**
 * Sets a timer that knows its owner: the closure that would otherwise lead to it takes seven slots of the heap of XS.
 *
 * @param repeatMs undefined for a timer that fires once, and is destroyed then.
 */
export function ownedTimer(owner: TimerOwner, delayMs: number, repeatMs?: number): Timer {
  const timer = Timer.set(fire, delayMs, repeatMs) as OwnedTimer;
  timer.owner = owner;
  return timer;
}

/** Called with the timer. */
function fire(timer: Timer): void {
  (timer as OwnedTimer).owner.fire();
}

/** The object that a {@link BoardTimer} wakes. */
interface Sleeper {
  wake(): void;
}

export class BoardTimer implements LoopTimer, TimerOwner {
  private sleeper: Sleeper | null = null;
  private ticks = Time.ticks;
  private elapsedMs = 0;
  private timer: Timer | null = null;
  private isSet = false;

  /** Wakes `sleeper` from now on. */
  start(sleeper: Sleeper): void {
    this.sleeper = sleeper;
    this.timer = ownedTimer(this, REPEAT_MS, REPEAT_MS);
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

  fire(): void {
    this.isSet = false;
    this.sleeper?.wake();
    if (!this.isSet && this.timer !== null) {
      Timer.schedule(this.timer);
    }
  }
}
