/**
 * Servers side by side: each is loaded for a short time, one after the other, round by round. What the machine does
 * besides befalls all of them alike; so the ratio of two servers is taken within each round, and the middle one counts.
 */
import { type Loaded, runLoad } from "./load.js";
import { type BenchServer, pin, processorUs, stop } from "./servers.js";
import { median, ratios } from "./statistics.js";

/** Where server and load generator run. */
export interface Placement {
  readonly name: string;
  readonly serverCore: number;
  readonly loadCore: number;
}

export const ONE_CORE: Placement = { name: "one core for both", serverCore: 0, loadCore: 0 };
export const A_CORE_EACH: Placement = { name: "a core each", serverCore: 0, loadCore: 1 };

export interface Scenario {
  readonly name: string;
  readonly clients: number;
  readonly window: number;
  /** The file that is downloaded again and again. */
  readonly fileBytes: number;
  /** What is counted in a second. */
  readonly unit: "blocks" | "files";
  /** Each round takes so long at the least; there are fewer of them then. */
  readonly minSeconds?: number;
}

/** One server in one scenario; the lists have an entry for each round. */
export interface Rates {
  readonly server: string;
  readonly perSecond: number[];
  /** Processor time that the server took for each block or file, in microseconds. */
  readonly processorUs: number[];
  /**
   * Blocks or files for each second of processor time that server and load generator took together. On one core this is
   * what `perSecond` would be if nothing else ran on the machine.
   */
  readonly perProcessorSecond: number[];
  /** Messages that were sent again by clients, and ERRORs, in all rounds. */
  repeats: number;
  errors: number;
}

const WARM_UP_SECONDS = 0.4;

export interface Rounds {
  readonly scenario: Scenario;
  readonly placement: Placement;
  readonly servers: readonly BenchServer[];
  /** What the servers serve: the name asked for, and the file. */
  readonly name: string;
  readonly content: string;
  readonly rounds: number;
  readonly seconds: number;
}

/** Runs the rounds, and stops the servers. */
export async function runRounds({ scenario, placement, servers, rounds, ...what }: Rounds): Promise<Rates[]> {
  const load = (server: BenchServer, seconds: number): Promise<Loaded> =>
    runLoad({
      address: server.host,
      port: server.port,
      name: what.name,
      content: what.content,
      clients: scenario.clients,
      window: scenario.window,
      core: placement.loadCore,
      seconds,
    });
  const rates = servers.map(
    ({ name }): Rates => ({
      server: name,
      perSecond: [],
      processorUs: [],
      perProcessorSecond: [],
      repeats: 0,
      errors: 0,
    }),
  );
  try {
    for (const server of servers) {
      pin(server, placement.serverCore);
      await load(server, WARM_UP_SECONDS);
    }
    for (let round = 0; round < rounds; round++) {
      for (const [index, server] of servers.entries()) {
        const before = processorUs(server);
        const loaded = await load(server, what.seconds);
        note(rates[index] as Rates, loaded, loaded[scenario.unit], processorUs(server) - before);
      }
    }
  } finally {
    await Promise.all(servers.map(stop));
  }
  return rates;
}

/** A server that has ended in between has no figures, from then on. */
function note(rates: Rates, loaded: Loaded, count: number, processorUs: number): void {
  rates.perSecond.push(Number.isNaN(processorUs) ? Number.NaN : count / loaded.seconds);
  rates.processorUs.push(processorUs / count);
  rates.perProcessorSecond.push(count / (processorUs / 1e6 + loaded.cpuSeconds));
  rates.repeats += loaded.repeats;
  rates.errors += loaded.errors;
}

/** The middle of the ratios of one server to another, round by round. */
export function ratioOf(
  rates: readonly Rates[],
  server: string,
  reference: string,
  of: "perSecond" | "perProcessorSecond" = "perSecond",
): number {
  return median(ratios(ratesOf(rates, server)[of], ratesOf(rates, reference)[of]));
}

function ratesOf(rates: readonly Rates[], server: string): Rates {
  const found = rates.find((one) => one.server === server);
  if (found === undefined) {
    throw new Error(`There are no figures of ${server}`);
  }
  return found;
}
