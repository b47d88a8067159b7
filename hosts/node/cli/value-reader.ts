/** Reads numbers, sizes and times from the texts of flags and settings. */
import { MAX_PORT } from "../../../src/index.js";
import type { FlagKinds, FlagValues } from "./flags.js";
import { UsageError } from "./usage-error.js";

/** Names of the flags that take one text. */
type TextName<Kinds extends FlagKinds> = {
  [Name in keyof Kinds]: Kinds[Name] extends "text" ? Name : never;
}[keyof Kinds] &
  string;

const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const TIME_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, "": 1000, s: 1000, m: 60_000 };
/** One day: longer than any client waits, and within the range of a timer. */
const MAX_DURATION_MS = 24 * 60 * 60 * 1000;

/** Each method returns undefined for a value that was not given, and throws UsageError for an invalid one. */
export class ValueReader<Kinds extends FlagKinds> {
  /**
   * @param values texts as they were given.
   * @param nameOf name of a setting as its author wrote it, for error messages: `--port`, or `port in FILE`.
   */
  constructor(
    readonly values: FlagValues<Kinds>,
    readonly nameOf: (name: keyof Kinds & string) => string,
  ) {}

  private text(name: TextName<Kinds>): string | undefined {
    return this.values[name] as string | undefined;
  }

  number(name: TextName<Kinds>, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw this.invalid(name, `it must be a whole number from ${min} to ${max}`);
    }
    return value;
  }

  port(name: TextName<Kinds>): number | undefined {
    return this.number(name, 0, MAX_PORT);
  }

  portRange(name: TextName<Kinds>): { first: number; last: number } | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
    const range = { first: Number(first), last: Number(last) };
    if (!(range.first >= 1 && range.last >= range.first && range.last <= MAX_PORT)) {
      throw this.invalid(name, "write the first and the last port, for example 50000-50999");
    }
    return range;
  }

  sizeBytes(name: TextName<Kinds>): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const [, digits, unit = ""] = /^(\d{1,15})([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
    if (digits === undefined) {
      throw this.invalid(name, "write a number of bytes, or for example 500K, 64M or 2G");
    }
    const bytes = Number(digits) * (SIZE_UNITS[unit.toLowerCase()] as number);
    if (bytes > Number.MAX_SAFE_INTEGER) {
      throw this.invalid(name, "no file is that large; leave it out for no limit");
    }
    return bytes;
  }

  durationMs(name: TextName<Kinds>, minMs: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const [, digits, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
    const ms = Math.round(Number(digits) * (TIME_UNITS_MS[unit] as number));
    if (!(ms >= minMs && ms <= MAX_DURATION_MS)) {
      const above = minMs > 0 ? "above 0 and " : "";
      throw this.invalid(name, `write a time ${above}of at most a day, such as 500ms, 2s or 1m`);
    }
    return ms;
  }

  oneOf<Choice extends string>(name: TextName<Kinds>, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw this.invalid(name, `it must be one of: ${choices.join(", ")}`);
    }
    return choice;
  }

  private invalid(name: TextName<Kinds>, advice: string): UsageError {
    return new UsageError(`${this.nameOf(name)} is "${this.text(name)}"; ${advice}`);
  }
}
