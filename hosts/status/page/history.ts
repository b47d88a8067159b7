/** What the page has seen, kept over a reload for as long as its tab is open. */
import type { ReportedResult, StatusReport } from "../status-report.js";

/** Time that the plot shows. */
export const SPAN_MS = 300_000;
/** Results that are kept: the server itself keeps twenty. */
const MAX_RESULTS = 100;
/** Its number changes with the form of {@link History}. */
const KEY = "lockstep-tftp-history-2";

/** Mean rates of the time between two reports. Times are those of this browser. */
export interface Sample {
  readonly from: number;
  readonly at: number;
  readonly bytesPerSecond: number;
  readonly repeatedPerSecond: number;
}

export interface KnownResult extends ReportedResult {
  /** The server's start, as the status has it: numbers of results begin again with it. */
  readonly run: number;
  readonly endedAt: number;
}

interface Totals {
  readonly at: number;
  readonly run: number;
  readonly uptimeMs: number;
  readonly bytes: number;
  readonly repeated: number;
}

interface History {
  samples: Sample[];
  results: KnownResult[];
  last: Totals | undefined;
}

export const history = recall();

/** Without a storage the history is that of this load. */
function recall(): History {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) as string) ?? emptyHistory();
  } catch {
    return emptyHistory();
  }
}

function emptyHistory(): History {
  return { samples: [], results: [], last: undefined };
}

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(history));
  } catch {
    // The browser allows no storage.
  }
});

/** Adds a report. */
export function remember({ run, counts, uptimeMs, results }: StatusReport): void {
  const { last } = history;
  const at = Date.now();
  const bytes = counts.bytesSent + counts.bytesReceived;
  const totals = { at, run, uptimeMs, bytes, repeated: counts.retransmissions };
  if (last?.run === run && uptimeMs > last.uptimeMs) {
    history.samples.push(sampleBetween(last, totals));
  }
  history.last = totals;
  history.samples = history.samples.filter((sample) => sample.at > at - SPAN_MS);
  rememberResults(results, run, at);
}

/** The server's clock stands still while its machine sleeps, and this browser's may not: the rates are those of the time awake. */
function sampleBetween(last: Totals, totals: Totals): Sample {
  const awakeMs = totals.uptimeMs - last.uptimeMs;
  return {
    from: Math.max(last.at, totals.at - awakeMs),
    at: totals.at,
    bytesPerSecond: ((totals.bytes - last.bytes) * 1000) / awakeMs,
    repeatedPerSecond: ((totals.repeated - last.repeated) * 1000) / awakeMs,
  };
}

function rememberResults(results: readonly ReportedResult[], run: number, at: number): void {
  const newest = history.results.find((known) => known.run === run)?.number ?? 0;
  const added = results
    .filter(({ number }) => number > newest)
    .map((result) => ({ ...result, run, endedAt: at - result.endedMsAgo }));
  history.results = [...added, ...history.results].slice(0, MAX_RESULTS);
}
