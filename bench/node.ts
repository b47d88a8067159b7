/**
 * `npm run bench`: the server on Node against bare echoes, on Node and in C. Prints tables, and saves them in
 * `bench/results/` together with the figures as JSON.
 */
import { type Comparison, compare, processorTable, rateTable, ratioTable } from "./support/comparison.js";
import { type DownloadMemory, measureMemory } from "./support/download-memory.js";
import { machine } from "./support/machine.js";
import { type Measured, measuredNow, reportProgress, saveReport, table } from "./support/report.js";
import { countWakeUps, type WakeUps } from "./support/rest.js";
import { A_CORE_EACH, ONE_CORE, type Scenario } from "./support/rounds.js";
import { LOCK_STEP, simultaneous, smallFiles, WINDOWED } from "./support/scenarios.js";
import { ServedFiles } from "./support/served-files.js";
import { type BenchServer, startCEcho, startEngine, startNodeEcho } from "./support/servers.js";
import { measureStartUp, type StartUp } from "./support/start-up.js";

const ROUNDS = 5;
const SECONDS = 0.5;

const ENGINE = "server";
const SINGLE_PORT = "server, single port";
const NODE_EACH = "Node echo, a socket each";
const NODE_ONE = "Node echo, one socket";
const C_ECHO = "C echo";

const PAIRS = [
  [ENGINE, NODE_ONE],
  [ENGINE, NODE_EACH],
  [SINGLE_PORT, NODE_ONE],
  [C_ECHO, NODE_ONE],
] as const;

interface Results extends Measured {
  readonly machine: string;
  readonly comparisons: readonly Comparison[];
  readonly memory: readonly DownloadMemory[];
  readonly startUp: StartUp;
  readonly wakeUps: WakeUps;
}

const files = new ServedFiles();

function serversFor({ window, fileBytes }: Scenario): Promise<BenchServer[]> {
  const root = files.folder;
  const file = files.pathOf(files.nameOf(fileBytes));
  return Promise.all([
    startEngine(ENGINE, { root }),
    startEngine(SINGLE_PORT, { root, singlePort: true }),
    startNodeEcho(NODE_EACH, file, window, "socket-each"),
    startNodeEcho(NODE_ONE, file, window, "one-socket"),
    startCEcho(C_ECHO, file, window),
  ]);
}

async function compareAll(): Promise<Comparison[]> {
  const effort = { files, rounds: ROUNDS, seconds: SECONDS };
  const bulk = [LOCK_STEP, WINDOWED];
  const many = [...[64, 256, 1000].map(simultaneous), ...[1, 16, 64].map(smallFiles)];
  const comparisons: Comparison[] = [];
  for (const scenario of [...bulk, ...many]) {
    comparisons.push(await compare(ONE_CORE, scenario, serversFor, effort));
  }
  for (const scenario of bulk) {
    comparisons.push(await compare(A_CORE_EACH, scenario, serversFor, effort));
  }
  return comparisons;
}

function report({ date, commit, machine, comparisons, memory, startUp, wakeUps }: Results): string {
  return `# The server on Node, ${date}

Commit ${commit}. ${machine}.

Over loopback. The load generator is in C and compares every byte. A Node echo is the minimum for a server on Node:
\`dgram\`, every packet ready in memory, no transfers, no timers. The servers took turns (${ROUNDS} rounds of ${SECONDS} s, or 3 of 2 s
with many simultaneous downloads); ratios are taken within a round. All figures are medians.

## Blocks, or small files, per second: ratios

${ratioTable(comparisons, PAIRS, "perSecond")}

## Blocks, or small files, per second of processor time: ratios

Processor time of server and load generator together. On one core of an idle machine these ratios equal those above; other
programs on the machine hardly change them.

${ratioTable(
  comparisons.filter(({ placement }) => placement === ONE_CORE),
  PAIRS,
  "perProcessorSecond",
)}

## Blocks of 512 bytes, or small files, per second

${rateTable(comparisons)}

## Processor time of the server per block or small file, in microseconds

${processorTable(comparisons)}

## Memory, start-up, idle

${table(
  ["bytes per simultaneous download", "in RAM", "heap and buffers"],
  memory.map(({ server, residentBytes, heapBytes }) => [server, Math.round(residentBytes), Math.round(heapBytes)]),
)}

${table(
  ["milliseconds until", "", "ratio"],
  [
    ["a bare Node prints a line", startUp.bareMs.toFixed(1), "1"],
    ["the server serves its first file", startUp.serverMs.toFixed(1), startUp.ratio.toFixed(2)],
  ],
)}

${table(
  ["wake-ups of the idle main thread", "seconds", "wake-ups"],
  [
    ["before the first request", wakeUps.seconds, wakeUps.fresh],
    ["after downloads", wakeUps.seconds, wakeUps.afterDownloads],
  ],
)}
`;
}

const comparisons = await compareAll();
reportProgress("memory per download");
const memory = await measureMemory(files);
reportProgress("start-up");
const startUp = await measureStartUp(files);
reportProgress("idle wake-ups");
const wakeUps = await countWakeUps(files);
const results: Results = { ...measuredNow(), machine: machine(), comparisons, memory, startUp, wakeUps };
saveReport("node", results, report(results));
