/** Reads the rules of a configuration file. */
import path from "node:path";
import { type NameRule, RULE_KEYS } from "../rules/name-rule.js";
import { NameRules } from "../rules/name-rules.js";
import { inKebabCase } from "../rules/rule-keys.js";
import { UsageError } from "./usage-error.js";

const OPTION_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  RULE_KEYS.map((key) => [inKebabCase(key), key]),
);
/** Keys that may have a path. */
const FILES: readonly string[] = ["template", "table"];
/** Begins a rule. */
const HEADING = /^[ \t]*\[\[[ \t]*rules[ \t]*\]\]/;

/**
 * @param value the rules as TOML has them.
 * @param contents of the file.
 * @param uploadsToUrls whether rules with a URL apply to uploads, too.
 * @throws UsageError that names the rule, its line and its mistake.
 */
export function rulesOf(value: unknown, file: string, contents: string, uploadsToUrls: boolean): readonly NameRule[] {
  if (!Array.isArray(value)) {
    throw new UsageError(`rules in ${file} is ${JSON.stringify(value)}; begin each rule with [[rules]]`);
  }
  const rules = value.map((rule) => withPlaces(rule, file));
  try {
    new NameRules(rules, { file, lines: linesOf(contents, value.length), uploadsToUrls });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return rules.map(withOptionNames);
}

/** Paths of files are relative to the folder of the configuration file. */
function withPlaces(rule: unknown, file: string): NameRule {
  if (typeof rule !== "object" || rule === null) {
    return rule as unknown as NameRule;
  }
  const paths = Object.entries(rule).filter(([key, value]) => FILES.includes(key) && typeof value === "string");
  return {
    ...rule,
    ...Object.fromEntries(paths.map(([key, value]) => [key, path.resolve(path.dirname(file), value)])),
  };
}

/** Lines on which rules begin; none if they are written otherwise than one below the other. */
function linesOf(contents: string, count: number): readonly number[] {
  const lines = contents.split("\n").flatMap((line, index) => (HEADING.test(line) ? [index + 1] : []));
  return lines.length === count ? lines : [];
}

function withOptionNames(rule: object): NameRule {
  return Object.fromEntries(Object.entries(rule).map(([key, value]) => [OPTION_NAMES[key] as string, value]));
}
