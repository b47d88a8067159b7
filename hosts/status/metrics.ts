/**
 * The metrics in the text form of Prometheus, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). docs/status-page.md lists them.
 */
import { ERROR_NAMES, outcomeName, SERVER_OUTCOMES } from "../common/outcomes.js";
import { DIRECTIONS, type DirectionCounts, type TransferRecords } from "./records.js";
import type { StatusSource } from "./source.js";
import { countsWithRunning, type SiteDescription } from "./status-report.js";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const MS_PER_SECOND = 1000;

export function metricsText(
  source: StatusSource,
  records: TransferRecords,
  site: SiteDescription,
  version: string,
): string {
  return [
    metric("info", "gauge", "The server; its value is always 1.", [[{ name: site.name, version }, 1]]),
    metric("uptime_seconds", "gauge", "Time since the status page was started.", [
      [{}, (source.now() - site.startedAt) / MS_PER_SECOND],
    ]),
    metric("transfers_total", "counter", "Transfers that are over, by direction and result.", endedSamples(records)),
    ...directionMetrics(countsWithRunning(source, records)),
    metric(
      "refused_requests_total",
      "counter",
      "Requests that were answered with an ERROR, by direction and error of RFC 1350.",
      refusedSamples(records),
    ),
    metric(
      "unanswered_requests_total",
      "counter",
      "Requests that got no answer, because all transfers were taken or a limit was reached.",
      [[{}, source.unansweredRequests]],
    ),
    metric("transfers_running", "gauge", "Transfers that run, by direction.", runningSamples(source)),
    metric("transfers_max", "gauge", "Transfers that can run at once: the size of the pool.", [
      [{}, source.maxTransfers],
    ]),
  ].join("");
}

function directionMetrics(counts: readonly DirectionCounts[]): string[] {
  const samples = (value: (count: DirectionCounts) => number): Sample[] =>
    counts.map((count, index) => [{ direction: DIRECTIONS[index] as string }, value(count)]);
  return [
    metric(
      "transferred_bytes_total",
      "counter",
      "Bytes of files that are through, by direction.",
      samples(({ bytes }) => bytes),
    ),
    metric(
      "blocks_total",
      "counter",
      "Blocks that are through, by direction.",
      samples(({ blocks }) => blocks),
    ),
    metric(
      "retransmissions_total",
      "counter",
      "Messages that were sent again, because no answer came in time.",
      samples(({ retransmissions }) => retransmissions),
    ),
    metric(
      "duplicates_total",
      "counter",
      "Messages of clients that had been received before.",
      samples(({ duplicates }) => duplicates),
    ),
  ];
}

function endedSamples(records: TransferRecords): Sample[] {
  return DIRECTIONS.flatMap((direction, at) =>
    SERVER_OUTCOMES.map(
      (outcome): Sample => [{ direction, result: outcomeName(outcome) }, records.endedCount(at, outcome)],
    ),
  );
}

function refusedSamples(records: TransferRecords): Sample[] {
  return DIRECTIONS.flatMap((direction, at) =>
    ERROR_NAMES.map((error, code): Sample => [{ direction, error }, records.refusedCount(at, code)]),
  );
}

function runningSamples(source: StatusSource): Sample[] {
  const running = [0, 0];
  source.visitRunning(({ isUpload }) => {
    const index = isUpload ? 1 : 0;
    running[index] = (running[index] as number) + 1;
  });
  return DIRECTIONS.map((direction, index) => [{ direction }, running[index] as number]);
}

/** One metric with its samples. `help` has neither a backslash nor a line feed, which would have to be escaped. */
function metric(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string {
  const full = `lockstep_tftp_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** In a label's value a backslash, a quotation mark and a line feed are escaped. */
function escaped(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
