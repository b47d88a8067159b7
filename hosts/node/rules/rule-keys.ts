/** Reads the keys of a rule, and names the one with a mistake as its author wrote it. */
import type { NameRule } from "./name-rule.js";
import { suggestion } from "./nearest-name.js";

/** The key of a rule as its author writes it: `make-folders` in a configuration file. */
export type KeyNaming = (key: string) => string;

export function asWritten(key: string): string {
  return key;
}

/** `make-folders` for `makeFolders`. */
export function inKebabCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Each method throws TypeError or RangeError for a value that the key does not take. */
export class RuleKeys {
  /** @throws TypeError if the rule is no object, or has an unknown key. */
  constructor(
    private readonly rule: NameRule,
    known: readonly (keyof NameRule)[],
    readonly nameOf: KeyNaming,
  ) {
    if (typeof rule !== "object" || rule === null) {
      throw new TypeError(`${JSON.stringify(rule)} is not a rule; write for example { match: "*.cfg", to: "all.cfg" }`);
    }
    const names = known.map(nameOf);
    for (const key of Object.keys(rule)) {
      if (!names.includes(key)) {
        throw new TypeError(`unknown key "${key}"${suggestion(key, names)}`);
      }
    }
  }

  optionalText(key: "template"): string | undefined {
    return this.rule[key] === undefined ? undefined : checkedText(key, this.rule[key]);
  }

  text(key: "match" | "to", byDefault: string): string {
    return checkedText(key, this.rule[key] ?? byDefault);
  }

  oneOf<Key extends "direction" | "case">(key: Key, choices: readonly NonNullable<NameRule[Key]>[]): NameRule[Key] {
    const value = this.rule[key];
    if (value !== undefined && !choices.includes(value)) {
      throw new RangeError(`${key} is ${JSON.stringify(value)}; it must be one of: ${choices.join(", ")}`);
    }
    return value;
  }

  /** Returns 0 if the key is left out. */
  count(key: "keep", max: number): number {
    const value = this.rule[key] ?? 0;
    if (!(Number.isInteger(value) && value >= (this.rule[key] === undefined ? 0 : 1) && value <= max)) {
      throw new RangeError(`${key} is ${JSON.stringify(value)}; it must be a whole number from 1 to ${max}`);
    }
    return value;
  }

  flag(key: "refuse" | "makeFolders"): boolean {
    const name = this.nameOf(key);
    const value = (this.rule as Readonly<Record<string, unknown>>)[name] ?? false;
    if (typeof value !== "boolean") {
      throw new TypeError(`${name} is ${JSON.stringify(value)}; it must be true or false`);
    }
    return value;
  }
}

export function checkedText(what: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new TypeError(`${what} is ${JSON.stringify(value)}; it must be a string`);
  }
  return value;
}
