/** Wake-ups of the main thread of an idle server. */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { runLoad } from "./load.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, startEngine, stop } from "./servers.js";

const FILE_BYTES = 2 ** 18;
const SECONDS = 5;
/** By then the ports of ended transfers are closed, and V8 has collected its garbage. */
const SETTLED_MS = 10_000;

export interface WakeUps {
  readonly seconds: number;
  readonly fresh: number;
  readonly afterDownloads: number;
}

export async function countWakeUps(files: ServedFiles): Promise<WakeUps> {
  const name = files.nameOf(FILE_BYTES);
  const server = await startEngine("server", { root: files.folder });
  try {
    await wait(SETTLED_MS);
    const fresh = await wakeUpsOf(server);
    const load = { port: server.port, name, content: files.pathOf(name) };
    // Complete downloads: a server repeats blocks for a while to clients that went away.
    await runLoad({ ...load, clients: 16, once: true, seconds: 10 });
    await wait(SETTLED_MS);
    return { seconds: SECONDS, fresh, afterDownloads: await wakeUpsOf(server) };
  } finally {
    await stop(server);
  }
}

async function wakeUpsOf(server: BenchServer): Promise<number> {
  const before = sleepsOf(server);
  await wait(SECONDS * 1000);
  return sleepsOf(server) - before;
}

/** Times that the main thread has gone to sleep. */
function sleepsOf({ process: { pid } }: BenchServer): number {
  const status = readFileSync(`/proc/${pid}/task/${pid}/status`, "utf8");
  return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1]);
}
