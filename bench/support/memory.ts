/** What memory a server of a benchmark takes, asked from outside and answered by the server's own process. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface Memory {
  /** Everything that the process has in RAM, in bytes. */
  readonly residentBytes: number;
  /** Objects, and the buffers that they hold, in bytes. */
  readonly heapBytes: number;
}

/** Called by the server: answers each message with a {@link Memory}, garbage collected. */
export function answerMemoryQuestions(): void {
  process.on("message", () => {
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ residentBytes: rss, heapBytes: heapUsed + external } satisfies Memory);
  });
  // A server ends with whoever started it.
  process.on("disconnect", () => process.exit());
}

/** Asks a server that was started with `fork`. */
export async function memoryOf(server: ChildProcess): Promise<Memory> {
  const answer = once(server, "message");
  server.send("memory");
  return (await answer)[0] as Memory;
}
