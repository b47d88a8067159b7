/**
 * Throughput of downloads against loss and round trip, in virtual time. A change of the retransmission shows as a diff of the
 * golden file.
 */
import { MemoryStorage, SeededRandom, Simulation } from "lockstep-tftp/simulated";

const SEED = 1;
const FILE_BYTES = 1024 * 1024;
const BLOCK_BYTES = 512;
const LOSS_PERCENT = [0, 1, 2, 5, 10, 20] as const;
const ROUND_TRIP_MS = [0.2, 2, 5, 20, 100] as const;
const WINDOW_SIZES = [1, 4, 16] as const;

interface Measurement {
  readonly durationMs: number;
  readonly lost: number;
  readonly repeated: number;
}

/** The client repeats nothing for five seconds, so that the figures show the server's retransmission. */
const CLIENT_RETRY_MS = 5000;

/** Downloads the file once. */
export function measureDownload(lossPercent: number, roundTripMs: number, windowSize: number): Measurement {
  const storage = new MemoryStorage();
  storage.set("file", new SeededRandom(SEED).bytes(FILE_BYTES));
  const network = { delayMs: roundTripMs / 2, lossPercent };
  const simulation = new Simulation({ seed: SEED, storage, network, maxLogEntries: 1 });
  const client = simulation.get({
    address: "192.168.4.2",
    port: 2000,
    name: "file",
    retryMs: CLIENT_RETRY_MS,
    maxRetries: 1000,
    ...(windowSize > 1 ? { windowSize } : {}),
  });
  simulation.run();
  const { server, network: link } = simulation;
  return { durationMs: client.endedAtMs, lost: link.lost, repeated: server.retransmissions };
}

/** Makes one table for each window size. */
export function throughputTables(): string {
  const parts = WINDOW_SIZES.map((windowSize) => tableOf(windowSize));
  return `# Downloads against loss and round trip

Virtual time, seed ${SEED}, ${FILE_BYTES / 1024} KiB in blocks of ${BLOCK_BYTES} bytes, loss in both directions, a client that
repeats nothing for ${CLIENT_RETRY_MS / 1000} s. In each field: KiB/s; the cost of a lost datagram in milliseconds; repeated blocks in
percent of the file's blocks. \`npm run throughput\` rewrites this file.

${parts.join("\n")}`;
}

function tableOf(windowSize: number): string {
  const heads = ROUND_TRIP_MS.map((roundTripMs) => `${roundTripMs} ms`);
  const lines = [
    `## Window ${windowSize}`,
    "",
    `| loss | ${heads.join(" | ")} |`,
    `|---|${heads.map(() => "---").join("|")}|`,
  ];
  const lossless = ROUND_TRIP_MS.map((roundTripMs) => measureDownload(0, roundTripMs, windowSize).durationMs);
  for (const lossPercent of LOSS_PERCENT) {
    const fields = ROUND_TRIP_MS.map((roundTripMs, index) =>
      fieldOf(measureDownload(lossPercent, roundTripMs, windowSize), lossless[index] as number),
    );
    lines.push(`| ${lossPercent} % | ${fields.join(" | ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

function fieldOf({ durationMs, lost, repeated }: Measurement, losslessMs: number): string {
  const kibPerSecond = FILE_BYTES / 1024 / (durationMs / 1000);
  const costMs = lost === 0 ? "-" : ((durationMs - losslessMs) / lost).toFixed(1);
  const repeatedPercent = (100 * repeated) / (FILE_BYTES / BLOCK_BYTES);
  return `${kibPerSecond.toFixed(1)}; ${costMs}; ${repeatedPercent.toFixed(0)}`;
}
