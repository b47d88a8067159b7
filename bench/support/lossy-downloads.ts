/** Downloads from several servers over a link that loses datagrams. */
import { SeededRandom } from "lockstep-tftp/simulated";
import { FaultyLink } from "../../test/support/faulty-link.js";
import { runLoad } from "./load.js";
import {
  ATFTPD,
  DNSMASQ,
  DNSMASQ_SINGLE_PORT,
  ENGINE,
  ENGINE_SINGLE_PORT,
  NPM_TFTP,
  startPeers,
  TFTPD_HPA,
} from "./peers.js";
import { reportProgress, table } from "./report.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, stop } from "./servers.js";

const SERVERS = [ENGINE, ENGINE_SINGLE_PORT, TFTPD_HPA, ATFTPD, DNSMASQ, DNSMASQ_SINGLE_PORT, NPM_TFTP];
const FILE_BYTES = 32 * 1024;
const ROUND_TRIPS_MS = [2, 20];
const LOSSES = [0.01, 0.02, 0.05];
const SEEDS = 8;
const CLIENT_REPEAT_MS = 5000;
const MAX_SECONDS = 60;
/** Downloads that run at the same time. They mostly wait, so they do not slow each other. */
const SIMULTANEOUS = 64;

const NO_FAULTS = { loss: 0, duplication: 0, reordering: 0, reorderingMs: 0 };

interface Download {
  readonly server: BenchServer;
  readonly roundTripMs: number;
  readonly loss: number;
  readonly seed: number;
}

/** Time that loss adds to a download from one server. */
export interface AddedTime {
  readonly server: string;
  readonly roundTripMs: number;
  readonly loss: number;
  readonly addedSeconds: number;
  /** Downloads that did not end in time. */
  readonly cutOff: number;
}

export interface LossFigures {
  readonly fileBytes: number;
  readonly clientRepeatMs: number;
  readonly maxSeconds: number;
  readonly seeds: number;
  readonly added: readonly AddedTime[];
}

export async function measureLoss(files: ServedFiles): Promise<LossFigures> {
  const servers = await startPeers(files, SERVERS);
  try {
    return {
      fileBytes: FILE_BYTES,
      clientRepeatMs: CLIENT_REPEAT_MS,
      maxSeconds: MAX_SECONDS,
      seeds: SEEDS,
      added: await addedTimes(files, servers),
    };
  } finally {
    await Promise.all(servers.map(stop));
  }
}

async function addedTimes(files: ServedFiles, servers: readonly BenchServer[]): Promise<AddedTime[]> {
  const cases = servers.flatMap((server) =>
    ROUND_TRIPS_MS.flatMap((roundTripMs) => [0, ...LOSSES].map((loss) => ({ server, roundTripMs, loss }))),
  );
  const seeds = seedsThatKeepTheRequest();
  const downloads = cases.flatMap((one) => seeds.map((seed) => ({ ...one, seed })));
  const seconds = await timesOf(files, downloads);
  const meanOf = (server: string, roundTripMs: number, loss: number): number => {
    const times = downloads.flatMap((one, index) =>
      one.server.name === server && one.roundTripMs === roundTripMs && one.loss === loss ? [seconds[index] ?? 0] : [],
    );
    return times.reduce((sum, time) => sum + time, 0) / times.length;
  };
  return cases
    .filter(({ loss }) => loss > 0)
    .map(({ server: { name }, roundTripMs, loss }) => ({
      server: name,
      roundTripMs,
      loss,
      addedSeconds: meanOf(name, roundTripMs, loss) - meanOf(name, roundTripMs, 0),
      cutOff: downloads.filter(
        (one, index) =>
          one.server.name === name &&
          one.roundTripMs === roundTripMs &&
          one.loss === loss &&
          (seconds[index] ?? 0) >= MAX_SECONDS,
      ).length,
    }));
}

/** Seeds that let the request pass: only the client could repeat a lost one, which says nothing about the server. */
export function seedsThatKeepTheRequest(): number[] {
  const seeds: number[] = [];
  for (let seed = 1; seeds.length < SEEDS; seed++) {
    if (!new SeededRandom(seed).chance(100 * Math.max(...LOSSES))) {
      seeds.push(seed);
    }
  }
  return seeds;
}

/** Seconds that each download took, some of them at the same time. */
async function timesOf(files: ServedFiles, downloads: readonly Download[]): Promise<number[]> {
  const seconds: number[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < downloads.length) {
      const index = next++;
      seconds[index] = await timeOf(files, downloads[index] as Download);
      if (next % 50 === 0) {
        reportProgress(`lossy link: ${next} of ${downloads.length} downloads`);
      }
    }
  };
  await Promise.all(Array.from({ length: SIMULTANEOUS }, work));
  return seconds;
}

async function timeOf(files: ServedFiles, { server, roundTripMs, loss, seed }: Download): Promise<number> {
  const link = await FaultyLink.open(server.port, { ...NO_FAULTS, loss, delayMs: roundTripMs / 2 }, seed);
  const name = files.nameOf(FILE_BYTES);
  try {
    const result = await runLoad({
      port: link.port,
      name,
      content: files.pathOf(name),
      seconds: MAX_SECONDS,
      once: true,
      repeatMs: CLIENT_REPEAT_MS,
    });
    return result.files === 1 ? result.seconds : MAX_SECONDS;
  } finally {
    link.close();
  }
}

export function lossTable({ added }: LossFigures): string {
  const servers = [...new Set(added.map(({ server }) => server))];
  const rows = ROUND_TRIPS_MS.flatMap((roundTripMs) =>
    LOSSES.map((loss) => {
      const figures = servers.map(
        (server) =>
          added.find(
            (one) => one.server === server && one.roundTripMs === roundTripMs && one.loss === loss,
          ) as AddedTime,
      );
      const cells = figures.map(({ addedSeconds, cutOff }) => {
        const text = `${addedSeconds.toFixed(2)} s`;
        return cutOff === 0 ? text : `${text}, ${cutOff} cut off`;
      });
      return [`${roundTripMs} ms, ${100 * loss} % lost in each direction`, ...cells];
    }),
  );
  return table(["", ...servers], rows);
}
