/** Uploads: compared with the disk left out, since it would be the limit, and the flush at the end of each measured apart. */
import { existsSync } from "node:fs";
import { runLoad } from "./load.js";
import { ServedFiles } from "./served-files.js";
import { startEngine, stop } from "./servers.js";

/** Files here are kept in memory: what is written need not wait for a disk. */
const MEMORY = "/dev/shm";
const FLUSHED_BYTES = 2 ** 16;
const SECONDS = 1;

/** A folder for uploads that no disk slows. */
export function filesInMemory(): ServedFiles {
  return new ServedFiles(existsSync(MEMORY) ? MEMORY : undefined);
}

/** Milliseconds that an upload of 64 KiB takes in each kind of folder, in windows of 16. */
export interface FlushTimes {
  readonly memoryMs: number;
  /** The folder for temporary files, with its disk. */
  readonly diskMs: number;
}

export async function measureFlush(): Promise<FlushTimes> {
  return { memoryMs: await uploadMs(filesInMemory()), diskMs: await uploadMs(new ServedFiles()) };
}

async function uploadMs(files: ServedFiles): Promise<number> {
  const name = files.nameOf(FLUSHED_BYTES);
  const server = await startEngine("uploads", { root: files.folder, write: "overwrite" });
  try {
    const load = { port: server.port, name, content: files.pathOf(name), window: 16, upload: true };
    const { seconds, files: count } = await runLoad({ ...load, seconds: SECONDS });
    return (1000 * seconds) / count;
  } finally {
    await stop(server);
  }
}
