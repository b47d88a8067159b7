/**
 * `npm run bench:peers`: other TFTP servers side by side with this one. Prints tables, and keeps them in `bench/results/`
 * together with the figures as JSON.
 */
import { type Comparison, compare, fastestTable, rateTable } from "./support/comparison.js";
import { machine } from "./support/machine.js";
import {
  ATFTPD,
  BUSYBOX,
  DNSMASQ,
  DNSMASQ_SINGLE_PORT,
  ENGINE,
  ENGINE_SINGLE_PORT,
  NPM_TFTP,
  startPeers,
  TFTPD_HPA,
} from "./support/peers.js";
import { keep, type Measured, measuredNow } from "./support/report.js";
import { A_CORE_EACH, ONE_CORE } from "./support/rounds.js";
import { LOCK_STEP, simultaneous, smallFiles } from "./support/scenarios.js";
import { ServedFiles } from "./support/served-files.js";

const ROUNDS = 5;
const SECONDS = 0.4;

interface Results extends Measured {
  readonly machine: string;
  readonly comparisons: readonly Comparison[];
}

async function compareAll(): Promise<Comparison[]> {
  const files = new ServedFiles();
  const effort = { files, rounds: ROUNDS, seconds: SECONDS };
  const start = () => startPeers(files);
  const comparisons = [await compare(A_CORE_EACH, LOCK_STEP, start, effort)];
  for (const scenario of [LOCK_STEP, ...[64, 256].map(simultaneous), ...[1, 16, 64].map(smallFiles)]) {
    comparisons.push(await compare(ONE_CORE, scenario, start, effort));
  }
  return comparisons;
}

function report({ date, commit, machine, comparisons }: Results): string {
  return `# TFTP servers side by side, ${date}

Commit ${commit}. ${machine}.

Over loopback; the load generator is in C, and compares every byte. The servers took turns, round by round
(${ROUNDS} of ${SECONDS} s, or 3 of 2 s with many downloads at once); ratios are taken within each round. All figures are medians. Each server logs nothing, or as little as it
can be told to.

## Blocks of 512 bytes, or small files, in a second

${rateTable(comparisons)}

## Against the fastest of the others, a port for each transfer

${fastestTable(comparisons, ENGINE, [TFTPD_HPA, ATFTPD, DNSMASQ, NPM_TFTP, BUSYBOX])}

## Against dnsmasq, all transfers on one port

${fastestTable(comparisons, ENGINE_SINGLE_PORT, [DNSMASQ_SINGLE_PORT])}
`;
}

const results: Results = { ...measuredNow(), machine: machine(), comparisons: await compareAll() };
keep("peers", results, report(results));
