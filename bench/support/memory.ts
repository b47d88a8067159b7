/** Memory of a server of a benchmark: the benchmark asks, the server's process answers. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface Memory {
  /** Resident set of the process. */
  readonly residentBytes: number;
  /** JavaScript objects and their buffers. */
  readonly heapBytes: number;
}

/** In the server: answers each message with a {@link Memory}, after collecting garbage. */
export function answerMemoryQuestions(): void {
  process.on("message", () => {
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ residentBytes: rss, heapBytes: heapUsed + external } satisfies Memory);
  });
  // End together with the benchmark.
  process.on("disconnect", () => process.exit());
}

/** In the benchmark: asks a server that was started with `fork`. */
export async function memoryOf(server: ChildProcess): Promise<Memory> {
  const answer = once(server, "message");
  server.send("memory");
  return (await answer)[0] as Memory;
}
