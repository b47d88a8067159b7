/**
 * Calls an engine again when it says so.
 */
import { NEVER } from "../../src/index.js";
import { now } from "./clock.js";

/** So late a timer is only when the process could not run: the answers of peers wait in the sockets then. */
const LATE_MS = 100;

/** What is needed of an engine. */
export interface Polled {
  readonly nextAt: number;
  poll(now: number): void;
}

export class PollTimer {
  private timer: NodeJS.Timeout | undefined;
  private timerAt = NEVER;
  private keepsProcess = true;

  /**
   * @param afterPoll called when the engine has been polled.
   */
  constructor(
    private readonly engine: Polled,
    private readonly afterPoll: () => void,
  ) {}

  /** Sets the timer for what is due next, if it is not set already for that time or an earlier one. */
  set(): void {
    const { nextAt } = this.engine;
    if (nextAt < this.timerAt) {
      clearTimeout(this.timer);
      this.timerAt = nextAt;
      this.timer = setTimeout(() => this.fired(), Math.max(1, nextAt - now()));
      if (!this.keepsProcess) {
        this.timer.unref();
      }
    }
  }

  clear(): void {
    clearTimeout(this.timer);
    this.timerAt = NEVER;
  }

  /** From now on the process may end although something is due. */
  unref(): void {
    this.keepsProcess = false;
    this.timer?.unref();
  }

  private fired(): void {
    if (now() - this.timerAt > LATE_MS) {
      // Sockets are read before immediates run. Transfers whose answers have come must not end as unanswered.
      setImmediate(() => this.poll());
    } else {
      this.poll();
    }
  }

  private poll(): void {
    this.timerAt = NEVER;
    this.engine.poll(now());
    this.set();
    this.afterPoll();
  }
}
