/**
 * `npm run bench:peers`: this server side by side with other TFTP servers. Prints tables, and saves them in
 * `bench/results/` together with the figures as JSON.
 */
import { type Comparison, compare, fastestTable, rateTable, repeatTable } from "./support/comparison.js";
import { startSharingEchoes } from "./support/echoes.js";
import { machine } from "./support/machine.js";
import {
  ATFTPD,
  BUSYBOX,
  DNSMASQ,
  DNSMASQ_SINGLE_PORT,
  ENGINE,
  ENGINE_PROCESSES,
  ENGINE_SINGLE_PORT,
  NPM_TFTP,
  startPeers,
  TFTPD_HPA,
} from "./support/peers.js";
import { processorTimeTable, sharedCoresTable } from "./support/processes.js";
import { type Measured, measuredNow, saveReport } from "./support/report.js";
import { A_CORE_EACH, BOTH_FREE, ONE_CORE, type Placement, type Scenario } from "./support/rounds.js";
import { LARGE_WINDOW, LOCK_STEP, simultaneous, smallFiles, UPLOADS, WINDOWED } from "./support/scenarios.js";
import { ServedFiles } from "./support/served-files.js";
import type { BenchServer } from "./support/servers.js";
import { filesInMemory } from "./support/uploads.js";

const ROUNDS = 5;
const SECONDS = 0.25;
/** One process each, and two. */
const ALL = [ENGINE, ENGINE_SINGLE_PORT, TFTPD_HPA, ATFTPD, DNSMASQ, DNSMASQ_SINGLE_PORT, NPM_TFTP, BUSYBOX];
const WITH_WINDOWS = [ENGINE, ATFTPD];
const WITH_UPLOADS = [ENGINE, TFTPD_HPA, ATFTPD];
const ON_TWO_CORES = [ENGINE_PROCESSES, ENGINE, ATFTPD, DNSMASQ];

interface Results extends Measured {
  readonly machine: string;
  readonly comparisons: readonly Comparison[];
  readonly windows: readonly Comparison[];
  readonly uploads: readonly Comparison[];
  readonly processes: readonly Comparison[];
}

const files = new ServedFiles();

async function compareEach(
  names: readonly string[],
  cases: readonly (readonly [Placement, Scenario])[],
  from = files,
): Promise<Comparison[]> {
  return compareAll(cases, () => startPeers(from, names), from);
}

async function compareAll(
  cases: readonly (readonly [Placement, Scenario])[],
  start: (scenario: Scenario) => Promise<BenchServer[]>,
  from = files,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [placement, scenario] of cases) {
    comparisons.push(await compare(placement, scenario, start, { files: from, rounds: ROUNDS, seconds: SECONDS }));
  }
  return comparisons;
}

async function startProcesses(scenario: Scenario): Promise<BenchServer[]> {
  return [...(await startPeers(files, ON_TWO_CORES)), ...(await startSharingEchoes(scenario, files))];
}

function onOneCore(scenarios: readonly Scenario[]): (readonly [Placement, Scenario])[] {
  return scenarios.map((scenario) => [ONE_CORE, scenario]);
}

function report({ date, commit, machine, comparisons, windows, uploads, processes }: Results): string {
  return `# TFTP servers side by side, ${date}

Commit ${commit}. ${machine}.

Over loopback. The load generator is in C and compares every byte. The servers took turns: ${ROUNDS} rounds of ${SECONDS} s, or of 1 s
with many simultaneous downloads. Each had been under load for a second, or for six with files of 200 bytes and uploads of 64 KiB.
Ratios are taken within a round. All figures are medians. Each server logs as little as its options allow.

## Blocks of 512 bytes, or small files, per second

${rateTable(comparisons)}

## Against the fastest other server, a port per transfer

${fastestTable(comparisons, ENGINE, [TFTPD_HPA, ATFTPD, DNSMASQ, NPM_TFTP, BUSYBOX])}

## Against dnsmasq, one port for all transfers

${fastestTable(comparisons, ENGINE_SINGLE_PORT, [DNSMASQ_SINGLE_PORT])}

## Messages that clients sent again

${repeatTable(comparisons.filter(({ scenario }) => scenario.clients >= 64))}

## Windows

Blocks per second.

${rateTable(windows)}

## Uploads

Blocks per second, into a folder in memory, so that no disk is the limit.

${rateTable(uploads)}

## Two cores

Blocks per second. Server and load generator share the cores, so a second process has less than a core.

${rateTable(processes)}

${sharedCoresTable(processes)}

Blocks per second of processor time, of all processes of a server together, and of the load generator that loads two. From
these follow two ratios of two processes to one: the greatest that is possible while the load generator takes its share of
the cores, and that with the clients on other machines, if their requests divide evenly. The second one leaves out what a
network card costs, and what two full cores cost each other.

${processorTimeTable(processes)}
`;
}

const measured = measuredNow();
const oneCore = onOneCore([
  LOCK_STEP,
  ...[64, 256, 1000].map(simultaneous),
  ...[1, 16, 64].map((clients) => smallFiles(clients)),
]);
await files.settled(oneCore.map(([, { fileBytes }]) => fileBytes));
const results: Results = {
  ...measured,
  machine: machine(),
  comparisons: await compareEach(ALL, [[A_CORE_EACH, LOCK_STEP], ...oneCore]),
  windows: await compareEach(
    WITH_WINDOWS,
    [WINDOWED, LARGE_WINDOW].flatMap(
      (scenario) =>
        [
          [ONE_CORE, scenario],
          [BOTH_FREE, scenario],
        ] as const,
    ),
  ),
  uploads: await compareEach(WITH_UPLOADS, onOneCore(UPLOADS), filesInMemory()),
  processes: await compareAll(
    [64, 256].map((count) => [BOTH_FREE, simultaneous(count)] as const),
    startProcesses,
  ),
};
saveReport("peers", results, report(results));
