/** Comparisons of servers in a scenario, and the tables of their results. */
import { type Cell, reportProgress, table } from "./report.js";
import { type Placement, type Rates, ratioOf, runRounds, type Scenario } from "./rounds.js";
import type { ServedFiles } from "./served-files.js";
import type { BenchServer } from "./servers.js";
import { median } from "./statistics.js";

export interface Comparison {
  readonly scenario: Scenario;
  readonly placement: Placement;
  readonly rates: readonly Rates[];
}

export interface Effort {
  readonly files: ServedFiles;
  readonly rounds: number;
  /** Load of a server per round. */
  readonly seconds: number;
}

/** Starts the servers, runs all rounds and stops the servers. */
export async function compare(
  placement: Placement,
  scenario: Scenario,
  start: (scenario: Scenario) => Promise<BenchServer[]>,
  { files, rounds, seconds }: Effort,
): Promise<Comparison> {
  reportProgress(`${placement.name}: ${scenario.name}`);
  const name = files.nameOf(scenario.fileBytes);
  const content = files.pathOf(name);
  const effort = { rounds, seconds: Math.max(seconds, scenario.minSeconds ?? 0) };
  const servers = await start(scenario);
  return { scenario, placement, rates: await runRounds({ scenario, placement, servers, name, content, ...effort }) };
}

export function titleOf({ scenario, placement }: Comparison): string {
  return `${scenario.name}, ${placement.name}`;
}

function serversOf([comparison]: readonly Comparison[]): readonly string[] {
  return comparison?.rates.map(({ server }) => server) ?? [];
}

/** A table with a row per comparison and a column per server. */
function serverTable(comparisons: readonly Comparison[], cellOf: (rates: Rates) => Cell): string {
  return table(
    ["", ...serversOf(comparisons)],
    comparisons.map((comparison) => [titleOf(comparison), ...comparison.rates.map(cellOf)]),
  );
}

/** Blocks or files per second. */
export function rateTable(comparisons: readonly Comparison[]): string {
  return serverTable(comparisons, ({ perSecond }) => {
    const rate = median(perSecond);
    return Number.isNaN(rate) ? "crashed" : Math.round(rate).toLocaleString("en");
  });
}

/** Ratios of one server to another when both have just started. */
export function freshTable(comparisons: readonly Comparison[], pairs: readonly (readonly [string, string])[]): string {
  return pairTable(
    comparisons,
    pairs,
    (rates, server, reference) => freshOf(rates, server) / freshOf(rates, reference),
  );
}

function freshOf(rates: readonly Rates[], server: string): number {
  return rates.find((one) => one.server === server)?.fresh ?? Number.NaN;
}

/** Messages that clients sent again in all rounds, because no answer came in time. */
export function repeatTable(comparisons: readonly Comparison[]): string {
  return serverTable(comparisons, ({ repeats }) => repeats.toLocaleString("en"));
}

/** Processor time of a server's process per block or file, in microseconds. */
export function processorTable(comparisons: readonly Comparison[]): string {
  return serverTable(comparisons, ({ processorUs }) => median(processorUs).toFixed(1));
}

/** Ratios of one server to another, by the clock or by processor time; the latter means nothing if both may sleep. */
export function ratioTable(
  comparisons: readonly Comparison[],
  pairs: readonly (readonly [string, string])[],
  of: "perSecond" | "perProcessorSecond",
): string {
  return pairTable(comparisons, pairs, (rates, server, reference) => ratioOf(rates, server, reference, of));
}

/** A table with a row per comparison and a column per pair of servers. */
function pairTable(
  comparisons: readonly Comparison[],
  pairs: readonly (readonly [string, string])[],
  ratio: (rates: readonly Rates[], server: string, reference: string) => number,
): string {
  return table(
    ["", ...pairs.map(([server, reference]) => `${server} / ${reference}`)],
    comparisons.map((comparison) => [
      titleOf(comparison),
      ...pairs.map(([server, reference]) => ratio(comparison.rates, server, reference).toFixed(2)),
    ]),
  );
}

/** Each comparison with the fastest of the other servers that ran. */
export function fastestTable(comparisons: readonly Comparison[], server: string, others: readonly string[]): string {
  return table(
    ["", "the fastest", `${server} / the fastest`],
    comparisons.map((comparison) => {
      const fastest = fastestOf(comparison, others);
      const ratio = fastest === undefined ? "" : ratioOf(comparison.rates, server, fastest).toFixed(2);
      return [titleOf(comparison), fastest ?? "none", ratio];
    }),
  );
}

function fastestOf({ rates }: Comparison, servers: readonly string[]): string | undefined {
  const present = rates.filter((one) => servers.includes(one.server) && !Number.isNaN(median(one.perSecond)));
  return present.toSorted((one, other) => median(other.perSecond) - median(one.perSecond))[0]?.server;
}
