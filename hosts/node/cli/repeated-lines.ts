/** Sums up lines of one kind about one address: one stranger must not fill the disk that holds the log. */
import { counted } from "./counted.js";
import type { Log, LogLevel } from "./log.js";

const SECONDS = 10;
/** More than a device asks for when it starts. */
const MAX_LINES = 100;
/** Addresses can be forged: lines about further ones count together. */
const MAX_KINDS = 1000;
const OTHER_ADDRESSES = "other addresses";

interface Kind {
  readonly level: LogLevel;
  readonly event: string;
  readonly what: string;
  readonly address: string;
  count: number;
}

export class RepeatedLines {
  private readonly kinds = new Map<string, Kind>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly log: Log) {}

  /**
   * Counts a line about an address.
   *
   * @param what kind of the event, in words.
   * @returns whether the line is to be written: the level is in use, and the line is one of the first of its kind.
   */
  admit(level: LogLevel, event: string, what: string, address: string): boolean {
    if (!this.log.includes(level)) {
      return false;
    }
    this.timer ??= setTimeout(() => this.sumUp(), SECONDS * 1000).unref();
    const kind = this.kindOf(level, event, what, address);
    kind.count++;
    return kind.count <= MAX_LINES;
  }

  /** Writes how many lines were left out, and begins to count again. */
  sumUp(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const { level, event, what, address, count } of this.kinds.values()) {
      const lines = count - MAX_LINES;
      if (lines > 0) {
        const text = `${address}: ${counted(lines, "more line")} like "${what}" within ${SECONDS} s, left out`;
        this.log.write(level, "repeated", text, { repeated: event, reason: what, address, lines });
      }
    }
    this.kinds.clear();
  }

  private kindOf(level: LogLevel, event: string, what: string, address: string): Kind {
    const key = `${event} ${what} ${address}`;
    const known = this.kinds.get(key);
    if (known !== undefined) {
      return known;
    }
    if (this.kinds.size >= MAX_KINDS && address !== OTHER_ADDRESSES) {
      return this.kindOf(level, event, what, OTHER_ADDRESSES);
    }
    const kind = { level, event, what, address, count: 0 };
    this.kinds.set(key, kind);
    return kind;
  }
}
