/** Splits the arguments of a command line into flags with their values, and operands. */
import { parseArgs } from "node:util";
import { suggestion } from "../rules/nearest-name.js";
import { UsageError } from "./usage-error.js";

/**
 * Kind of a flag: a switch takes no value and is turned off by `--no-NAME`; `text` takes one value; `texts` takes one
 * value each time it is given.
 */
export type FlagKind = "switch" | "text" | "texts";

export type FlagKinds = Readonly<Record<string, FlagKind>>;

/** Values by flag name; flags that were not given are absent. */
export type FlagValues<Kinds extends FlagKinds> = {
  readonly [Name in keyof Kinds]?: Kinds[Name] extends "texts"
    ? readonly string[]
    : Kinds[Name] extends "text"
      ? string
      : boolean;
};

/** Flags of every command, which take precedence over all others. */
const GENERAL_FLAGS = { help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "V" } } as const;
/** With `--help`: every flag, and all that is known of it. */
const FULL_HELP = "all";

export interface ParsedFlags<Kinds extends FlagKinds> {
  readonly values: FlagValues<Kinds>;
  /** Arguments that are not flags, in order. */
  readonly operands: readonly string[];
  /** Which help is asked for; undefined if none is. */
  readonly help: { readonly isFull: boolean } | undefined;
  readonly asksForVersion: boolean;
}

interface FlagToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/**
 * @param formerNames current names by former ones, for the suggestion in the error message.
 * @throws UsageError for an unknown flag, a missing value, or a value of a switch.
 */
export function parseFlags<Kinds extends FlagKinds>(
  args: readonly string[],
  kinds: Kinds,
  formerNames: Readonly<Record<string, string>> = {},
): ParsedFlags<Kinds> {
  const options = Object.entries(kinds).map(
    ([name, kind]) => [name, { type: kind === "switch" ? "boolean" : "string" }] as const,
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(options), ...GENERAL_FLAGS },
    // Node's own error messages are written for programmers.
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values: Record<string, string | string[] | boolean> = {};
  const operands: string[] = [];
  const general = new Set<string>();
  const asksForHelp = tokens.some((token) => token.kind === "option" && token.name === "help");
  for (const token of tokens) {
    if (token.kind === "positional") {
      operands.push(token.value);
    } else if (token.kind === "option" && isGeneral(token.name, asksForHelp)) {
      general.add(token.name);
    } else if (token.kind === "option") {
      setFlag(values, token, kinds, formerNames);
    }
  }
  return {
    values: values as FlagValues<Kinds>,
    operands,
    help: asksForHelp ? { isFull: general.has(FULL_HELP) } : undefined,
    asksForVersion: general.has("version"),
  };
}

function isGeneral(name: string, asksForHelp: boolean): boolean {
  return Object.hasOwn(GENERAL_FLAGS, name) || (asksForHelp && name === FULL_HELP);
}

function setFlag(
  values: Record<string, string | string[] | boolean>,
  token: FlagToken,
  kinds: FlagKinds,
  formerNames: Readonly<Record<string, string>>,
): void {
  const positive = token.name.replace(/^no-/, "");
  const isTurnedOff = positive !== token.name && kindOf(positive, kinds) === "switch";
  const name = isTurnedOff ? positive : token.name;
  switch (kindOf(name, kinds)) {
    case undefined: {
      const meant = suggestion(token.name, Object.keys(kinds), { prefix: "--", formerNames });
      throw new UsageError(`unknown option "${token.rawName}"${meant}`);
    }
    case "switch":
      if (token.value !== undefined) {
        throw new UsageError(`${token.rawName} takes no value; leave out "=${token.value}"`);
      }
      values[name] = !isTurnedOff;
      return;
    case "text":
      values[name] = requiredValue(token);
      return;
    case "texts":
      values[name] = [...((values[name] as string[] | undefined) ?? []), requiredValue(token)];
  }
}

function kindOf(name: string, kinds: FlagKinds): FlagKind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

function requiredValue({ rawName, value, inlineValue }: FlagToken): string {
  if (value === undefined) {
    throw new UsageError(`${rawName} needs a value`);
  }
  if (value.startsWith("--") && !inlineValue) {
    throw new UsageError(
      `${rawName} needs a value, and "${value}" is an option; write ${rawName}=${value} if you mean it`,
    );
  }
  return value;
}
