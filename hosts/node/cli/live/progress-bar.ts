/** One line on a terminal that shows how far a transfer is. */
import type { TransferView } from "../../../../src/index.js";
import { sizeText } from "../../../common/size-text.js";

/** What is needed of a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Often enough to look alive. */
const INTERVAL_MS = 100;
/** The bar itself, where there is room for it, and what stands beside it. */
const MAX_BAR_COLUMNS = 40;
const MIN_BAR_COLUMNS = 8;
const COLUMNS_DEFAULT = 80;
const CLEAR_LINE = "\r\u001b[K";
const GREEN = "\u001b[32m";
const PLAIN = "\u001b[0m";

export class ProgressBar {
  private shownAt = Number.NEGATIVE_INFINITY;
  private isShown = false;

  private constructor(
    private readonly terminal: Terminal,
    private readonly hasColor: boolean,
    private readonly startedAt = performance.now(),
  ) {}

  /** A bar, or undefined where the output is no terminal. */
  static on(terminal: Terminal, environment: NodeJS.ProcessEnv): ProgressBar | undefined {
    const { NO_COLOR = "", TERM } = environment;
    if (!terminal.isTTY || TERM === "dumb") {
      return undefined;
    }
    return new ProgressBar(terminal, NO_COLOR === "");
  }

  /** Shows how far it is. */
  readonly show = ({ bytes, sizeBytes }: TransferView): void => {
    const now = performance.now();
    if (now - this.shownAt >= INTERVAL_MS) {
      this.shownAt = now;
      this.isShown = true;
      this.terminal.write(`\r${this.line(bytes, sizeBytes, now - this.startedAt)}\u001b[K`);
    }
  };

  /** Takes the line away. */
  clear(): void {
    if (this.isShown) {
      this.isShown = false;
      this.terminal.write(CLEAR_LINE);
    }
  }

  /** As much as fits: a terminal that breaks the line would show it again and again. */
  private line(bytes: number, sizeBytes: number, elapsedMs: number): string {
    const columns = (this.terminal.columns ?? COLUMNS_DEFAULT) - 1;
    const rate = `${sizeText((bytes * 1000) / Math.max(1, elapsedMs))}/s`;
    if (sizeBytes <= 0) {
      return fitting(columns, `${sizeText(bytes)}  ${rate}`, sizeText(bytes));
    }
    const part = Math.min(1, bytes / sizeBytes);
    const percent = `${Math.floor(part * 100)} %`.padStart(5);
    const figures = `${percent}  ${sizeText(bytes)} of ${sizeText(sizeBytes)}  ${rate}`;
    const barColumns = Math.min(MAX_BAR_COLUMNS, columns - figures.length - 3);
    return barColumns < MIN_BAR_COLUMNS
      ? fitting(columns, figures, percent)
      : `${this.bar(part, barColumns)} ${figures}`;
  }

  private bar(part: number, columns: number): string {
    const done = Math.round(part * columns);
    const filled = "#".repeat(done);
    return `[${this.hasColor ? `${GREEN}${filled}${PLAIN}` : filled}${".".repeat(columns - done)}]`;
  }
}

function fitting(columns: number, long: string, short: string): string {
  return long.length <= columns ? long : short.slice(0, Math.max(0, columns));
}
