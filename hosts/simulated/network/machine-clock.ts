/** The clock of one simulated machine, which may jump, and its processor, which may stand still. */
import type { LoopTimer } from "../../common/loop.js";
import { US_PER_MS, type VirtualClock, VirtualTimer } from "./virtual-clock.js";

export class MachineClock {
  /** How far the machine's clock is ahead of virtual time. */
  private offsetMs = 0;
  private busyUntilUs = 0;

  constructor(private readonly clock: VirtualClock) {}

  /** The machine's time in whole milliseconds. */
  get nowMs(): number {
    return Math.floor(Math.max(this.clock.nowUs, this.busyUntilUs) / US_PER_MS) + this.offsetMs;
  }

  /** Whether the machine stands still. */
  get isBusy(): boolean {
    return this.busyUntilUs > this.clock.nowUs;
  }

  /** Jumps forwards or (negative) backwards. Timers run on as they were set. */
  jump(byMs: number): void {
    this.offsetMs += byMs;
  }

  /** Lets the machine stand still. */
  stall(durationMs: number): void {
    this.busyUntilUs = Math.max(this.busyUntilUs, this.clock.nowUs) + durationMs * US_PER_MS;
  }

  /** Runs `action` as soon as the machine no longer stands still; several in their order. */
  whenFree(action: () => void): void {
    if (this.isBusy) {
      this.clock.at(this.busyUntilUs, () => this.whenFree(action));
    } else {
      action();
    }
  }

  /** A timer on this clock. */
  timer(wake: () => void): LoopTimer {
    const timer = new VirtualTimer(this.clock, () => this.whenFree(wake));
    return {
      now: () => this.nowMs,
      set: (at) => timer.set((at - this.offsetMs) * US_PER_MS),
      clear: () => timer.clear(),
    };
  }
}
