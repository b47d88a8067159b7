/**
 * Metrics in the text format of Prometheus, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). docs/status-page.md lists them.
 */
import { ERROR_NAMES, outcomeName, SERVER_OUTCOMES } from "../common/outcomes.js";
import { DIRECTIONS, type DirectionCounts, type TransferRecords } from "./records.js";
import type { StatusSource } from "./source.js";
import { countsWithRunning, type SiteDescription } from "./status-report.js";

type Labels = Readonly<Record<string, string>>;
/** A value with its labels. */
export type Sample = readonly [labels: Labels, value: number];

const MS_PER_SECOND = 1000;

export function metricsText(
  source: StatusSource,
  records: TransferRecords,
  site: SiteDescription,
  version: string,
): string {
  return [
    metric("info", "gauge", "The server; always 1.", [[{ name: site.name, version }, 1]]),
    metric("uptime_seconds", "gauge", "Time since the status page was started.", [
      [{}, (source.now() - site.startedAt) / MS_PER_SECOND],
    ]),
    metric("transfers_total", "counter", "Ended transfers, by direction and result.", endedSamples(records)),
    ...directionMetrics(countsWithRunning(source, records)),
    metric(
      "refused_requests_total",
      "counter",
      "Requests answered with an ERROR, by direction and error.",
      refusedSamples(records),
    ),
    metric(
      "refusals_total",
      "counter",
      "Requests answered with an ERROR, by reason.",
      [...records.reasonCounts].map(([reason, count]): Sample => [{ reason }, count]),
    ),
    metric(
      "unanswered_requests_total",
      "counter",
      "Requests without an answer: all transfers in use, or a limit reached.",
      [[{}, source.unansweredRequests]],
    ),
    metric("transfers_running", "gauge", "Running transfers, by direction.", runningSamples(source)),
    metric("transfers_max", "gauge", "Transfers that can run at once.", [[{}, source.maxTransfers]]),
    site.metrics ?? "",
  ].join("");
}

function directionMetrics(counts: readonly DirectionCounts[]): string[] {
  const metricOf = (name: string, help: string, key: "bytes" | "blocks" | "retransmissions" | "duplicates"): string => {
    const samples = counts.map((count, index): Sample => [{ direction: DIRECTIONS[index] as string }, count[key]]);
    return metric(name, "counter", help, samples);
  };
  return [
    metricOf("transferred_bytes_total", "Bytes of files transferred, by direction.", "bytes"),
    metricOf("blocks_total", "Blocks transferred, by direction.", "blocks"),
    metricOf("retransmissions_total", "Messages sent again because no answer came in time.", "retransmissions"),
    metricOf("duplicates_total", "Messages of clients received more than once.", "duplicates"),
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

/** One metric with its samples. `help` must not need escapes: no backslash, no line feed. */
export function metric(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string {
  const full = `lockstep_tftp_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Escapes backslashes, quotation marks and line feeds in the value of a label. */
function escaped(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
