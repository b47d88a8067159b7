/** What the page has seen, kept over a reload for as long as its tab is open. */
import type { ReportedResult, StatusReport } from "../status-report.js";

/** Time that the plot shows. */
export const SPAN_MS = 300_000;
/** Results that are kept: the server itself keeps twenty. */
const MAX_RESULTS = 100;
/** A start of the server that lies further from the last one is another start; answers take less. */
const SAME_START_MS = 15_000;
/** Its number changes with the form of {@link History}. */
const KEY = "lockstep-tftp-history-1";

/** Mean rates of the time between two reports. Times are those of this browser. */
export interface Sample {
  readonly from: number;
  readonly at: number;
  readonly bytesPerSecond: number;
  readonly repeatedPerSecond: number;
}

export interface KnownResult extends ReportedResult {
  /** Number of the server's start, as the page has seen it. */
  readonly run: number;
  readonly endedAt: number;
}

interface Totals {
  readonly at: number;
  readonly uptimeMs: number;
  readonly bytes: number;
  readonly repeated: number;
}

interface History {
  samples: Sample[];
  results: KnownResult[];
  last: Totals | undefined;
  run: number;
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
  return { samples: [], results: [], last: undefined, run: 0 };
}

addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(history));
  } catch {
    // The browser allows no storage.
  }
});

/** Adds a report. */
export function remember({ counts, uptimeMs, results }: StatusReport): void {
  const { last } = history;
  const at = Date.now();
  const totals = { at, uptimeMs, bytes: counts.bytesSent + counts.bytesReceived, repeated: counts.retransmissions };
  if (last !== undefined && hasRestarted(last, totals)) {
    history.run++;
  } else if (last !== undefined && uptimeMs > last.uptimeMs) {
    const seconds = (uptimeMs - last.uptimeMs) / 1000;
    history.samples.push({
      from: last.at,
      at,
      bytesPerSecond: (totals.bytes - last.bytes) / seconds,
      repeatedPerSecond: (totals.repeated - last.repeated) / seconds,
    });
  }
  history.last = totals;
  history.samples = history.samples.filter((sample) => sample.at > at - SPAN_MS);
  rememberResults(results, at);
}

function hasRestarted(last: Totals, { at, uptimeMs }: Totals): boolean {
  return uptimeMs < last.uptimeMs || Math.abs(at - uptimeMs - (last.at - last.uptimeMs)) > SAME_START_MS;
}

function rememberResults(results: readonly ReportedResult[], at: number): void {
  const { run } = history;
  const newest = history.results.find((known) => known.run === run)?.number ?? 0;
  const added = results
    .filter(({ number }) => number > newest)
    .map((result) => ({ ...result, run, endedAt: at - result.endedMsAgo }));
  history.results = [...added, ...history.results].slice(0, MAX_RESULTS);
}
