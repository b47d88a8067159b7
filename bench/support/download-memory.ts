/** What a simultaneous download takes of memory: a thousand of them are begun and left there. */
import { setTimeout as wait } from "node:timers/promises";
import { runLoad } from "./load.js";
import { memoryOf } from "./memory.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, startEngine, startNodeEcho, stop } from "./servers.js";
import { median } from "./statistics.js";

const DOWNLOADS = 1000;
const ROUNDS = 3;
const FILE_BYTES = 2 ** 20;
/** A client stays silent from here on, in the middle of the file. */
const STALL_AFTER_BLOCKS = 20;
/** Until all have come so far. */
const BEGUN_MS = 2000;
const SECONDS = 3;
/** A client that asked twice could get two transfers, and memory would be counted twice. */
const REPEAT_MS = 10_000;

/** In bytes for each download. */
export interface DownloadMemory {
  readonly server: string;
  readonly residentBytes: number;
  readonly heapBytes: number;
}

/** The server, and a bare echo with as many sockets. */
export async function measureMemory(files: ServedFiles): Promise<DownloadMemory[]> {
  const name = files.nameOf(FILE_BYTES);
  const starts = [
    () => startEngine("server", { root: files.folder }),
    () => startNodeEcho("Node echo, a socket each", files.pathOf(name), 1, "socket-each"),
  ];
  const measured: DownloadMemory[] = [];
  for (const start of starts) {
    const rounds: DownloadMemory[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const server = await start();
      try {
        rounds.push(await measureOne(server, name, files.pathOf(name)));
      } finally {
        await stop(server);
      }
    }
    measured.push({
      server: (rounds[0] as DownloadMemory).server,
      residentBytes: median(rounds.map(({ residentBytes }) => residentBytes)),
      heapBytes: median(rounds.map(({ heapBytes }) => heapBytes)),
    });
  }
  return measured;
}

async function measureOne(server: BenchServer, name: string, content: string): Promise<DownloadMemory> {
  const load = { port: server.port, name, content, once: true, repeatMs: REPEAT_MS };
  // What a process keeps for good, it has after the first download.
  await runLoad({ ...load, seconds: SECONDS });
  const before = await memoryOf(server.process);
  const stalled = runLoad({ ...load, clients: DOWNLOADS, stallAfter: STALL_AFTER_BLOCKS, seconds: SECONDS });
  await wait(BEGUN_MS);
  const during = await memoryOf(server.process);
  const { unfinished } = await stalled;
  if (unfinished !== DOWNLOADS) {
    throw new Error(`${server.name}: ${unfinished} downloads instead of ${DOWNLOADS}`);
  }
  return {
    server: server.name,
    residentBytes: (during.residentBytes - before.residentBytes) / DOWNLOADS,
    heapBytes: (during.heapBytes - before.heapBytes) / DOWNLOADS,
  };
}
