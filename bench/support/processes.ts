/** Tables of the gain from a second process, for this server and for a bare echo. */
import { type Comparison, ratioTable, titleOf } from "./comparison.js";
import { ECHO_PROCESSES, NODE_EACH } from "./echoes.js";
import { ENGINE, ENGINE_PROCESSES } from "./peers.js";
import { type Cell, table } from "./report.js";
import { type Rates, ratesOf, ratioOf } from "./rounds.js";
import { median } from "./statistics.js";

const PROCESSES = 2;
/** A server in two processes, and in one. */
const SECOND_PROCESS = [
  [ENGINE_PROCESSES, ENGINE],
  [ECHO_PROCESSES, NODE_EACH],
] as const;

/** Two processes against one, on cores that the load generator shares. */
export function sharedCoresTable(comparisons: readonly Comparison[]): string {
  return ratioTable(comparisons, [...SECOND_PROCESS, [ENGINE_PROCESSES, ECHO_PROCESSES]], "perSecond");
}

/** Blocks per second of processor time, and the ratios of two processes to one that follow from it. */
export function processorTimeTable(comparisons: readonly Comparison[]): string {
  return table(
    ["", "one process", "two processes", "load generator", "at most with the load generator", "with clients elsewhere"],
    comparisons.flatMap((comparison) =>
      SECOND_PROCESS.map(([two, one]) => [
        `${titleOf(comparison)}, ${one}`,
        ...processorTimes(ratesOf(comparison.rates, one), ratesOf(comparison.rates, two)),
        atMost(comparison.rates, one, two).toFixed(2),
        (PROCESSES * ratioOf(comparison.rates, one, two, "processorUs")).toFixed(2),
      ]),
    ),
  );
}

function processorTimes(one: Rates, two: Rates): Cell[] {
  const loadUs = two.perProcessorSecond.map((rate, round) => 1e6 / rate - (two.processorUs[round] ?? Number.NaN));
  return [one.processorUs, two.processorUs, loadUs].map((us) => Math.round(1e6 / median(us)).toLocaleString("en"));
}

/** Two processes and the load generator that leave no core unused, against one process that keeps a core to itself. */
function atMost(rates: readonly Rates[], one: string, two: string): number {
  const alone = ratesOf(rates, one).processorUs;
  return median(
    ratesOf(rates, two).perProcessorSecond.map(
      (rate, round) => PROCESSES * rate * ((alone[round] ?? Number.NaN) / 1e6),
    ),
  );
}
