/** Resources of this process: open files, and memory that cannot be collected. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Idle ports are closed after two seconds, and unanswered transfers when they are given up. */
const PATIENCE_MS = 120_000;

/** The folder where the system lists them. */
const OPEN_FILES = process.platform === "linux" ? "/proc/self/fd" : "/dev/fd";

export function openFiles(): number {
  return readdirSync(OPEN_FILES).length;
}

/** Waits until no more files are open than before. Fails if that takes too long. */
export async function untilFilesAreClosed(openBefore: number): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end && openFiles() > openBefore; ) {
    await wait(100);
  }
  // Fewer are no leak: a descriptor of the test itself may have been closed meanwhile.
  const openAfter = openFiles();
  assert.ok(openAfter <= openBefore, `${openAfter} files are open, ${openBefore} were open before`);
}

/** Returns the bytes in use after garbage collection. */
export async function memoryInUse(): Promise<number> {
  assert.ok(globalThis.gc !== undefined, "run node with --expose-gc, as npm test does");
  // Objects that ended in this turn of the event loop are released in the next, and some need a second collection.
  for (let count = 0; count < 3; count++) {
    await wait(10);
    globalThis.gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
