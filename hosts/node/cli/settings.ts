/**
 * What `serve` can be told, by the names that the command line and the configuration file share, and how the values are
 * written.
 */
import { MAX_PORT } from "../../../src/index.js";
import type { FlagKinds, FlagValues } from "./flags.js";
import { UsageError } from "./usage-error.js";

export const SETTING_KINDS = {
  host: "texts",
  port: "text",
  "single-port": "flag",
  "port-range": "text",
  strict: "flag",
  allow: "texts",
  write: "flag",
  overwrite: "flag",
  "write-only": "flag",
  "max-size": "text",
  "ignore-case": "flag",
  checksums: "flag",
  "max-transfers": "text",
  "max-window": "text",
  timeout: "text",
  "give-up": "text",
  "busy-polling": "flag",
  "status-page": "text",
  grace: "text",
  log: "text",
  "log-level": "text",
} as const satisfies FlagKinds;

export type SettingName = keyof typeof SETTING_KINDS;
export type SettingValues = FlagValues<typeof SETTING_KINDS>;

export const SETTING_NAMES = Object.keys(SETTING_KINDS) as readonly SettingName[];

/** The names of the flags that have a text. */
type TextName<Kinds extends FlagKinds> = {
  [Name in keyof Kinds]: Kinds[Name] extends "text" ? Name : never;
}[keyof Kinds] &
  string;

const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const TIME_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, "": 1000, s: 1000, m: 60_000 };
/** A day: longer than any client waits, and well within what a timer takes. */
const MAX_DURATION_MS = 24 * 60 * 60 * 1000;

/** Reads values. A value that was not given is undefined; one that makes no sense is a UsageError. */
export class Settings<Kinds extends FlagKinds = typeof SETTING_KINDS> {
  /**
   * @param values what was given.
   * @param place what a setting is called where it was given, for messages.
   */
  constructor(
    readonly values: FlagValues<Kinds>,
    readonly place: (name: keyof Kinds & string) => string,
  ) {}

  private text(name: TextName<Kinds>): string | undefined {
    return this.values[name] as string | undefined;
  }

  number(name: TextName<Kinds>, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw this.mistake(name, `it must be a whole number from ${least} to ${most}`);
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
      throw this.mistake(name, "write the first and the last port, for example 50000-50999");
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
      throw this.mistake(name, "write bytes, or for example 500K, 64M or 2G");
    }
    const bytes = Number(digits) * (SIZE_UNITS[unit.toLowerCase()] as number);
    if (bytes > Number.MAX_SAFE_INTEGER) {
      throw this.mistake(name, "no file is as large as that; leave it out for no limit");
    }
    return bytes;
  }

  durationMs(name: TextName<Kinds>, leastMs: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const [, digits, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
    const ms = Math.round(Number(digits) * (TIME_UNITS_MS[unit] as number));
    if (!(ms >= leastMs && ms <= MAX_DURATION_MS)) {
      throw this.mistake(name, `write a time${leastMs > 0 ? " above 0" : ""}, such as 500ms, 2s or 1m`);
    }
    return ms;
  }

  oneOf<Word extends string>(name: TextName<Kinds>, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    if (text === undefined) {
      return undefined;
    }
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) {
      throw this.mistake(name, `it must be one of: ${words.join(", ")}`);
    }
    return word;
  }

  hosts(): readonly string[] | undefined {
    const { host: hosts } = this.values as SettingValues;
    if (hosts?.includes("")) {
      throw new UsageError(`${this.place("host")} is ""; name an address or a host, or leave it out to listen on all`);
    }
    return hosts;
  }

  private mistake(name: TextName<Kinds>, advice: string): UsageError {
    return new UsageError(`${this.place(name)} is "${this.text(name)}"; ${advice}`);
  }
}
