/**
 * `npm run bench:page`: writes the figures of the newest results into docs/performance.md, between `<!-- figures: NAME -->` and
 * `<!-- end of figures -->`, and removes the results that they replace. Where there are none, the page stays as it is.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../test/support/program.js";
import { type Comparison, fastestTable, rateTable, ratioTable, repeatTable } from "./support/comparison.js";
import { NODE_PAIRS, PAIRS, UPLOAD_PAIRS } from "./support/echoes.js";
import { type FileSteps, fileStepsTable } from "./support/file-steps.js";
import { type LossFigures, lossTable } from "./support/lossy-downloads.js";
import { type LossyWindowFigures, lossyWindowTable } from "./support/lossy-windows.js";
import {
  ATFTPD,
  BUSYBOX,
  DNSMASQ,
  DNSMASQ_SINGLE_PORT,
  ENGINE,
  ENGINE_SINGLE_PORT,
  NPM_TFTP,
  TFTPD_HPA,
} from "./support/peers.js";
import { processorTimeTable, sharedCoresTable } from "./support/processes.js";
import { type ReadyFigures, readyTable } from "./support/ready-table.js";
import { type Measured, table } from "./support/report.js";
import { ONE_CORE, ratioOf } from "./support/rounds.js";
import type { StartUp } from "./support/start-up.js";
import type { FlushTimes } from "./support/uploads.js";
import { type WindowFigures, windowTable } from "./support/windowed-downloads.js";

const RESULTS = path.join(PROJECT, "bench/results");
const PAGE = path.join(PROJECT, "docs/performance.md");
/** Below this number of clients nothing is lost on the way. */
const MANY_CLIENTS = 1000;

interface NodeResults extends Measured {
  readonly comparisons: readonly Comparison[];
  readonly uploads: readonly Comparison[];
  readonly flush: FlushTimes;
  readonly fileSteps: FileSteps;
  readonly startUp: StartUp;
}

interface PeerResults extends Measured {
  readonly comparisons: readonly Comparison[];
  readonly windows: readonly Comparison[];
  readonly uploads: readonly Comparison[];
  readonly processes: readonly Comparison[];
}

interface LossResults extends Measured {
  readonly windows: WindowFigures;
  readonly loss: LossFigures;
  readonly lossyWindows: LossyWindowFigures;
}

interface VersionResults extends Measured {
  readonly machine: string;
  readonly comparisons: readonly Comparison[];
  readonly startUp: StartUp;
}

/** Name of the newest results of a benchmark, without its extension, after the others are removed; undefined if there are none. */
function newest(benchmark: string): string | undefined {
  const pattern = new RegExp(`^${benchmark}-(\\d{4}-\\d\\d-\\d\\d)-.*\\.json$`);
  const dateOf = (name: string): string => pattern.exec(name)?.[1] ?? "";
  const [first, ...others] = readdirSync(RESULTS)
    .filter((name) => pattern.test(name))
    .toSorted((one, other) => dateOf(other).localeCompare(dateOf(one)) || changedAt(other) - changedAt(one))
    .map((name) => name.replace(/\.json$/, ""));
  for (const name of others) {
    for (const extension of [".json", ".md"]) {
      rmSync(path.join(RESULTS, name + extension), { force: true });
    }
  }
  return first;
}

function changedAt(name: string): number {
  return statSync(path.join(RESULTS, name)).mtimeMs;
}

function read<Results>(name: string): Results {
  // JSON has no NaN, the figure of a server that has crashed.
  const text = readFileSync(path.join(RESULTS, `${name}.json`), "utf8");
  return JSON.parse(text, (_, value) => (value === null ? Number.NaN : value)) as Results;
}

function linkTo(name: string, { date, commit }: Measured): string {
  return `([${date}, commit ${commit}](../bench/results/${name}.md))`;
}

function nodeFigures(): Record<string, string> {
  const name = newest("node");
  const results = name === undefined ? undefined : read<NodeResults>(name);
  if (name === undefined || results?.fileSteps === undefined) {
    return {};
  }
  const { comparisons, uploads, flush, fileSteps } = results;
  const onOneCore = comparisons.filter(({ placement }) => placement.name === ONE_CORE.name);
  const elsewhere = comparisons.filter(({ placement }) => placement.name !== ONE_CORE.name);
  const link = linkTo(name, results);
  return {
    "one core": `${link}\n\n${ratioTable(onOneCore, PAIRS, "perSecond")}`,
    "other cores": `${link}\n\n${ratioTable(elsewhere, NODE_PAIRS, "perSecond")}`,
    uploads: `${link}\n\n${ratioTable(uploads, UPLOAD_PAIRS, "perProcessorSecond")}\n\nAn upload of 64 KiB takes ${flush.memoryMs.toFixed(1)} ms into a folder in memory, and ${flush.diskMs.toFixed(1)} ms into one on a disk.\n\n${fileStepsTable(fileSteps)}`,
  };
}

function peerFigures(): Record<string, string> {
  const name = newest("peers");
  const results = name === undefined ? undefined : read<PeerResults>(name);
  if (name === undefined || results?.uploads === undefined) {
    return {};
  }
  const { comparisons, windows, uploads, processes } = results;
  const link = linkTo(name, results);
  const others = [TFTPD_HPA, ATFTPD, DNSMASQ, NPM_TFTP, BUSYBOX];
  const many = comparisons.filter(({ scenario }) => scenario.clients >= MANY_CLIENTS);
  return {
    peers: `${link}\n\n${fastestTable(comparisons, ENGINE, others)}\n\n${fastestTable(comparisons, ENGINE_SINGLE_PORT, [DNSMASQ_SINGLE_PORT])}`,
    "peers with windows": `${link}\n\n${rateTable(windows)}`,
    "peers with uploads": `${link}\n\n${rateTable(uploads)}`,
    processes: `${link}\n\n${rateTable(processes)}\n\n${sharedCoresTable(processes)}`,
    "processor time of processes": `${link}\n\n${processorTimeTable(processes)}`,
    repeats: `${link}\n\n${repeatTable(many)}`,
  };
}

function lossFigures(): Record<string, string> {
  const name = newest("loss");
  const results = name === undefined ? undefined : read<LossResults>(name);
  if (name === undefined || results?.lossyWindows === undefined) {
    return {};
  }
  const link = linkTo(name, results);
  return {
    loss: `${link}\n\n${lossTable(results.loss)}`,
    "round trips": `${link}\n\n${windowTable(results.windows)}`,
    "loss in windows": `${link}\n\n${lossyWindowTable(results.lossyWindows)}`,
  };
}

function versionFigures(): Record<string, string> {
  const found = readdirSync(RESULTS).map((name) => /^versions-\d+\.[\d.]+(?=-\d{4}-)/.exec(name)?.[0] ?? "");
  const names = [...new Set(found)].filter((name) => name !== "").toSorted();
  const results = names.map((benchmark) => {
    const name = newest(benchmark) as string;
    return { name, version: benchmark.replace("versions-", ""), ...read<VersionResults>(name) };
  });
  const [first] = results;
  if (first === undefined) {
    return {};
  }
  const [server, echo] = NODE_PAIRS[2];
  const rows = results.map(({ name, version, comparisons, startUp }) => [
    `[${version}](../bench/results/${name}.md)`,
    ...comparisons.map(({ rates }) => ratioOf(rates, server, echo).toFixed(2)),
    startUp.ratio.toFixed(2),
    startUp.ratioToFloor?.toFixed(2) ?? "",
  ]);
  return {
    versions: table(
      ["Node", ...first.comparisons.map(({ scenario }) => scenario.name), "start", "start / bare file server"],
      rows,
    ),
  };
}

function readyFigures(): Record<string, string> {
  const name = newest("ready");
  if (name === undefined) {
    return {};
  }
  const results = read<Measured & ReadyFigures>(name);
  return { ready: `${linkTo(name, results)}\n\n${readyTable(results)}` };
}

const figures: Record<string, string> = {
  ...nodeFigures(),
  ...peerFigures(),
  ...lossFigures(),
  ...versionFigures(),
  ...readyFigures(),
};
const page = readFileSync(PAGE, "utf8").replace(
  /(<!-- figures: (.*?) -->\n)[\s\S]*?(<!-- end of figures -->)/g,
  (present, start: string, name: string, end: string) =>
    figures[name] === undefined ? present : `${start}\n${figures[name]}\n\n${end}`,
);
writeFileSync(PAGE, page);
