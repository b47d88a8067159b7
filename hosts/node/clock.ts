/** Time under Node, and the timer of a loop. */
import type { LoopTimer } from "../common/loop.js";
import { receivedDatagrams } from "./udp/socket.js";

/** Longest time that a timer of Node accepts; with a longer one it fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
/**
 * Turns of the event loop that read sockets before the loop is woken. Node takes at most 32 datagrams from a socket in one
 * turn; under a flood timers must have their turn.
 */
const MAX_READING_TURNS = 8;

/**
 * Milliseconds since the process started, never going back. The first use of `performance` would load nine of Node's modules,
 * which makes a start 1 ms longer.
 */
export function exactNow(): number {
  return process.uptime() * 1000;
}

/** The same in whole milliseconds. */
export function now(): number {
  return Math.floor(exactNow());
}

/**
 * Wakes a loop when its engine has something due, and what waits in the sockets has been read: after a pause of the process
 * the answers of peers are there, but Node runs timers before it reads sockets.
 */
export class WakeTimer implements LoopTimer {
  private timer: NodeJS.Timeout | undefined;
  /** Set while the sockets are read. */
  private immediate: NodeJS.Immediate | undefined;
  private readingTurns = 0;
  private receivedBefore = 0;
  private keepsProcess = true;

  constructor(private readonly wake: () => void) {}

  now(): number {
    return now();
  }

  set(at: number): void {
    this.clear();
    this.timer = setTimeout(this.readFirst, Math.max(1, at - now()));
    if (!this.keepsProcess) {
      this.timer.unref();
    }
  }

  clear(): void {
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
  }

  /** Lets the process end although something is due. */
  unref(): void {
    this.keepsProcess = false;
    this.timer?.unref();
  }

  private readonly readFirst = (): void => {
    this.readingTurns = 0;
    this.readOnce();
  };

  /** Node reads sockets after timers and before immediates. */
  private readOnce(): void {
    this.receivedBefore = receivedDatagrams();
    this.immediate = setImmediate(this.wakeIfRead);
  }

  private readonly wakeIfRead = (): void => {
    if (receivedDatagrams() === this.receivedBefore || ++this.readingTurns === MAX_READING_TURNS) {
      this.wake();
    } else {
      this.readOnce();
    }
  };
}
