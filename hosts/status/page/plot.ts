/** Plots of the last minutes, one above the other: throughput and retransmissions. */
import { byId, child, setText, showRows } from "./dom.js";
import { rateText } from "./figures.js";
import { history, type Sample, SPAN_MS } from "./history.js";

const WIDTH = 600;
const HEIGHT = 100;
const MINUTE_MS = 60_000;
/** Shortest axes: shorter ones would exaggerate small values. */
const MIN_RATE_AXIS = 1024;
const MIN_REPEATED_AXIS = 10;
/** One value in ten may be cut off, if it would flatten the others. */
const USUAL_PART = 0.9;
const FLATTENING_FACTOR = 3;
/** Numbers at which an axis ends, in their unit. */
const ROUND_NUMBERS = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;

type ValueOf = (sample: Sample) => number;

const bytesOf: ValueOf = ({ bytesPerSecond }) => bytesPerSecond;
const repeatedOf: ValueOf = ({ repeatedPerSecond }) => repeatedPerSecond;

/** Draws what the history has. */
export function plot(): void {
  const now = history.last?.at ?? Date.now();
  drawPanel("rate", now, bytesOf, MIN_RATE_AXIS, 1024, rateText);
  drawPanel("repeated", now, repeatedOf, MIN_REPEATED_AXIS, 1000, countRateText);
  setText("time-first", clockText(now - SPAN_MS));
  setText("time-middle", clockText(now - SPAN_MS / 2));
  setText("time-now", clockText(now));
  showNumbers(now);
}

function countRateText(perSecond: number): string {
  return `${Math.round(perSecond)}/s`;
}

function clockText(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

function drawPanel(
  name: string,
  now: number,
  value: ValueOf,
  minAxis: number,
  unitBase: number,
  textOf: (value: number) => string,
): void {
  const { samples } = history;
  const values = samples.map(value);
  const axis = roundUp(Math.max(minAxis, usualPeak(values)), unitBase);
  const x = (at: number): string => Math.max(0, WIDTH * (1 - (now - at) / SPAN_MS)).toFixed(1);
  const bars = samples
    .filter((sample) => value(sample) > 0)
    .map((sample) => {
      const top = Math.max(0, HEIGHT * (1 - value(sample) / axis));
      return `M${x(sample.from)},${HEIGHT}V${top.toFixed(1)}H${x(sample.at)}V${HEIGHT}z`;
    });
  const cuts = samples.filter((sample) => value(sample) > axis).map(({ at }) => `M${x(at)},0l-6,9h12z`);
  byId(`${name}-bars`).setAttribute("d", bars.join(""));
  byId(`${name}-cuts`).setAttribute("d", cuts.join(""));
  setText(`${name}-axis`, textOf(axis));
  setText(`${name}-now`, textOf(values.at(-1) ?? 0));
  setText(`${name}-peak`, textOf(Math.max(0, ...values)));
}

/** The peak without a few values that would flatten all others. */
function usualPeak(values: readonly number[]): number {
  const sorted = values.filter((value) => value > 0).sort((one, other) => one - other);
  const peak = sorted.at(-1) ?? 0;
  const usual = sorted[Math.floor((sorted.length - 1) * USUAL_PART)] ?? 0;
  return peak > FLATTENING_FACTOR * usual ? 1.5 * usual : peak;
}

function roundUp(value: number, unitBase: number): number {
  const unit = unitBase ** Math.floor(Math.log(value) / Math.log(unitBase));
  return unit * (ROUND_NUMBERS.find((number) => number * unit >= value) ?? unitBase);
}

/** Describes the plots in words and numbers, for screen readers. */
function showNumbers(now: number): void {
  const { bytesPerSecond = 0, repeatedPerSecond = 0 } = history.samples.at(-1) ?? {};
  const peak = Math.max(0, ...history.samples.map(bytesOf));
  setText(
    "plot-text",
    `Throughput now ${rateText(bytesPerSecond)}, peak ${rateText(peak)}; retransmissions now ${countRateText(repeatedPerSecond)}`,
  );
  const minutes = Array.from({ length: SPAN_MS / MINUTE_MS }, (_, index) => index);
  showRows(byId("plot-numbers"), minutes, String, minuteRow, (row, minute) => {
    const end = now - minute * MINUTE_MS;
    const samples = history.samples.filter(({ at }) => at <= end && at > end - MINUTE_MS);
    const [, mean, peak, repeated] = [...row.children] as [Element, Element, Element, Element];
    mean.textContent = rateText(meanOf(samples, bytesOf));
    peak.textContent = rateText(Math.max(0, ...samples.map(bytesOf)));
    repeated.textContent = countRateText(meanOf(samples, repeatedOf));
  });
}

function minuteRow(minute: number): HTMLElement {
  const row = document.createElement("tr");
  child(row, "th", "", minute === 0 ? "Last minute" : `${minute} to ${minute + 1} minutes ago`).setAttribute(
    "scope",
    "row",
  );
  child(row, "td");
  child(row, "td");
  child(row, "td");
  return row;
}

function meanOf(samples: readonly Sample[], value: ValueOf): number {
  const duration = samples.reduce((sum, { from, at }) => sum + at - from, 0);
  return duration === 0 ? 0 : samples.reduce((sum, each) => sum + value(each) * (each.at - each.from), 0) / duration;
}
