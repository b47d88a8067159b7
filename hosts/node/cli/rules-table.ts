/** Reads the rules of a configuration file. */
import { type NameRule, RULE_KEYS } from "../rules/name-rule.js";
import { NameRules } from "../rules/name-rules.js";
import { inKebabCase } from "../rules/rule-keys.js";
import { UsageError } from "./usage-error.js";

const OPTION_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  RULE_KEYS.map((key) => [inKebabCase(key), key]),
);
/** Begins a rule. */
const HEADING = /^[ \t]*\[\[[ \t]*rules[ \t]*\]\]/;

/**
 * @param value the rules as TOML has them.
 * @param contents of the file.
 * @throws UsageError that names the rule, its line and its mistake.
 */
export function rulesOf(value: unknown, file: string, contents: string): readonly NameRule[] {
  if (!Array.isArray(value)) {
    throw new UsageError(`rules in ${file} is ${JSON.stringify(value)}; begin each rule with [[rules]]`);
  }
  try {
    new NameRules(value, { file, lines: linesOf(contents, value.length) });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return value.map(withOptionNames);
}

/** Lines on which rules begin; none if they are written otherwise than one below the other. */
function linesOf(contents: string, count: number): readonly number[] {
  const lines = contents.split("\n").flatMap((line, index) => (HEADING.test(line) ? [index + 1] : []));
  return lines.length === count ? lines : [];
}

function withOptionNames(rule: object): NameRule {
  return Object.fromEntries(Object.entries(rule).map(([key, value]) => [OPTION_NAMES[key] as string, value]));
}
