/** Gain of a window (RFC 7440) over a long round trip, and cost of a lost block within one. */
import { FaultyLink } from "../../test/support/faulty-link.js";
import { runLoad } from "./load.js";
import { reportProgress, table } from "./report.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, startEngine, stop } from "./servers.js";

const ROUND_TRIP_MS = 20;
const WINDOWS = [1, 2, 4, 8, 16, 32, 64];
const LOSSY_WINDOW = 16;
const FILE_BYTES = 1024 * 1024;
/** In lock-step the size of the file does not matter. */
const LOCK_STEP_BYTES = 128 * 1024;
/** In the middle of the file, and of a window. */
const LOST_DATAGRAM = 200;
/** Smaller differences are chance: the same download varies by some milliseconds. */
const MIN_MEASURED_ROUND_TRIPS = 0.5;
const ROUNDS = 3;
const MAX_SECONDS = 60;

export interface WindowFigures {
  /** Round trip of a lock-step download over the link, in milliseconds. */
  readonly roundTripMs: number;
  readonly throughput: readonly { readonly window: number; readonly kibPerSecond: number }[];
  /** Time that one lost block adds in a window of 16, in milliseconds. */
  readonly lostBlockMs: number;
}

export async function measureWindows(files: ServedFiles): Promise<WindowFigures> {
  const server = await startEngine("server", { root: files.folder });
  /** Seconds by window, round by round. */
  const whole = new Map(WINDOWS.map((window): [number, number[]] => [window, []]));
  const lossy: number[] = [];
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      reportProgress(`windows: round ${round} of ${ROUNDS}`);
      // At the same time, since they mostly wait.
      await Promise.all([
        ...[...whole].map(async ([window, seconds]) => seconds.push(await timeOf(server, files, window, []))),
        timeOf(server, files, LOSSY_WINDOW, [LOST_DATAGRAM]).then((seconds) => lossy.push(seconds)),
      ]);
    }
  } finally {
    await stop(server);
  }
  // Other load on the machine only slows a download, so the fastest round counts.
  const fastest = (window: number): number => Math.min(...(whole.get(window) ?? []));
  return {
    roundTripMs: (fastest(1) * 1000) / (LOCK_STEP_BYTES / 512 + 1),
    throughput: WINDOWS.map((window) => ({ window, kibPerSecond: fileBytes(window) / 1024 / fastest(window) })),
    lostBlockMs: (Math.min(...lossy) - fastest(LOSSY_WINDOW)) * 1000,
  };
}

function fileBytes(window: number): number {
  return window === 1 ? LOCK_STEP_BYTES : FILE_BYTES;
}

async function timeOf(
  server: BenchServer,
  files: ServedFiles,
  window: number,
  lost: readonly number[],
): Promise<number> {
  const name = files.nameOf(fileBytes(window));
  const faults = { loss: 0, duplication: 0, reordering: 0, reorderingMs: 0, delayMs: ROUND_TRIP_MS / 2, lost };
  const link = await FaultyLink.open(server.port, faults, 1);
  try {
    const load = { port: link.port, name, content: files.pathOf(name), seconds: MAX_SECONDS, once: true, window };
    return (await runLoad(load)).seconds;
  } finally {
    link.close();
  }
}

export function windowTable({ roundTripMs, throughput, lostBlockMs }: WindowFigures): string {
  const lockStep = throughput[0]?.kibPerSecond ?? Number.NaN;
  const rows = throughput.map(({ window, kibPerSecond }) => [
    `window of ${window}`,
    Math.round(kibPerSecond),
    (kibPerSecond / lockStep).toFixed(1),
  ]);
  return `The link's round trip is ${roundTripMs.toFixed(1)} ms. In a window of ${LOSSY_WINDOW} a lost block adds ${roundTripsText(lostBlockMs / roundTripMs)}.

${table(["", "KiB/s", "times lock-step"], rows)}`;
}

/** A lost block may cost nothing: the client asks for it at once, and the last window may have room for what was sent again. */
function roundTripsText(roundTrips: number): string {
  return roundTrips < MIN_MEASURED_ROUND_TRIPS
    ? `less than ${MIN_MEASURED_ROUND_TRIPS} round trips`
    : `${roundTrips.toFixed(1)} round trips`;
}
