/**
 * Lines at the bottom of a terminal that change, below lines that stay. It draws only when there is something to draw,
 * and then not more often than an eye can follow.
 */
import { clearScreenDown, moveCursor } from "node:readline";
import type { WriteStream } from "node:tty";
import { createLogUpdate } from "log-update";
import stringWidth from "string-width";

const DRAW_MS = 100;
const COLUMNS_DEFAULT = 80;
const ROWS_DEFAULT = 24;

/**
 * Makes the lines that change.
 *
 * @param columns no line may take more.
 * @param rows nor may there be more lines than that.
 */
export type Frame = (columns: number, rows: number) => readonly string[];

export class LiveScreen {
  private readonly update: ReturnType<typeof createLogUpdate>;
  /** Lines that are to stay, and are not written yet. */
  private waiting: string[] = [];
  private drawn: readonly string[] = [];
  private drawnAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly terminal: WriteStream,
    private readonly frame: Frame,
  ) {
    this.update = createLogUpdate(terminal, { showCursor: true });
    terminal.on("resize", this.resized);
    process.on("SIGCONT", this.resumed);
  }

  /** A line that stays, above the ones that change. It is written within 100 ms. */
  say(line: string): void {
    if (this.isClosed) {
      this.terminal.write(`${line}\n`);
      return;
    }
    this.waiting.push(line);
    this.wake();
  }

  /** There may be something new to draw. As long as there is, it is drawn again and again. */
  wake(): void {
    if (this.timer === undefined && !this.isClosed) {
      const wait = Math.max(0, this.drawnAt + DRAW_MS - performance.now());
      this.timer = setTimeout(() => this.draw(), wait);
    }
  }

  /** Takes away the lines that change. */
  close(): void {
    if (!this.isClosed) {
      this.write([]);
      this.isClosed = true;
      clearTimeout(this.timer);
      this.terminal.off("resize", this.resized);
      process.off("SIGCONT", this.resumed);
    }
  }

  private draw(): void {
    this.timer = undefined;
    this.drawnAt = performance.now();
    const { columns = COLUMNS_DEFAULT, rows = ROWS_DEFAULT } = this.terminal;
    // The last column stays free: some terminals begin a new row when it is used. So does the row of the cursor.
    const lines = this.frame(columns - 1, rows - 1);
    this.write(lines);
    if (lines.length > 0) {
      this.wake();
    }
  }

  /** In one go, so that nothing flickers. */
  private write(lines: readonly string[]): void {
    this.terminal.cork();
    if (this.waiting.length > 0) {
      this.update.clear();
      this.terminal.write(`${this.waiting.join("\n")}\n`);
      this.waiting = [];
    }
    if (lines.length > 0) {
      this.update(lines.join("\n"));
    } else if (this.drawn.length > 0) {
      this.update.clear();
    }
    this.drawn = lines;
    this.terminal.uncork();
  }

  /** Terminals break lines that have become too long into several rows; those are erased, too. */
  private readonly resized = (): void => {
    const { columns = COLUMNS_DEFAULT } = this.terminal;
    const brokenRows = this.drawn.reduce(
      (sum, line) => sum + Math.max(0, Math.ceil(stringWidth(line) / columns) - 1),
      0,
    );
    if (brokenRows > 0) {
      this.update.clear();
      moveCursor(this.terminal, 0, -brokenRows);
      clearScreenDown(this.terminal);
    }
    if (this.drawn.length > 0) {
      clearTimeout(this.timer);
      this.draw();
    }
  };

  /** After a pause the shell has written below; what was drawn before is left as it is. */
  private readonly resumed = (): void => {
    this.update.done();
    this.drawn = [];
    this.wake();
  };
}
