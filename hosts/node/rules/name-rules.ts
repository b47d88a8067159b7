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
   * applies. The last one may be undefined: the request is refused there. A name that a rule makes is held against the
   * refusals before that rule, so that nothing leads to a refused file but a rule that comes before its refusal.
   */
  namesFor(name: string, address: string, isUpload: boolean): readonly (string | undefined)[] {
    const names: (string | undefined)[] = [];
    for (const [index, rule] of this.rules.entries()) {
      const mapped = rule.apply(name, address, isUpload);
      if (mapped !== undefined) {
        const isRefused = mapped.name === REFUSED_NAME || this.refusesBefore(index, mapped.name, address, isUpload);
        names.push(isRefused ? REFUSED_NAME : mapped.name);
        if (isRefused || names.length === MAX_NAMES) {
          return names;
        }
      }
    }
    return names.length > 0 ? names : [name];
  }

  /** The name that an upload of `name` gets; undefined if it is refused. A new file cannot be looked up. */
  uploadName(name: string, address: string): string | undefined {
    return this.namesFor(name, address, true)[0];
  }

  /** Whether a download of `name` is looked up, and not refused at once. */
  mayRead(name: string, address: string): boolean {
    return this.namesFor(name, address, false)[0] !== REFUSED_NAME;
  }

  /** Whether one of the rules before `end` refuses a name. */
  private refusesBefore(end: number, name: string, address: string, isUpload: boolean): boolean {
    return this.rules.some((rule, index) => index < end && rule.refuses && rule.applies(name, address, isUpload));
  }
}
