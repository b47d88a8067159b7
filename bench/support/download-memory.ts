/** Memory per simultaneous download: many downloads are started and left stalled. */
import { setTimeout as wait } from "node:timers/promises";
import { runLoad } from "./load.js";
import { type Memory, memoryOf } from "./memory.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, startEngine, startNodeEcho, stop } from "./servers.js";
import { median } from "./statistics.js";

const DOWNLOADS = 1000;
/** Each needs its own process of the load generator. */
const DOWNLOADS_OF_DIFFERENT_FILES = 100;
const ROUNDS = 3;
const FILE_BYTES = 2 ** 20;
/** A client stalls after this many blocks, in the middle of the file. */
const STALL_AFTER_BLOCKS = 20;
/** Time for all clients to reach that block. */
const STALLED_MS = 2000;
const SECONDS = 3;
/** A client that repeated its request could get two transfers, and would count twice. */
const REPEAT_MS = 10_000;

/** Bytes per download. */
export interface DownloadMemory {
  readonly server: string;
  readonly residentBytes: number;
  readonly heapBytes: number;
}

/** Downloads that are started together; `clients` fetch each of the files. */
interface Downloads {
  readonly files: readonly string[];
  readonly clients: number;
}

/** Measures the server, with one file and with many, and a bare echo with the same number of sockets. */
export async function measureMemory(files: ServedFiles): Promise<DownloadMemory[]> {
  const name = files.nameOf(FILE_BYTES);
  const numbers = Array.from({ length: DOWNLOADS_OF_DIFFERENT_FILES }, (_, number) => number);
  const many = { files: [name], clients: DOWNLOADS };
  const fewer = { files: [name], clients: numbers.length };
  const ofDifferentFiles = { files: numbers.map((number) => files.nameOf(FILE_BYTES, number)), clients: 1 };
  const startServer = () => startEngine("server", { root: files.folder });
  const startEcho = () => startNodeEcho("Node echo, a socket each", files.pathOf(name), 1, "socket-each");
  return [
    await measureDownloads(`server, ${DOWNLOADS} of one file`, startServer, many, files),
    await measureDownloads(`Node echo, a socket each, ${DOWNLOADS}`, startEcho, many, files),
    await measureDownloads(`server, ${numbers.length} of different files`, startServer, ofDifferentFiles, files),
    await measureDownloads(`Node echo, a socket each, ${numbers.length}`, startEcho, fewer, files),
  ];
}

async function measureDownloads(
  name: string,
  start: () => Promise<BenchServer>,
  downloads: Downloads,
  files: ServedFiles,
): Promise<DownloadMemory> {
  const rounds: Memory[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const server = await start();
    try {
      rounds.push(await measureOne(server, downloads, files));
    } finally {
      await stop(server);
    }
  }
  return {
    server: name,
    residentBytes: median(rounds.map(({ residentBytes }) => residentBytes)),
    heapBytes: median(rounds.map(({ heapBytes }) => heapBytes)),
  };
}

async function measureOne(
  server: BenchServer,
  { files: names, clients }: Downloads,
  files: ServedFiles,
): Promise<Memory> {
  const loadOf = (name: string) => ({
    port: server.port,
    name,
    content: files.pathOf(name),
    once: true,
    repeatMs: REPEAT_MS,
    seconds: SECONDS,
  });
  // The first download allocates what a process keeps for good.
  await runLoad(loadOf(names[0] as string));
  const before = await memoryOf(server.process);
  const stalled = Promise.all(
    names.map((name) => runLoad({ ...loadOf(name), clients, stallAfter: STALL_AFTER_BLOCKS })),
  );
  await wait(STALLED_MS);
  const during = await memoryOf(server.process);
  const count = names.length * clients;
  const unfinished = (await stalled).reduce((sum, load) => sum + load.unfinished, 0);
  if (unfinished !== count) {
    throw new Error(`${server.name}: ${unfinished} stalled downloads instead of ${count}`);
  }
  return {
    residentBytes: (during.residentBytes - before.residentBytes) / count,
    heapBytes: (during.heapBytes - before.heapBytes) / count,
  };
}
