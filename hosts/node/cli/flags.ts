/**
 * The words of a command line, taken apart: flags with their values, and what is no flag.
 */
import { parseArgs } from "node:util";
import { suggestion } from "../rules/nearest-name.js";
import { UsageError } from "./usage-error.js";

/** What a flag takes: nothing (and `--no-NAME` takes it back), one text, or a text each time that it is given. */
export type FlagKind = "flag" | "text" | "texts";

export type FlagKinds = Readonly<Record<string, FlagKind>>;

/** The values by the flags' names; a flag that was not given has none. */
export type FlagValues<Kinds extends FlagKinds> = {
  readonly [Name in keyof Kinds]?: Kinds[Name] extends "texts"
    ? readonly string[]
    : Kinds[Name] extends "text"
      ? string
      : boolean;
};

/** Flags that are asked for before anything else has a meaning, with their short forms. */
const GENERAL = { help: { type: "boolean", short: "h" }, version: { type: "boolean", short: "V" } } as const;

export interface ParsedWords<Kinds extends FlagKinds> {
  readonly values: FlagValues<Kinds>;
  /** The words that are no flags, in their order. */
  readonly others: readonly string[];
  readonly asksForHelp: boolean;
  readonly asksForVersion: boolean;
}

interface FlagToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/**
 * @throws UsageError that names the flag which is none, or lacks its value, or has one that it does not take.
 */
export function parseWords<Kinds extends FlagKinds>(words: readonly string[], kinds: Kinds): ParsedWords<Kinds> {
  const options = Object.entries(kinds).map(
    ([name, kind]) => [name, { type: kind === "flag" ? "boolean" : "string" }] as const,
  );
  const { tokens } = parseArgs({
    args: [...words],
    options: { ...Object.fromEntries(options), ...GENERAL },
    // Its own messages speak to programmers.
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values: Record<string, string | string[] | boolean> = {};
  const others: string[] = [];
  const asked = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      others.push(token.value);
    } else if (token.kind === "option" && Object.hasOwn(GENERAL, token.name)) {
      asked.add(token.name);
    } else if (token.kind === "option") {
      takeFlag(values, token, kinds);
    }
  }
  return {
    values: values as FlagValues<Kinds>,
    others,
    asksForHelp: asked.has("help"),
    asksForVersion: asked.has("version"),
  };
}

function takeFlag(values: Record<string, string | string[] | boolean>, token: FlagToken, kinds: FlagKinds): void {
  const taken = token.name.replace(/^no-/, "");
  const isTakenBack = taken !== token.name && kindOf(taken, kinds) === "flag";
  const name = isTakenBack ? taken : token.name;
  switch (kindOf(name, kinds)) {
    case undefined:
      throw new UsageError(
        `"${token.rawName}" is no option${suggestion(token.name, Object.keys(kinds), { prefix: "--" })}`,
      );
    case "flag":
      if (token.value !== undefined) {
        throw new UsageError(`${token.rawName} takes no value; write it alone`);
      }
      values[name] = !isTakenBack;
      return;
    case "text":
      values[name] = textOf(token);
      return;
    case "texts":
      values[name] = [...((values[name] as string[] | undefined) ?? []), textOf(token)];
  }
}

function kindOf(name: string, kinds: FlagKinds): FlagKind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

function textOf({ rawName, value, inlineValue }: FlagToken): string {
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
