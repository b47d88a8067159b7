/**
 * `npm run bench`: the server on Node against bare echoes, on Node and in C. Prints tables, and saves them in
 * `bench/results/` together with the figures as JSON.
 */
import {
  type Comparison,
  compare,
  freshTable,
  processorTable,
  rateTable,
  ratioTable,
  repeatTable,
} from "./support/comparison.js";
import { type DownloadMemory, measureMemory } from "./support/download-memory.js";
import { PAIRS, startServers, startUploadServers, UPLOAD_PAIRS } from "./support/echoes.js";
import { type FileSteps, fileStepsTable, measureFileSteps } from "./support/file-steps.js";
import { machine } from "./support/machine.js";
import { type Measured, measuredNow, reportProgress, saveReport, table } from "./support/report.js";
import { countWakeUps, type WakeUps } from "./support/rest.js";
import { A_CORE_EACH, BOTH_FREE, BOTH_FREE_POLLING, FRESH_SECONDS, ONE_CORE, type Scenario } from "./support/rounds.js";
import { LARGE_WINDOW, LOCK_STEP, simultaneous, smallFiles, UPLOADS, WINDOWED } from "./support/scenarios.js";
import { ServedFiles } from "./support/served-files.js";
import { measureStartUp, type StartUp, startUpTable } from "./support/start-up.js";
import { type FlushTimes, filesInMemory, measureFlush } from "./support/uploads.js";

const ROUNDS = 5;
const SECONDS = 0.25;
/** With two cores figures scatter: each block waits for sleeping processors, and the system moves the programs. */
const TWO_CORE_ROUNDS = 11;
/** Sizes of a phone's configuration and of a boot loader. */
const MIDDLE_SIZES_BYTES = [4096, 16_384, 65_536];

interface Results extends Measured {
  readonly machine: string;
  readonly comparisons: readonly Comparison[];
  readonly uploads: readonly Comparison[];
  readonly flush: FlushTimes;
  readonly fileSteps: FileSteps;
  readonly memory: readonly DownloadMemory[];
  readonly startUp: StartUp;
  readonly wakeUps: WakeUps;
}

const files = new ServedFiles();

async function compareAll(): Promise<Comparison[]> {
  const bulk = [LOCK_STEP, WINDOWED, LARGE_WINDOW];
  const clients = [1, 16, 64];
  const small = clients.map((count) => smallFiles(count));
  const middle = MIDDLE_SIZES_BYTES.flatMap((size) => clients.map((count) => smallFiles(count, size)));
  const onOneCore = [...bulk, ...[64, 256, 1000].map(simultaneous), ...small];
  await files.settled([...onOneCore, ...middle].map(({ fileBytes }) => fileBytes));
  const placements = [A_CORE_EACH, BOTH_FREE, BOTH_FREE_POLLING];
  const elsewhere = placements.flatMap((placement) =>
    [LOCK_STEP, WINDOWED, smallFiles(16)].map((scenario) => ({ placement, scenario })),
  );
  const comparisons: Comparison[] = [];
  const cases = [...[...onOneCore, ...middle].map((scenario) => ({ placement: ONE_CORE, scenario })), ...elsewhere];
  for (const { placement, scenario } of cases) {
    const effort = { files, rounds: placement === ONE_CORE ? ROUNDS : TWO_CORE_ROUNDS, seconds: SECONDS };
    comparisons.push(await compare(placement, scenario, (one) => startServers(one, files), effort));
  }
  return comparisons;
}

async function compareUploads(): Promise<Comparison[]> {
  const inMemory = filesInMemory();
  const effort = { files: inMemory, rounds: ROUNDS, seconds: SECONDS };
  const start = (scenario: Scenario) => startUploadServers(scenario, inMemory);
  const comparisons: Comparison[] = [];
  for (const scenario of UPLOADS) {
    comparisons.push(await compare(ONE_CORE, scenario, start, effort));
  }
  return comparisons;
}

function report({ date, commit, machine, comparisons, uploads, flush, fileSteps, ...others }: Results): string {
  const { memory, startUp, wakeUps } = others;
  return `# The server on Node, ${date}

Commit ${commit}. ${machine}.

Over loopback. The load generator is in C and compares every byte. A Node echo is the minimum for a server on Node:
\`dgram\`, every packet ready in memory, no transfers, no timers. The servers took turns: ${ROUNDS} rounds of ${SECONDS} s, ${TWO_CORE_ROUNDS} of them on two cores, or
of 0.5 to 1 s where transfers take long. Because V8 compiles code when it has run for a while, each had been under load for a
second, or for six with files of 200 bytes and uploads of 64 KiB. Ratios are taken within a round. All figures are medians.

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

## Just started

The ratios of the first table in the first ${FRESH_SECONDS} s of each server under load, measured once.

${freshTable(
  comparisons.filter(({ placement }) => placement === ONE_CORE),
  PAIRS,
)}

## Blocks of 512 bytes, or small files, per second

${rateTable(comparisons)}

## Processor time of the server per block or small file, in microseconds

${processorTable(comparisons)}

## Messages that clients sent again

${repeatTable(comparisons.filter(({ scenario }) => scenario.clients >= 64))}

## Uploads

Into a folder in memory, so that no disk is the limit, each under a new name. An echo acknowledges what it gets and drops it,
or keeps it in a file: made under a temporary name, written 16 blocks at a time, flushed, renamed, without any check. Blocks per
second, their ratios, and ratios per second of processor time.

${rateTable(uploads)}

${ratioTable(uploads, UPLOAD_PAIRS, "perSecond")}

${ratioTable(uploads, UPLOAD_PAIRS, "perProcessorSecond")}

An upload of 64 KiB takes ${flush.memoryMs.toFixed(1)} ms into memory, and ${flush.diskMs.toFixed(1)} ms into the folder for temporary files: the difference is
mostly the flush to its disk before the last ACK.

${fileStepsTable(fileSteps)}

## Memory, start-up, idle

${table(
  ["bytes per simultaneous download", "in RAM", "heap and buffers"],
  memory.map(({ server, residentBytes, heapBytes }) => [server, Math.round(residentBytes), Math.round(heapBytes)]),
)}

${startUpTable(startUp)}

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
const uploads = await compareUploads();
reportProgress("flush");
const flush = await measureFlush();
const fileSteps = measureFileSteps(filesInMemory().folder);
reportProgress("memory per download");
const memory = await measureMemory(files);
reportProgress("start-up");
const startUp = await measureStartUp(files);
reportProgress("idle wake-ups");
const wakeUps = await countWakeUps(files);
const results: Results = {
  ...measuredNow(),
  machine: machine(),
  comparisons,
  uploads,
  flush,
  fileSteps,
  memory,
  startUp,
  wakeUps,
};
saveReport("node", results, report(results));
