/**
 * `npm run bench:ready`: what it costs to be ready, from a clone and from the package, until the first file is served: seconds,
 * and seconds of processor time of all processes. npm's cache has the packages: a round that does not count fetches them.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PROJECT } from "../test/support/program.js";
import { machine } from "./support/machine.js";
import { type Cost, type ReadyFigures, readyTable } from "./support/ready-table.js";
import { type Measured, measuredNow, reportProgress, saveReport } from "./support/report.js";
import { ServedFiles } from "./support/served-files.js";
import { firstFileCost } from "./support/start-up.js";
import { median } from "./support/statistics.js";

const ROUNDS = 3;
const NPM = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"];
/** Real time, user's and system's time of a command and all its children, in seconds. */
const TIMES = "%R %U %S";
const COMMAND = "dist/node/cli.cjs";

const FETCH = "clone: `npm ci` fetches and unpacks packages";
const BUILD = "clone: `npm ci` builds";
const CLONE_START = "clone: the server starts, and serves a file";
const INSTALL = "package: `npm install` of the tarball";
const PACKAGE_START = "package: the server starts, and serves a file";
const STEPS = [FETCH, BUILD, CLONE_START, INSTALL, PACKAGE_START] as const;

type Round = Record<(typeof STEPS)[number], Cost>;

interface Results extends Measured, ReadyFigures {
  readonly machine: string;
}

/** Runs a command in a folder, which must succeed. */
function costOf(folder: string, command: string, ...words: string[]): Cost {
  const timed = `TIMEFORMAT="${TIMES}"; time "$0" "$@" >&2 2>/dev/null`;
  const times = execFileSync("bash", ["-c", `{ ${timed}; } 2>&1`, command, ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  const [seconds = Number.NaN, user = Number.NaN, system = Number.NaN] = times.trim().split(" ").map(Number);
  return { seconds, processorSeconds: user + system };
}

async function measureRound(folder: string, files: ServedFiles): Promise<Round> {
  const clone = path.join(folder, "clone");
  const project = path.join(folder, "project");
  execFileSync("git", ["clone", "--quiet", PROJECT, clone]);
  mkdirSync(project);
  const fetched = costOf(clone, "npm", "ci", "--ignore-scripts", ...NPM);
  const built = costOf(clone, "npm", "run", "postprepare", ...NPM);
  const cloneStart = await firstFileCost(path.join(clone, COMMAND), files);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", project], { cwd: clone, stdio: "ignore" });
  const [tarball = ""] = readdirSync(project);
  const installed = costOf(project, "npm", "install", `./${tarball}`, ...NPM);
  return {
    [FETCH]: fetched,
    [BUILD]: built,
    [CLONE_START]: cloneStart,
    [INSTALL]: installed,
    [PACKAGE_START]: await firstFileCost(path.join(project, "node_modules/lockstep-tftp", COMMAND), files),
  };
}

function report(results: Results): string {
  return `# What it costs to be ready, ${results.date}

Commit ${results.commit}. ${results.machine}.

Medians of ${ROUNDS} rounds. npm's cache has the packages. Processor time is that of all processes.

${readyTable(results)}
`;
}

async function measure(): Promise<Results> {
  const files = new ServedFiles();
  const rounds: Round[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    reportProgress(round === 0 ? "filling npm's cache" : `round ${round} of ${ROUNDS}`);
    const folder = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
    try {
      rounds.push(await measureRound(folder, files));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const counted = rounds.slice(1);
  const steps = STEPS.map((name) => ({
    name,
    seconds: median(counted.map((round) => round[name].seconds)),
    processorSeconds: median(counted.map((round) => round[name].processorSeconds)),
  }));
  return { ...measuredNow(), machine: machine(), steps };
}

const results = await measure();
saveReport("ready", results, report(results));
