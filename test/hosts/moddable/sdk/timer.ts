/**
 * The SDK's `timer`, on the same clock. As in the SDK, a timer without an interval to repeat is destroyed when it has fired,
 * and an exception that leaves a callback ends the machine: here it leaves `advance` and fails the test.
 */
import { passTime } from "./time.js";

type Callback = (timer: Timer) => void;

interface Timer {
  callback: Callback;
  /** In milliseconds from now; undefined while the timer is not scheduled. */
  leftMs: number | undefined;
  repeatMs: number;
}

const timers = new Set<Timer>();

/** Number of scheduled timers. */
export function scheduledTimers(): number {
  return [...timers].filter((timer) => timer.leftMs !== undefined).length;
}

export function forgetTimers(): void {
  timers.clear();
}

/** Lets time pass, and fires due timers one by one, in the order of time. */
export function advance(milliseconds: number): void {
  let left = milliseconds;
  for (;;) {
    const next = nextTimer();
    const step = Math.min(left, next?.leftMs ?? left);
    passTime(step);
    for (const timer of timers) {
      if (timer.leftMs !== undefined) {
        timer.leftMs -= step;
      }
    }
    left -= step;
    if (next === undefined || next.leftMs !== 0) {
      return;
    }
    fire(next);
  }
}

function nextTimer(): Timer | undefined {
  const waiting = [...timers].filter((timer) => timer.leftMs !== undefined);
  return waiting.sort((one, other) => (one.leftMs as number) - (other.leftMs as number))[0];
}

function fire(timer: Timer): void {
  timer.leftMs = timer.repeatMs === 0 ? undefined : timer.repeatMs;
  const repeats = timer.repeatMs !== 0;
  timer.callback(timer);
  if (!repeats && timer.leftMs === undefined) {
    timers.delete(timer);
  }
}

function checked(timer: Timer): Timer {
  if (!timers.has(timer)) {
    throw new Error("this timer is gone");
  }
  return timer;
}

const SDKTimer = {
  set(callback: Callback, intervalMs = 0, repeatMs = 0): Timer {
    const timer = { callback, leftMs: intervalMs, repeatMs };
    timers.add(timer);
    return timer;
  },
  repeat(callback: Callback, intervalMs: number): Timer {
    return SDKTimer.set(callback, intervalMs, intervalMs);
  },
  schedule(timer: Timer, intervalMs?: number, repeatMs = 0): void {
    checked(timer).leftMs = intervalMs;
    timer.repeatMs = intervalMs === undefined ? -1 : repeatMs;
  },
  clear(timer: Timer): void {
    timers.delete(timer);
  },
};

export default SDKTimer;
