/** The engine's time under Node: whole milliseconds since the process started, never going back. */
export function now(): number {
  return Math.floor(performance.now());
}

/** The longest time that a timer of Node takes: one that is to wait longer does not wait at all. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
