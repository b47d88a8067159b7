/** Lines of the log that are not written yet. Bounded, because its reader may stop reading while strangers make lines. */
import type { Writable } from "node:stream";

/** Some thousand lines. A reader that pauses for a moment loses none. */
const MAX_CHARACTERS = 1024 * 1024;

export class LineQueue {
  private lines: string[] = [];
  private characters = 0;
  private dropped = 0;

  /** @param onDropped called with the number of lines that were lost, once lines are taken again. */
  constructor(private readonly onDropped: (count: number) => void) {}

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  /** Keeps a line, or drops it and the following ones if too many wait: the earlier ones tell how it began. */
  add(line: string): void {
    if (this.dropped > 0 || this.characters + line.length > MAX_CHARACTERS) {
      this.dropped++;
      return;
    }
    this.lines.push(line);
    this.characters += line.length + 1;
  }

  /** Writes the lines at once, and forgets them. */
  writeTo(stream: Writable): void {
    const text = this.lines.map((line) => `${line}\n`).join("");
    const { dropped } = this;
    this.lines = [];
    this.characters = 0;
    this.dropped = 0;
    stream.write(text);
    if (dropped > 0) {
      this.onDropped(dropped);
    }
  }
}
