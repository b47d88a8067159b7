/**
 * Changing lines at the bottom of a terminal, below permanent lines. Draws only while there is something to draw, and at
 * most ten times a second.
 */
import { clearScreenDown, moveCursor } from "node:readline";
import type { WriteStream } from "node:tty";
import { createLogUpdate } from "log-update";
import stringWidth from "string-width";

const DRAW_MS = 100;
const COLUMNS_DEFAULT = 80;
const ROWS_DEFAULT = 24;

/**
 * Makes the changing lines.
 *
 * @param columns largest width of a line.
 * @param rows largest number of lines.
 */
export type Frame = (columns: number, rows: number) => readonly string[];

export class LiveScreen {
  private readonly update: ReturnType<typeof createLogUpdate>;
  /** Permanent lines that are not written yet. */
  private pending: string[] = [];
  private drawn: readonly string[] = [];
  private drawnAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly terminal: WriteStream,
    private readonly frame: Frame,
  ) {
    this.update = createLogUpdate(terminal, { showCursor: true });
    terminal.on("resize", this.onResize);
    process.on("SIGCONT", this.onResume);
  }

  /** Writes a permanent line above the changing ones, within 100 ms. */
  print(line: string): void {
    if (this.isClosed) {
      this.terminal.write(`${line}\n`);
      return;
    }
    this.pending.push(line);
    this.wake();
  }

  /** Starts to draw, and continues while the frame has lines. */
  wake(): void {
    if (this.timer === undefined && !this.isClosed) {
      const wait = Math.max(0, this.drawnAt + DRAW_MS - performance.now());
      this.timer = setTimeout(() => this.draw(), wait);
    }
  }

  /** Removes the changing lines. */
  close(): void {
    if (!this.isClosed) {
      this.write([]);
      this.isClosed = true;
      clearTimeout(this.timer);
      this.terminal.off("resize", this.onResize);
      process.off("SIGCONT", this.onResume);
    }
  }

  private draw(): void {
    this.timer = undefined;
    this.drawnAt = performance.now();
    const { columns = COLUMNS_DEFAULT, rows = ROWS_DEFAULT } = this.terminal;
    // The last column stays free, because some terminals wrap when it is used. The row of the cursor stays free, too.
    const lines = this.frame(columns - 1, rows - 1);
    this.write(lines);
    if (lines.length > 0) {
      this.wake();
    }
  }

  /** Writes everything at once, to avoid flicker. */
  private write(lines: readonly string[]): void {
    this.terminal.cork();
    if (this.pending.length > 0) {
      this.update.clear();
      this.terminal.write(`${this.pending.join("\n")}\n`);
      this.pending = [];
    }
    if (lines.length > 0) {
      this.update(lines.join("\n"));
    } else if (this.drawn.length > 0) {
      this.update.clear();
    }
    this.drawn = lines;
    this.terminal.uncork();
  }

  /** Erases the extra rows into which a narrower terminal has wrapped the lines, then draws again. */
  private readonly onResize = (): void => {
    const { columns = COLUMNS_DEFAULT } = this.terminal;
    const wrappedRows = this.drawn.reduce(
      (sum, line) => sum + Math.max(0, Math.ceil(stringWidth(line) / columns) - 1),
      0,
    );
    if (wrappedRows > 0) {
      this.update.clear();
      moveCursor(this.terminal, 0, -wrappedRows);
      clearScreenDown(this.terminal);
    }
    if (this.drawn.length > 0) {
      clearTimeout(this.timer);
      this.draw();
    }
  };

  /** Starts below what the shell has written during the pause, and leaves the old lines alone. */
  private readonly onResume = (): void => {
    this.update.done();
    this.drawn = [];
    this.wake();
  };
}
