/**
 * Rules that map the name that a client asks for to the name of the file it gets: by the form of the name, by client, or
 * by a table of machines.
 */
import { printable } from "../../common/printable.js";
import { type Reason, reasonFor } from "../../common/reasons.js";
import { CompiledRule, type MappedName, type NameRule, REFUSED_NAME } from "./name-rule.js";

/** Bounds the time of a request. */
const MAX_RULES = 256;
/** Bounds the files that one request looks up. */
const MAX_NAMES = 8;
/** Index of no rule. */
const NONE = -1;

/** A list of rules, checked and compiled. */
export class NameRules {
  private readonly rules: readonly CompiledRule[];

  /**
   * @param file where the rules are written, for error messages; undefined if they are not from a file.
   * @throws RangeError or TypeError that names the rule and its mistake.
   */
  constructor(rules: readonly NameRule[], file?: string) {
    const place = file === undefined ? "" : ` in ${file}`;
    if (rules.length > MAX_RULES) {
      throw new RangeError(`there are ${rules.length} rules${place}, and at most ${MAX_RULES} are allowed; use tables`);
    }
    this.rules = rules.map((rule, index) => {
      try {
        return new CompiledRule(rule);
      } catch (error) {
        (error as Error).message = `rule ${index + 1}${place}: ${(error as Error).message}`;
        throw error;
      }
    });
  }

  /**
   * The names to look up instead of `name`: one per rule that applies, in the order of the rules; `name` itself if none
   * applies. The last one may be undefined: the request is refused there. A name that a rule makes is held against the
   * refusals before that rule, so that nothing leads to a refused file but a rule that comes before its refusal.
   */
  namesFor(name: string, address: string, isUpload: boolean): readonly (string | undefined)[] {
    const names: (string | undefined)[] = [];
    for (const [index, rule] of this.rules.entries()) {
      const mapped = rule.apply(name, address, isUpload);
      if (mapped !== undefined) {
        const isRefused = this.refusedAt(mapped, index, address, isUpload) !== NONE;
        names.push(isRefused ? REFUSED_NAME : mapped.name);
        if (isRefused || names.length === MAX_NAMES) {
          return names;
        }
      }
    }
    return names.length > 0 ? names : [name];
  }

  /** Why `namesFor` ends with a refusal; undefined if it does not. */
  refusalFor(name: string, address: string, isUpload: boolean): Reason | undefined {
    for (const [index, rule] of this.rules.entries()) {
      const mapped = rule.apply(name, address, isUpload);
      const at = mapped === undefined ? NONE : this.refusedAt(mapped, index, address, isUpload);
      if (at !== NONE) {
        return reasonOf(at, this.rules[at] as CompiledRule);
      }
    }
    return undefined;
  }

  /** The name that an upload of `name` gets; undefined if it is refused. A new file cannot be looked up. */
  uploadName(name: string, address: string): string | undefined {
    return this.namesFor(name, address, true)[0];
  }

  /** Whether a download of `name` is looked up, and not refused at once. */
  mayRead(name: string, address: string): boolean {
    return this.namesFor(name, address, false)[0] !== REFUSED_NAME;
  }

  /** Index of the rule that refuses a name which the rule at `index` has made, or -1. */
  private refusedAt({ name }: MappedName, index: number, address: string, isUpload: boolean): number {
    return name === REFUSED_NAME
      ? index
      : this.rules.findIndex((rule, at) => at < index && rule.refuses && rule.applies(name, address, isUpload));
  }
}

/** A rule that does not refuse has made an invalid name. */
function reasonOf(index: number, rule: CompiledRule): Reason {
  const number = index + 1;
  return rule.refuses
    ? reasonFor("refused_by_rule", `${number} (${printable(rule.matchText)})`)
    : reasonFor("not_a_file_name", `: rule ${number} makes an invalid name of it`);
}
