/**
 * Rules that map the name that a client asks for to the name of the file it gets: by the form of the name, by client, or
 * by a table of machines.
 */
import { CompiledRule, type NameRule, REFUSED_NAME } from "./name-rule.js";

/** Bounds the time of a request. */
const MAX_RULES = 256;
/** Bounds the files that one request looks up. */
const MAX_NAMES = 8;

/** A list of rules, checked and compiled. */
export class NameRules {
  private readonly rules: readonly CompiledRule[];

  /**
   * @throws RangeError or TypeError that names the rule and its mistake.
   */
  constructor(rules: readonly NameRule[]) {
    if (rules.length > MAX_RULES) {
      throw new RangeError(`there are ${rules.length} rules, and at most ${MAX_RULES} are allowed; use tables`);
    }
    this.rules = rules.map((rule, index) => {
      try {
        return new CompiledRule(rule);
      } catch (error) {
        (error as Error).message = `rule ${index + 1}: ${(error as Error).message}`;
        throw error;
      }
    });
  }

  /**
   * The names to look up instead of `name`: one per rule that applies, in the order of the rules; `name` itself if none
   * applies. The last one may be undefined: the request is refused there.
   */
  namesFor(name: string, address: string, isUpload: boolean): readonly (string | undefined)[] {
    const names: (string | undefined)[] = [];
    for (const rule of this.rules) {
      const mapped = rule.apply(name, address, isUpload);
      if (mapped !== undefined) {
        names.push(mapped.name);
        if (mapped.name === REFUSED_NAME || names.length === MAX_NAMES) {
          return names;
        }
      }
    }
    return names.length > 0 ? names : [name];
  }
}
