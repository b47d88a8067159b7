/**
 * `npm run bench:peers`: this server side by side with other TFTP servers. Prints tables, and saves them in
 * `bench/results/` together with the figures as JSON.
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
import { type Measured, measuredNow, saveReport } from "./support/report.js";
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

Over loopback. The load generator is in C and compares every byte. The servers took turns (${ROUNDS} rounds of ${SECONDS} s, or 3 of 2 s
with many simultaneous downloads); ratios are taken within a round. All figures are medians. Each server logs as little as
its options allow.

## Blocks of 512 bytes, or small files, per second

${rateTable(comparisons)}

## Against the fastest other server, a port per transfer

${fastestTable(comparisons, ENGINE, [TFTPD_HPA, ATFTPD, DNSMASQ, NPM_TFTP, BUSYBOX])}

## Against dnsmasq, one port for all transfers

${fastestTable(comparisons, ENGINE_SINGLE_PORT, [DNSMASQ_SINGLE_PORT])}
`;
}

const results: Results = { ...measuredNow(), machine: machine(), comparisons: await compareAll() };
saveReport("peers", results, report(results));
