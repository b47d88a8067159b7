/** The small plot: throughput as an area, retransmissions as bars, of the last two minutes. */
import type { StatusReport } from "../status-report.js";
import { byId, say } from "./dom.js";
import { rateText } from "./figures.js";

const SPAN_MS = 120_000;
const WIDTH = 600;
const HEIGHT = 160;
/** Bars take the lower third, so that they do not hide the curve. */
const BARS_HEIGHT = HEIGHT / 3;
const BAR_WIDTH = 3;
/** Axes that would be shorter make small things look large. */
const MIN_RATE_AXIS = 1024;
const MIN_REPEATED_AXIS = 10;

interface Sample {
  readonly at: number;
  readonly bytesPerSecond: number;
  readonly repeatedPerSecond: number;
}

interface Totals {
  readonly at: number;
  readonly bytes: number;
  readonly repeated: number;
}

const samples: Sample[] = [];
let before: Totals | undefined;

/** Adds what has happened since the last report. */
export function plot({ counts, uptimeMs }: StatusReport): void {
  const totals = {
    at: uptimeMs,
    bytes: counts.bytesSent + counts.bytesReceived,
    repeated: counts.retransmissions,
  };
  if (before !== undefined && totals.at < before.at) {
    // The server has started anew.
    samples.length = 0;
    before = undefined;
  }
  if (before !== undefined && totals.at > before.at) {
    const seconds = (totals.at - before.at) / 1000;
    samples.push({
      at: totals.at,
      bytesPerSecond: (totals.bytes - before.bytes) / seconds,
      repeatedPerSecond: (totals.repeated - before.repeated) / seconds,
    });
  }
  before = totals;
  while ((samples[0]?.at ?? 0) < totals.at - SPAN_MS && samples.length > 0) {
    samples.shift();
  }
  draw(totals.at);
}

function draw(now: number): void {
  const most = Math.max(0, ...samples.map(({ bytesPerSecond }) => bytesPerSecond));
  const rateAxis = Math.max(MIN_RATE_AXIS, most);
  const repeatedAxis = Math.max(MIN_REPEATED_AXIS, ...samples.map(({ repeatedPerSecond }) => repeatedPerSecond));
  const x = (at: number): number => WIDTH * (1 - (now - at) / SPAN_MS);
  const points = samples.map(({ at, bytesPerSecond }) => [x(at), HEIGHT * (1 - bytesPerSecond / rateAxis)] as const);
  const line = points.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`).join("L");
  const bars = samples
    .filter(({ repeatedPerSecond }) => repeatedPerSecond > 0)
    .map(({ at, repeatedPerSecond }) => {
      const height = Math.max(2, (BARS_HEIGHT * repeatedPerSecond) / repeatedAxis);
      return `M${(x(at) - BAR_WIDTH).toFixed(1)},${HEIGHT}v-${height.toFixed(1)}h${BAR_WIDTH}v${height.toFixed(1)}z`;
    });
  const first = points[0]?.[0].toFixed(1);
  const last = points.at(-1)?.[0].toFixed(1);
  shape("area", line === "" ? "" : `M${first},${HEIGHT}L${line}L${last},${HEIGHT}z`);
  shape("bars", bars.join(""));
  shape("curve", line === "" ? "" : `M${line}`);
  tell(most);
}

function shape(className: string, path: string): void {
  const svg = byId<SVGSVGElement>("plot");
  let element = svg.querySelector(`.${className}`);
  if (element === null) {
    element = document.createElementNS("http://www.w3.org/2000/svg", "path");
    element.setAttribute("class", className);
    svg.append(element);
  }
  element.setAttribute("d", path);
}

/** The same in words, for those who do not see it. */
function tell(mostBytesPerSecond: number): void {
  const { bytesPerSecond = 0, repeatedPerSecond = 0 } = samples.at(-1) ?? {};
  const repeated = `${Math.round(repeatedPerSecond)}/s`;
  say("rate-now", rateText(bytesPerSecond));
  say("rate-most", rateText(mostBytesPerSecond));
  say("repeated-now", repeated);
  const most = `at most ${rateText(mostBytesPerSecond)}`;
  say("plot-text", `Throughput now ${rateText(bytesPerSecond)}, ${most}; retransmissions now ${repeated}`);
}
