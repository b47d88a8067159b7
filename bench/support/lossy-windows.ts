/** Downloads in windows (RFC 7440) over a link that loses datagrams. atftpd is the only other server with windows. */
import { FaultyLink } from "../../test/support/faulty-link.js";
import { runLoad } from "./load.js";
import { seedsThatKeepTheRequest } from "./lossy-downloads.js";
import { ATFTPD, ENGINE, startPeers } from "./peers.js";
import { reportProgress, table } from "./report.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, stop } from "./servers.js";

const FILE_BYTES = 128 * 1024;
const ROUND_TRIPS_MS = [2, 20];
const LOSSES = [0, 0.01, 0.02, 0.05];
const WINDOWS = [4, 16, 64];
const SEEDS = 4;
const CLIENT_REPEAT_MS = 5000;
const MAX_SECONDS = 60;
const NO_FAULTS = { duplication: 0, reordering: 0, reorderingMs: 0 };

interface Case {
  readonly server: string;
  readonly window: number;
  readonly roundTripMs: number;
  readonly loss: number;
}

export interface LossyWindowFigures {
  readonly fileBytes: number;
  readonly seeds: number;
  readonly maxSeconds: number;
  /** Mean over the seeds; a download that did not end counts as `maxSeconds`. */
  readonly times: readonly (Case & { readonly seconds: number })[];
}

export async function measureLossyWindows(files: ServedFiles): Promise<LossyWindowFigures> {
  const servers = await startPeers(files, [ENGINE, ATFTPD]);
  const times: (Case & { seconds: number })[] = [];
  try {
    for (const window of WINDOWS) {
      reportProgress(`lossy link: windows of ${window}`);
      for (const server of servers) {
        const cases = ROUND_TRIPS_MS.flatMap((roundTripMs) =>
          LOSSES.map((loss) => timesOf(files, server, { server: server.name, window, roundTripMs, loss })),
        );
        times.push(...(await Promise.all(cases)));
      }
    }
  } finally {
    await Promise.all(servers.map(stop));
  }
  return { fileBytes: FILE_BYTES, seeds: SEEDS, maxSeconds: MAX_SECONDS, times };
}

/** All seeds at the same time: the downloads mostly wait. */
async function timesOf(files: ServedFiles, server: BenchServer, one: Case): Promise<Case & { seconds: number }> {
  const seeds = seedsThatKeepTheRequest().slice(0, SEEDS);
  const seconds = await Promise.all(seeds.map((seed) => timeOf(files, server, one, seed)));
  return { ...one, seconds: seconds.reduce((sum, time) => sum + time, 0) / seconds.length };
}

async function timeOf(
  files: ServedFiles,
  server: BenchServer,
  { window, roundTripMs, loss }: Case,
  seed: number,
): Promise<number> {
  const link = await FaultyLink.open(server.port, { ...NO_FAULTS, loss, delayMs: roundTripMs / 2 }, seed);
  const name = files.nameOf(FILE_BYTES);
  const load = { port: link.port, name, content: files.pathOf(name), window, seconds: MAX_SECONDS, once: true };
  try {
    const result = await runLoad({ ...load, repeatMs: CLIENT_REPEAT_MS });
    return result.files === 1 ? result.seconds : MAX_SECONDS;
  } finally {
    link.close();
  }
}

export function lossyWindowTable({ times }: LossyWindowFigures): string {
  const servers = [...new Set(times.map(({ server }) => server))];
  const columns = servers.flatMap((server) => WINDOWS.map((window) => ({ server, window })));
  const rows = ROUND_TRIPS_MS.flatMap((roundTripMs) =>
    LOSSES.map((loss) => [
      `${roundTripMs} ms, ${100 * loss} % lost in each direction`,
      ...columns.map(({ server, window }) => {
        const found = times.find(
          (one) =>
            one.server === server && one.window === window && one.roundTripMs === roundTripMs && one.loss === loss,
        );
        return `${found?.seconds.toFixed(2)} s`;
      }),
    ]),
  );
  return table(["", ...columns.map(({ server, window }) => `${server}, window of ${window}`)], rows);
}
