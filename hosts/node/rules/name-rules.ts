/**
 * Rules that map the name that a client asks for to the name of the file it gets: by the form of the name, by client, or
 * by a table of machines.
 */
import { printable } from "../../common/printable.js";
import { type Reason, reasonFor } from "../../common/reasons.js";
import type { UploadPlace } from "../files/upload-place.js";
import { type AskedName, CompiledRule, type MappedName, REFUSED_NAME } from "./compiled-rule.js";
import type { NameRule } from "./name-rule.js";
import { asWritten, inKebabCase } from "./rule-keys.js";

/** Bounds the time of a request. */
const MAX_RULES = 256;
/** Bounds the files that one request looks up. */
const MAX_NAMES = 8;
/** Index of no rule. */
const NONE = -1;

/** Options of {@link NameRules}. */
export interface NameRulesOptions {
  /** File in which the rules are written, for error messages. Default: they are not from a file. */
  readonly file?: string;
  /** Lines of the file on which the rules begin. */
  readonly lines?: readonly number[];
  /** Clock of `{date}` and `{time}`. Default: that of the system. */
  readonly clock?: () => Date;
}

/** A name to look up, and the rule that has made it. */
interface Candidate extends MappedName {
  /** Undefined for the requested name, where no rule applies. */
  readonly rule: CompiledRule | undefined;
}

/** A list of rules, checked and compiled. */
export class NameRules {
  private readonly rules: readonly CompiledRule[];
  private readonly clock: () => Date;

  /** @throws RangeError or TypeError that names the rule, its place in the file, and its mistake. */
  constructor(rules: readonly NameRule[], { file, lines = [], clock = () => new Date() }: NameRulesOptions = {}) {
    const place = file === undefined ? "" : ` in ${file}`;
    if (rules.length > MAX_RULES) {
      throw new RangeError(`there are ${rules.length} rules${place}, and at most ${MAX_RULES} are allowed; use tables`);
    }
    this.clock = clock;
    this.rules = rules.map((rule, index) => {
      try {
        return new CompiledRule(rule, file === undefined ? asWritten : inKebabCase);
      } catch (error) {
        const line = lines[index] === undefined ? "" : `, line ${lines[index]}`;
        (error as Error).message = `rule ${index + 1}${place}${line}: ${(error as Error).message}`;
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
    return this.candidates(name, address, isUpload).map((candidate) => candidate.name);
  }

  /** Why `namesFor` ends with a refusal; undefined if it does not. */
  refusalFor(name: string, address: string, isUpload: boolean): Reason | undefined {
    const asked = this.asked(name, address, isUpload);
    for (const [index, rule] of this.rules.entries()) {
      const mapped = rule.apply(asked);
      const at = mapped === undefined ? NONE : this.refusedAt(mapped, index, asked);
      if (at !== NONE) {
        return reasonOf(at, this.rules[at] as CompiledRule);
      }
    }
    return undefined;
  }

  /** Where an upload of `name` goes; undefined if it is refused. A new file cannot be looked up: the first rule decides. */
  uploadPlace(name: string, address: string): UploadPlace | undefined {
    const [first] = this.candidates(name, address, true);
    return first?.name === undefined
      ? undefined
      : { name: first.name, makesFolders: first.rule?.makesFolders ?? false, keep: first.rule?.keep ?? 0 };
  }

  /** Whether a rule keeps older versions of uploads. */
  get keepsVersions(): boolean {
    return this.rules.some(({ keep }) => keep > 0);
  }

  /** Whether a rule makes folders or keeps versions, for which a folder must be served. */
  get needsFolder(): boolean {
    return this.keepsVersions || this.rules.some(({ makesFolders }) => makesFolders);
  }

  /** Whether a download of `name` is looked up, and not refused at once. */
  mayRead(name: string, address: string): boolean {
    return this.namesFor(name, address, false)[0] !== REFUSED_NAME;
  }

  private asked(name: string, address: string, isUpload: boolean): AskedName {
    return { name, address, isUpload, time: this.clock() };
  }

  private candidates(name: string, address: string, isUpload: boolean): readonly Candidate[] {
    const asked = this.asked(name, address, isUpload);
    const found: Candidate[] = [];
    for (const [index, rule] of this.rules.entries()) {
      const mapped = rule.apply(asked);
      if (mapped !== undefined) {
        const isRefused = this.refusedAt(mapped, index, asked) !== NONE;
        found.push({ name: isRefused ? REFUSED_NAME : mapped.name, rule });
        if (isRefused || found.length === MAX_NAMES) {
          return found;
        }
      }
    }
    return found.length > 0 ? found : [{ name, rule: undefined }];
  }

  /** Index of the rule that refuses a name which the rule at `index` has made, or -1. */
  private refusedAt({ name }: MappedName, index: number, { address, isUpload, time }: AskedName): number {
    return name === REFUSED_NAME
      ? index
      : this.rules.findIndex(
          (rule, at) => at < index && rule.refuses && rule.applies({ name, address, isUpload, time }),
        );
  }
}

/** A rule that does not refuse has made an invalid name. */
function reasonOf(index: number, rule: CompiledRule): Reason {
  const number = index + 1;
  return rule.refuses
    ? reasonFor("refused_by_rule", `${number} (${printable(rule.matchText)})`)
    : reasonFor("not_a_file_name", `: rule ${number} makes an invalid name of it`);
}
