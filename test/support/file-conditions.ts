/** What files and disks can be like, for tests that use them within their own process. */
import type { TestContext } from "node:test";

const LONG_MS = 10_000;

/** From now on the clock shows a time at which files that were made before are long settled. */
export function settle(t: TestContext): void {
  const { now } = Date;
  t.mock.method(Date, "now", () => now() + LONG_MS);
}

/** What a call of the file system does when the disk does not answer. */
export function diskFailure(): never {
  throw Object.assign(new Error("no answer from the disk"), { code: "EIO" });
}
