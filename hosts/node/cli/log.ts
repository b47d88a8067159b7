/** The log of `serve`: lines for people, or JSON lines for programs. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["live", "text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Further fields of a JSON line, by name. */
export type LogDetails = Readonly<Record<string, string | number | boolean>>;

export class Log {
  private levels: readonly LogLevel[] = [];

  constructor(
    private readonly isJson: boolean,
    level: LogLevel,
    private readonly print: (line: string, level: LogLevel) => void,
  ) {
    this.level = level;
  }

  /** The least important level that is written. */
  set level(level: LogLevel) {
    this.levels = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1);
  }

  /** Whether lines of this level are written. Lets a caller skip making a text that nothing would print. */
  includes(level: LogLevel): boolean {
    return this.levels.includes(level);
  }

  /** @param text must be printable: texts of a peer go through `printable` first. */
  write(level: LogLevel, event: string, text: string, details: LogDetails = {}): void {
    if (!this.includes(level)) {
      return;
    }
    const time = new Date().toISOString();
    const line = this.isJson ? JSON.stringify({ time, level, event, ...details }) : `${time.slice(11, 19)} ${text}`;
    this.print(line, level);
  }
}
