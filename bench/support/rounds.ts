/**
 * Servers side by side: in each round every server is loaded for a short time, one after the other. Other load on the
 * machine affects all servers of a round alike, so ratios are taken within a round; their median counts.
 */
import { type LoadResult, runLoad } from "./load.js";
import { type BenchServer, pin, processorUs, stop } from "./servers.js";
import { median, ratios } from "./statistics.js";

/** Processor cores of server and load generator, as `taskset` takes them. */
export interface Placement {
  readonly name: string;
  readonly serverCores: string;
  readonly loadCores: string;
  /** The clients look for answers all the time instead of sleeping. */
  readonly poll?: boolean;
}

export const ONE_CORE: Placement = { name: "one core for both", serverCores: "0", loadCores: "0" };
export const A_CORE_EACH: Placement = { name: "a core each", serverCores: "0", loadCores: "1" };
/** The system chooses the cores. */
export const BOTH_FREE: Placement = { name: "two cores for both", serverCores: "0,1", loadCores: "0,1" };
export const BOTH_FREE_POLLING: Placement = { ...BOTH_FREE, name: "two cores for both, polling clients", poll: true };

export interface Scenario {
  readonly name: string;
  readonly clients: number;
  readonly window: number;
  /** Size of the file that clients download. */
  readonly fileBytes: number;
  /** Unit of the counted rates. */
  readonly unit: "blocks" | "files";
  /** Clients write files instead of reading them. */
  readonly upload?: boolean;
  /** Load of each server before the first round, if a second is not enough. */
  readonly warmUpSeconds?: number;
  /** Least duration of a round. */
  readonly minSeconds?: number;
}

/** Results of one server in one scenario; the lists have an entry per round. */
export interface Rates {
  readonly server: string;
  readonly perSecond: number[];
  /** Processor time of the server per block or file, in microseconds. */
  readonly processorUs: number[];
  /**
   * Blocks or files per second of processor time of server and load generator together. On one core this equals
   * `perSecond` on an idle machine.
   */
  readonly perProcessorSecond: number[];
  /** Blocks or files per second in the first {@link FRESH_SECONDS} under load. */
  fresh: number;
  /** Messages that clients sent again, in all rounds. */
  repeats: number;
  /** ERRORs from the server, in all rounds. */
  errors: number;
}

/** A server that has just started: its code is interpreted at first. */
export const FRESH_SECONDS = 0.25;
/** By then V8 has compiled the code of a server's packets. */
const WARM_UP_SECONDS = 1;

export interface Rounds {
  readonly scenario: Scenario;
  readonly placement: Placement;
  readonly servers: readonly BenchServer[];
  /** Name in the requests. */
  readonly name: string;
  /** Path of the file that the servers serve. */
  readonly content: string;
  readonly rounds: number;
  readonly seconds: number;
}

/** Runs all rounds, and stops the servers. */
export async function runRounds({ scenario, placement, servers, rounds, seconds, ...file }: Rounds): Promise<Rates[]> {
  const load = (server: BenchServer, loadSeconds: number): Promise<LoadResult> =>
    runLoad({
      address: server.host,
      port: server.port,
      ...file,
      clients: scenario.clients,
      window: scenario.window,
      cores: placement.loadCores,
      poll: placement.poll ?? false,
      upload: scenario.upload ?? false,
      seconds: loadSeconds,
    });
  const rates = servers.map(
    ({ name }): Rates => ({
      server: name,
      perSecond: [],
      processorUs: [],
      perProcessorSecond: [],
      fresh: 0,
      repeats: 0,
      errors: 0,
    }),
  );
  try {
    for (const [index, server] of servers.entries()) {
      pin(server, placement.serverCores);
      const first = await load(server, FRESH_SECONDS);
      (rates[index] as Rates).fresh = first[scenario.unit] / first.seconds;
      await load(server, scenario.warmUpSeconds ?? WARM_UP_SECONDS);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [index, server] of servers.entries()) {
        const before = processorUs(server);
        const result = await load(server, seconds);
        record(rates[index] as Rates, result, result[scenario.unit], processorUs(server) - before);
      }
    }
  } finally {
    await Promise.all(servers.map(stop));
  }
  return rates;
}

/** Records a round. A server that has crashed has no figures from then on. */
function record(rates: Rates, result: LoadResult, count: number, processorUs: number): void {
  rates.perSecond.push(Number.isNaN(processorUs) ? Number.NaN : count / result.seconds);
  rates.processorUs.push(processorUs / count);
  rates.perProcessorSecond.push(count / (processorUs / 1e6 + result.cpuSeconds));
  rates.repeats += result.repeats;
  rates.errors += result.errors;
}

/** Median over the rounds of the ratio of one server to another. */
export function ratioOf(
  rates: readonly Rates[],
  server: string,
  reference: string,
  of: "perSecond" | "perProcessorSecond" | "processorUs" = "perSecond",
): number {
  return median(ratios(ratesOf(rates, server)[of], ratesOf(rates, reference)[of]));
}

export function ratesOf(rates: readonly Rates[], server: string): Rates {
  const found = rates.find((one) => one.server === server);
  if (found === undefined) {
    throw new Error(`No figures of ${server}`);
  }
  return found;
}
