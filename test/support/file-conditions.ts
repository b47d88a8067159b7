/** Conditions of files and disks, for tests within one process. */
import type { TestContext } from "node:test";
import { setHostClock } from "./host-clock.js";

const LONG_MS = 10_000;

/** Sets the clock ahead, so that present files count as settled. */
export function settle(t: TestContext): void {
  const { now } = Date;
  t.mock.method(Date, "now", () => now() + LONG_MS);
}

/** Stops the time of this process, so that nothing that is kept for a while expires, however slow the machine is. */
export function standStill(t: TestContext): void {
  const at = performance.now();
  setHostClock(t.mock, () => at);
}

/** Throws as a call of the file system does when the disk does not answer. */
export function diskFailure(): never {
  throw Object.assign(new Error("no answer from the disk"), { code: "EIO" });
}
