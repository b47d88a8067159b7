/**
 * Changing lines at the bottom of a terminal, below permanent lines. Draws only while there is something to draw, and at
 * most ten times a second. A terminal that takes nothing for a while gets nothing until then.
 */
import { clearScreenDown, moveCursor } from "node:readline";
import type { Writable } from "node:stream";
import { createLogUpdate } from "log-update";
import stringWidth from "string-width";
import { LineQueue } from "../line-queue.js";
import { flushed } from "../output.js";

const DRAW_MS = 100;
const COLUMNS_DEFAULT = 80;
const ROWS_DEFAULT = 24;

/** A terminal, which emits `resize`. */
export interface Terminal extends Writable {
  readonly columns: number;
  readonly rows: number;
}

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
  private readonly pending: LineQueue;
  private drawn: readonly string[] = [];
  private drawnAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  /** @param onDropped called with the number of permanent lines that were lost while the terminal took none. */
  constructor(
    private readonly terminal: Terminal,
    private readonly frame: Frame,
    onDropped: (count: number) => void,
  ) {
    this.pending = new LineQueue(onDropped);
    // It looks at the size and writes, and needs nothing else of a terminal.
    this.update = createLogUpdate(terminal as unknown as NodeJS.WriteStream, { showCursor: true });
    terminal.on("drain", this.onDrain);
    terminal.on("resize", this.onResize);
    process.on("SIGCONT", this.onResume);
  }

  /** Largest width of a line: the last column stays free, because some terminals wrap when it is used. */
  get columns(): number {
    return (this.terminal.columns ?? COLUMNS_DEFAULT) - 1;
  }

  /** Writes a permanent line above the changing ones, within 100 ms. */
  print(line: string): void {
    this.pending.add(line);
    if (this.isClosed) {
      this.write([]);
    } else {
      this.wake();
    }
  }

  /** Starts to draw, and continues while the frame has lines. */
  wake(): void {
    if (this.timer === undefined && !this.isClosed) {
      const wait = Math.max(0, this.drawnAt + DRAW_MS - performance.now());
      this.timer = setTimeout(() => this.draw(), wait);
    }
  }

  /** Removes the changing lines. Returns whether everything is written. */
  close(): Promise<boolean> {
    if (!this.isClosed) {
      this.write([]);
      this.isClosed = true;
      clearTimeout(this.timer);
      this.terminal.off("resize", this.onResize);
      process.off("SIGCONT", this.onResume);
    }
    return flushed(() => this.pending.isEmpty && this.terminal.writableLength === 0);
  }

  private draw(): void {
    this.timer = undefined;
    this.drawnAt = performance.now();
    const { rows = ROWS_DEFAULT } = this.terminal;
    // The row of the cursor stays free, too.
    const lines = this.frame(this.columns, rows - 1);
    this.write(lines);
    if (lines.length > 0) {
      this.wake();
    }
  }

  /** Writes everything at once, to avoid flicker. */
  private write(lines: readonly string[]): void {
    if (this.terminal.writableNeedDrain) {
      return;
    }
    this.terminal.cork();
    if (!this.pending.isEmpty) {
      this.update.clear();
      this.pending.writeTo(this.terminal);
    }
    if (lines.length > 0) {
      this.update(lines.join("\n"));
    } else if (this.drawn.length > 0) {
      this.update.clear();
    }
    this.drawn = lines;
    this.terminal.uncork();
  }

  /** The terminal takes lines again. */
  private readonly onDrain = (): void => {
    if (this.isClosed) {
      this.write([]);
    } else if (!this.pending.isEmpty) {
      this.wake();
    }
  };

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
