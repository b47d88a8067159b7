/** A running transfer as one line on a terminal. */
import { sizeText } from "../../../common/size-text.js";
import { fitColumns } from "./columns.js";
import { durationText } from "./duration-text.js";
import type { Paint } from "./paint.js";

export interface Progress {
  /** Printable name of the file. */
  readonly name: string;
  /** Whether the client sends the file. */
  readonly isUpload: boolean;
  /** Address of the client. */
  readonly peer: string;
  readonly bytes: number;
  /** -1 if unknown. */
  readonly sizeBytes: number;
  /** -1 before the first measurement. */
  readonly bytesPerSecond: number;
  /** Messages sent again. */
  readonly retransmissions: number;
  /** Drawings so far that had new bytes. */
  readonly steps: number;
}

type Cell = "name" | "arrow" | "peer" | "bar" | "percent" | "rate" | "left" | "retries";

/** Smallest widths. */
const CELL_COLUMNS: Readonly<Record<Cell, number>> = {
  name: 11,
  arrow: 2,
  peer: 15,
  bar: 7,
  percent: 4,
  rate: 10,
  left: 10,
  retries: 10,
};
const ORDER: readonly Cell[] = ["name", "arrow", "peer", "bar", "percent", "rate", "left", "retries"];
/** Cells that do not fit are left out from the end. */
const BY_IMPORTANCE: readonly Cell[] = ["name", "percent", "arrow", "bar", "rate", "left", "retries", "peer"];
/**
 * A name gets this width before the bar and the cells after it get any: names of phones, such as SEP001122334455.cnf.xml,
 * differ in their middle. On a terminal of 80 columns there is no room for addresses then, and at 50 none for rates.
 */
const WANTED_NAME_COLUMNS = 24;
const GAP = "  ";

/** Spare columns go to the name, then to the bar. Beyond these limits the eye would lose the line. */
const MAX_NAME_COLUMNS = 40;
const MAX_BAR_COLUMNS = 32;

/** Makes a line of at most `columns`. Cells of lines with the same width are aligned. */
export function progressLine(progress: Progress, columns: number, paint: Paint): string {
  const widths = widthsIn(columns);
  return ORDER.filter((cell) => widths.has(cell))
    .map((cell) => cellText(cell, progress, widths, paint))
    .join(GAP);
}

function widthsIn(columns: number): ReadonlyMap<Cell, number> {
  const widths = new Map<Cell, number>();
  let left = columns + GAP.length;
  for (const cell of BY_IMPORTANCE) {
    if (cell === "bar") {
      left = widen(widths, "name", WANTED_NAME_COLUMNS, left);
    }
    const width = CELL_COLUMNS[cell] + GAP.length;
    if (width > left) {
      break;
    }
    widths.set(cell, CELL_COLUMNS[cell]);
    left -= width;
  }
  if (widths.size === 0) {
    return widths.set("name", Math.max(0, columns));
  }
  left = widen(widths, "name", MAX_NAME_COLUMNS, left);
  widen(widths, "bar", MAX_BAR_COLUMNS, left);
  return widths;
}

/** Widens a cell by columns that are left. Returns how many are left then. */
function widen(widths: Map<Cell, number>, cell: Cell, maxColumns: number, left: number): number {
  const width = widths.get(cell);
  if (width === undefined) {
    return left;
  }
  const wider = Math.min(maxColumns, width + left);
  widths.set(cell, wider);
  return left - (wider - width);
}

function cellText(cell: Cell, progress: Progress, widths: ReadonlyMap<Cell, number>, paint: Paint): string {
  const { name, isUpload, peer, sizeBytes, bytesPerSecond, retransmissions } = progress;
  const columns = widths.get(cell) as number;
  switch (cell) {
    case "name":
      return fitColumns(name, columns);
    case "arrow":
      return paint.faint(isUpload ? "<-" : "->");
    case "peer":
      return paint.faint(fitColumns(peer, columns));
    case "bar":
      return sizeBytes < 0
        ? barWithoutEnd(progress, columns, widths.has("left"), paint)
        : bar(fractionOf(progress), columns, paint);
    case "percent":
      return (sizeBytes < 0 ? "" : `${Math.floor(fractionOf(progress) * 100)}%`).padStart(columns);
    case "rate":
      return (bytesPerSecond < 0 ? "" : `${sizeText(bytesPerSecond)}/s`).padStart(columns);
    case "left":
      return timeLeft(progress).padStart(columns);
    case "retries":
      return paint.odd(retriesText(retransmissions).padStart(columns));
  }
}

/** Largest number that fits the cell with its unit. */
const MAX_RETRIES_SHOWN = 99;

function retriesText(retransmissions: number): string {
  switch (retransmissions) {
    case 0:
      return "";
    case 1:
      return "1 retry";
    default:
      return retransmissions > MAX_RETRIES_SHOWN ? `>${MAX_RETRIES_SHOWN}` : `${retransmissions} retries`;
  }
}

/** Progress from 0 to 1. A client may announce a smaller size than it sends. */
function fractionOf({ bytes, sizeBytes }: Progress): number {
  return sizeBytes <= bytes ? 1 : bytes / sizeBytes;
}

function bar(fraction: number, columns: number, paint: Paint): string {
  const inside = columns - 2;
  const done = Math.floor(fraction * inside);
  const tip = done < inside ? ">" : "";
  return `[${paint.good("=".repeat(done) + tip)}${" ".repeat(inside - done - tip.length)}]`;
}

const RUNNER = "<=>";

/** Place of a mark that goes to and fro, from 0 to `room`. */
export function placeOfRunner(steps: number, room: number): number {
  return room - Math.abs(room - (steps % (2 * room)));
}

/** A bar of a file of unknown size: a mark that moves with the bytes. The bytes take its place where they have no other. */
function barWithoutEnd({ bytes, steps }: Progress, columns: number, areBytesShown: boolean, paint: Paint): string {
  if (!areBytesShown) {
    return sizeText(bytes).padStart(columns);
  }
  const room = columns - 2 - RUNNER.length;
  const at = placeOfRunner(steps, room);
  return `[${" ".repeat(at)}${paint.good(RUNNER)}${" ".repeat(room - at)}]`;
}

/** The bytes so far, if the size is unknown. */
function timeLeft({ bytes, sizeBytes, bytesPerSecond }: Progress): string {
  if (sizeBytes < 0) {
    return sizeText(bytes);
  }
  if (bytesPerSecond <= 0) {
    return "";
  }
  return `${durationText(Math.max(0, sizeBytes - bytes) / bytesPerSecond)} left`;
}
