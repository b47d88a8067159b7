/** Time under Node, and the timer of a loop. */
import type { LoopTimer } from "../common/loop.js";

/** Longest time that a timer of Node accepts; with a longer one it fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
/** A timer is this late only when the process could not run. The answers of peers then wait in the sockets. */
const LATE_MS = 100;

/** Whole milliseconds since the process started, never going back. */
export function now(): number {
  return Math.floor(performance.now());
}

/** Wakes a loop when its engine has something due. */
export class WakeTimer implements LoopTimer {
  private timer: NodeJS.Timeout | undefined;
  private dueAt = 0;
  private keepsProcess = true;

  constructor(private readonly wake: () => void) {}

  now(): number {
    return now();
  }

  set(at: number): void {
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => this.fire(), Math.max(1, at - now()));
    if (!this.keepsProcess) {
      this.timer.unref();
    }
  }

  clear(): void {
    clearTimeout(this.timer);
  }

  /** Lets the process end although something is due. */
  unref(): void {
    this.keepsProcess = false;
    this.timer?.unref();
  }

  private fire(): void {
    if (now() - this.dueAt > LATE_MS) {
      // Sockets are read before immediates run. Transfers whose answers have arrived must not be given up.
      setImmediate(this.wake);
    } else {
      this.wake();
    }
  }
}
