/** Plot of the last two minutes: throughput as an area, retransmissions as bars. */
import type { StatusReport } from "../status-report.js";
import { byId, setText } from "./dom.js";
import { rateText } from "./figures.js";

const SPAN_MS = 120_000;
const WIDTH = 600;
const HEIGHT = 160;
/** Bars take the lower third, below the curve. */
const BARS_HEIGHT = HEIGHT / 3;
const BAR_WIDTH = 3;
/** Shortest axes: shorter ones would exaggerate small values. */
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
let previous: Totals | undefined;

/** Adds the changes since the last report. */
export function plot({ counts, uptimeMs }: StatusReport): void {
  const totals = {
    at: uptimeMs,
    bytes: counts.bytesSent + counts.bytesReceived,
    repeated: counts.retransmissions,
  };
  if (previous !== undefined && totals.at < previous.at) {
    // The server has restarted.
    samples.length = 0;
    previous = undefined;
  }
  if (previous !== undefined && totals.at > previous.at) {
    const seconds = (totals.at - previous.at) / 1000;
    samples.push({
      at: totals.at,
      bytesPerSecond: (totals.bytes - previous.bytes) / seconds,
      repeatedPerSecond: (totals.repeated - previous.repeated) / seconds,
    });
  }
  previous = totals;
  while ((samples[0]?.at ?? 0) < totals.at - SPAN_MS && samples.length > 0) {
    samples.shift();
  }
  draw(totals.at);
}

function draw(now: number): void {
  const peak = Math.max(0, ...samples.map(({ bytesPerSecond }) => bytesPerSecond));
  const rateAxis = Math.max(MIN_RATE_AXIS, peak);
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
  describe(peak);
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

/** Describes the plot in words, for the legend and for screen readers. */
function describe(peakBytesPerSecond: number): void {
  const { bytesPerSecond = 0, repeatedPerSecond = 0 } = samples.at(-1) ?? {};
  const repeated = `${Math.round(repeatedPerSecond)}/s`;
  setText("rate-now", rateText(bytesPerSecond));
  setText("rate-peak", rateText(peakBytesPerSecond));
  setText("repeated-now", repeated);
  setText(
    "plot-text",
    `Throughput now ${rateText(bytesPerSecond)}, peak ${rateText(peakBytesPerSecond)}; retransmissions now ${repeated}`,
  );
}
