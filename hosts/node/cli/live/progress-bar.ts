/** A line on a terminal with the progress of `get` or `put`. */
import type { TransferView } from "../../../../src/index.js";
import { sizeText } from "../../../common/size-text.js";
import { placeOfRunner } from "./progress-line.js";

/** The part of a terminal that the bar uses. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Ten drawings a second look alive. */
const DRAW_MS = 100;
/** Widest and narrowest bar; a narrow terminal shows the figures alone. */
const MAX_BAR_COLUMNS = 40;
const MIN_BAR_COLUMNS = 8;
/** Width of the mark in the bar of a file of unknown size. */
const RUNNER_COLUMNS = 3;
const COLUMNS_DEFAULT = 80;
const SECOND_MS = 1000;
const CLEAR_LINE = "\r\u001b[K";
const GREEN = "\u001b[32m";
const PLAIN = "\u001b[0m";

export class ProgressBar {
  private shownAt = Number.NEGATIVE_INFINITY;
  private isShown = false;
  /** Time of the first progress; undefined before. */
  private startedAt: number | undefined;
  private waiting: NodeJS.Timeout | undefined;
  /** Drawings so far of a file of unknown size. */
  private steps = 0;

  private constructor(
    private readonly terminal: Terminal,
    private readonly hasColor: boolean,
  ) {}

  /** Makes a bar; undefined if the output is not a terminal. */
  static on(terminal: Terminal, environment: NodeJS.ProcessEnv): ProgressBar | undefined {
    const { NO_COLOR = "", TERM } = environment;
    if (!terminal.isTTY || TERM === "dumb") {
      return undefined;
    }
    return new ProgressBar(terminal, NO_COLOR === "");
  }

  /** Draws the progress, at most ten times a second. */
  readonly show = ({ bytes, sizeBytes }: TransferView): void => {
    const now = performance.now();
    this.startedAt ??= now;
    clearInterval(this.waiting);
    if (now - this.shownAt >= DRAW_MS) {
      this.shownAt = now;
      this.isShown = true;
      this.terminal.write(`\r${this.line(bytes, sizeBytes, now - this.startedAt)}\u001b[K`);
    }
  };

  /** Counts the seconds until the first progress. */
  waitFor(server: string): void {
    const startedAt = performance.now();
    const draw = (): void => {
      const seconds = Math.round((performance.now() - startedAt) / SECOND_MS);
      this.isShown = true;
      this.terminal.write(`\r${this.waitingLine(server, seconds)}\u001b[K`);
    };
    draw();
    this.waiting = setInterval(draw, SECOND_MS);
    this.waiting.unref();
  }

  /** Erases the line. */
  clear(): void {
    clearInterval(this.waiting);
    if (this.isShown) {
      this.isShown = false;
      this.terminal.write(CLEAR_LINE);
    }
  }

  private waitingLine(server: string, seconds: number): string {
    const columns = (this.terminal.columns ?? COLUMNS_DEFAULT) - 1;
    return fitting(columns, `Waiting for ${server} … ${seconds} s, Ctrl-C to stop`, `Waiting … ${seconds} s`);
  }

  /** Shows as much as fits: a terminal that wraps the line would show each drawing on a new row. */
  private line(bytes: number, sizeBytes: number, elapsedMs: number): string {
    const columns = (this.terminal.columns ?? COLUMNS_DEFAULT) - 1;
    const rate = `${sizeText((bytes * 1000) / Math.max(1, elapsedMs))}/s`;
    if (sizeBytes <= 0) {
      return this.lineWithoutEnd(columns, bytes, rate);
    }
    const fraction = Math.min(1, bytes / sizeBytes);
    const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
    const figures = `${percent}  ${sizeText(bytes)} of ${sizeText(sizeBytes)}  ${rate}`;
    const barColumns = Math.min(MAX_BAR_COLUMNS, columns - figures.length - 3);
    return barColumns < MIN_BAR_COLUMNS
      ? fitting(columns, figures, percent)
      : `${this.bar(fraction, barColumns)} ${figures}`;
  }

  /** A file of unknown size has a mark that moves as its bytes come. */
  private lineWithoutEnd(columns: number, bytes: number, rate: string): string {
    const figures = `${sizeText(bytes)}  ${rate}`;
    const room = Math.min(MAX_BAR_COLUMNS, columns - figures.length - 3) - RUNNER_COLUMNS;
    if (room + RUNNER_COLUMNS < MIN_BAR_COLUMNS) {
      return fitting(columns, figures, sizeText(bytes));
    }
    const at = placeOfRunner(this.steps++, room);
    return `[${".".repeat(at)}${this.marks(RUNNER_COLUMNS)}${".".repeat(room - at)}] ${figures}`;
  }

  private bar(fraction: number, columns: number): string {
    const done = Math.round(fraction * columns);
    return `[${this.marks(done)}${".".repeat(columns - done)}]`;
  }

  private marks(count: number): string {
    const marks = "#".repeat(count);
    return this.hasColor ? `${GREEN}${marks}${PLAIN}` : marks;
  }
}

function fitting(columns: number, long: string, short: string): string {
  return long.length <= columns ? long : short.slice(0, Math.max(0, columns));
}
