/** A running transfer as one line of a terminal. */
import { sizeText } from "../../../common/size-text.js";
import { inColumns } from "./columns.js";
import { durationText } from "./duration-text.js";
import type { Paint } from "./paint.js";

export interface Progress {
  /** Must be printable. */
  readonly name: string;
  /** Who is at the other end. */
  readonly peer: string;
  readonly bytes: number;
  /** -1 when nobody knows. */
  readonly sizeBytes: number;
  /** -1 as long as nothing was measured. */
  readonly bytesPerSecond: number;
  /** Messages that were sent again. */
  readonly retransmissions: number;
}

type Cell = "name" | "peer" | "bar" | "percent" | "rate" | "left" | "again";

/** All of them, and what is between them, fit the 79 columns that a terminal of 80 has for a line. */
const CELL_COLUMNS: Readonly<Record<Cell, number>> = {
  name: 11,
  peer: 15,
  bar: 8,
  percent: 4,
  rate: 10,
  left: 10,
  again: 9,
};
const ORDER: readonly Cell[] = ["name", "peer", "bar", "percent", "rate", "left", "again"];
/** Where not all fits, the last ones are left out. */
const BY_IMPORTANCE: readonly Cell[] = ["name", "percent", "bar", "rate", "left", "peer", "again"];
const BETWEEN = "  ";

/** What is to spare goes to the name, then to the bar, then to nobody: the eye must find from one end to the other. */
const MAX_NAME_COLUMNS = 40;
const MAX_BAR_COLUMNS = 32;

/** A line of at most so many columns. In lines of as many columns the same things stand below each other. */
export function progressLine(progress: Progress, columns: number, paint: Paint): string {
  const widths = widthsIn(columns);
  return ORDER.filter((cell) => widths.has(cell))
    .map((cell) => cellText(cell, progress, widths.get(cell) as number, paint))
    .join(BETWEEN);
}

function widthsIn(columns: number): ReadonlyMap<Cell, number> {
  const widths = new Map<Cell, number>();
  let left = columns + BETWEEN.length;
  for (const cell of BY_IMPORTANCE) {
    const width = CELL_COLUMNS[cell] + BETWEEN.length;
    if (width > left) {
      break;
    }
    widths.set(cell, CELL_COLUMNS[cell]);
    left -= width;
  }
  if (widths.size === 0) {
    return widths.set("name", Math.max(0, columns));
  }
  for (const [cell, most] of [
    ["name", MAX_NAME_COLUMNS],
    ["bar", MAX_BAR_COLUMNS],
  ] as const) {
    const width = widths.get(cell);
    if (width !== undefined) {
      const wider = Math.min(most, width + left);
      widths.set(cell, wider);
      left -= wider - width;
    }
  }
  return widths;
}

function cellText(cell: Cell, progress: Progress, columns: number, paint: Paint): string {
  const { name, peer, bytes, sizeBytes, bytesPerSecond, retransmissions } = progress;
  switch (cell) {
    case "name":
      return inColumns(name, columns);
    case "peer":
      return paint.faint(inColumns(peer, columns));
    case "bar":
      return sizeBytes < 0 ? sizeText(bytes).padStart(columns) : bar(partOf(progress), columns, paint);
    case "percent":
      return (sizeBytes < 0 ? "" : `${Math.floor(partOf(progress) * 100)}%`).padStart(columns);
    case "rate":
      return (bytesPerSecond < 0 ? "" : `${sizeText(bytesPerSecond)}/s`).padStart(columns);
    case "left":
      return timeLeft(progress).padStart(columns);
    case "again":
      return paint.odd(againText(retransmissions).padStart(columns));
  }
}

const MAX_AGAIN_SHOWN = 999;

function againText(retransmissions: number): string {
  if (retransmissions === 0) {
    return "";
  }
  return retransmissions > MAX_AGAIN_SHOWN ? `>${MAX_AGAIN_SHOWN}` : `${retransmissions} again`;
}

/** From 0 to 1. A client may announce less than it sends. */
function partOf({ bytes, sizeBytes }: Progress): number {
  return sizeBytes <= bytes ? 1 : bytes / sizeBytes;
}

function bar(part: number, columns: number, paint: Paint): string {
  const inside = columns - 2;
  const done = Math.floor(part * inside);
  const tip = done < inside ? ">" : "";
  return `[${paint.good("=".repeat(done) + tip)}${" ".repeat(inside - done - tip.length)}]`;
}

function timeLeft({ bytes, sizeBytes, bytesPerSecond }: Progress): string {
  if (sizeBytes < 0 || bytesPerSecond <= 0) {
    return "";
  }
  return `${durationText(Math.max(0, sizeBytes - bytes) / bytesPerSecond)} left`;
}
