/** The engine's time under Node: whole milliseconds since the process started, never going back. */
export function now(): number {
  return Math.floor(performance.now());
}
