/**
 * `npm run bench:versions`: the server against bare echoes and the start of a process, on the Node that runs this: once for each
 * version that is to be compared. Prints tables, and saves them in `bench/results/` together with the figures as JSON.
 */
import { type Comparison, compare, rateTable, ratioTable } from "./support/comparison.js";
import { NODE_PAIRS, startNodeServers } from "./support/echoes.js";
import { machine } from "./support/machine.js";
import { type Measured, measuredNow, reportProgress, saveReport } from "./support/report.js";
import { ONE_CORE, type Scenario } from "./support/rounds.js";
import { LARGE_WINDOW, LOCK_STEP, simultaneous, smallFiles, WINDOWED } from "./support/scenarios.js";
import { ServedFiles } from "./support/served-files.js";
import { measureStartUp, type StartUp, startUpTable } from "./support/start-up.js";

const ROUNDS = 5;
const SECONDS = 0.25;
const SCENARIOS: readonly Scenario[] = [
  LOCK_STEP,
  WINDOWED,
  LARGE_WINDOW,
  simultaneous(64),
  ...[1, 16].map((count) => smallFiles(count)),
  smallFiles(16, 4096),
];

interface Results extends Measured {
  readonly machine: string;
  readonly comparisons: readonly Comparison[];
  readonly startUp: StartUp;
}

function report({ date, commit, machine, comparisons, startUp }: Results): string {
  return `# The server on Node ${process.versions.node}, ${date}

Commit ${commit}. ${machine}.

As in \`npm run bench\`, with fewer cases.

${ratioTable(comparisons, NODE_PAIRS, "perSecond")}

By processor time:

${ratioTable(comparisons, NODE_PAIRS, "perProcessorSecond")}

Blocks of 512 bytes, or small files, per second:

${rateTable(comparisons)}

${startUpTable(startUp)}
`;
}

const files = new ServedFiles();
await files.settled(SCENARIOS.map(({ fileBytes }) => fileBytes));
const comparisons: Comparison[] = [];
for (const scenario of SCENARIOS) {
  const start = (one: Scenario) => startNodeServers(one, files);
  comparisons.push(await compare(ONE_CORE, scenario, start, { files, rounds: ROUNDS, seconds: SECONDS }));
}
reportProgress("start-up");
const startUp = await measureStartUp(files);
const results: Results = { ...measuredNow(), machine: machine(), comparisons, startUp };
saveReport(`versions-${process.versions.node}`, results, report(results));
