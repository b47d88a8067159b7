/** Waits. `node:timers/promises` would be one more module of Node to load at the start. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
