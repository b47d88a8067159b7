import type { Mock, MockTracker } from "node:test";

/** Sets the clock of the Node host (`hosts/node/clock.ts`) to what `timeMs` returns whenever it is read. */
export function setHostClock(mock: MockTracker, timeMs: () => number): Mock<() => number> {
  return mock.method(process, "uptime", () => timeMs() / 1000);
}
