/**
 * Rules that map the name that a client asks for to the name of the file it gets: by the form of the name, by client, or
 * by a table of machines.
 */
import type { ReadableFile } from "../../../src/index.js";
import { printable } from "../../common/printable.js";
import { type Reason, reasonFor } from "../../common/reasons.js";
import type { RuleUse } from "../../common/rule-use.js";
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
  /** Whether rules with a URL apply to uploads, too. Default false: they are for downloads. */
  readonly uploadsToUrls?: boolean;
}

/** A name to look up. */
export interface RuledName {
  /** Undefined if the request is refused. */
  readonly name: string | undefined;
  /** A text that is served in place of a file. */
  readonly text?: ReadableFile;
  /** Index of the rule that has made or refused it; -1 for the requested name, where no rule applies. */
  readonly by: number;
}

/** A list of rules, checked and compiled. */
export class NameRules {
  private readonly rules: readonly CompiledRule[];
  private readonly clock: () => Date;
  /** Requests by the index of the rule that was used for them. */
  private readonly counts: number[];

  /** @throws RangeError or TypeError that names the rule, its place in the file, and its mistake. */
  constructor(rules: readonly NameRule[], options: NameRulesOptions = {}) {
    const { file, lines = [], clock = () => new Date(), uploadsToUrls = false } = options;
    const place = file === undefined ? "" : ` in ${file}`;
    if (rules.length > MAX_RULES) {
      throw new RangeError(`there are ${rules.length} rules${place}, and at most ${MAX_RULES} are allowed; use tables`);
    }
    this.clock = clock;
    this.counts = rules.map(() => 0);
    this.rules = rules.map((rule, index) => {
      try {
        return new CompiledRule(rule, file === undefined ? asWritten : inKebabCase, uploadsToUrls);
      } catch (error) {
        const line = lines[index] === undefined ? "" : `, line ${lines[index]}`;
        (error as Error).message = `rule ${index + 1}${place}${line}: ${(error as Error).message}`;
        throw error;
      }
    });
  }

  /** Whether a rule has a URL. */
  get haveUrls(): boolean {
    return this.rules.some((rule) => rule.hasUrl);
  }

  /**
   * The names to look up instead of `name`: one per rule that applies, in the order of the rules; `name` itself if none
   * applies. The last one may be undefined: the request is refused there. A name that a rule makes is held against the
   * refusals before that rule, so that nothing leads to a refused file but a rule that comes before its refusal.
   */
  namesFor(name: string, address: string, isUpload: boolean): readonly (string | undefined)[] {
    return this.candidates(name, address, isUpload).map((candidate) => candidate.name);
  }

  /** Why a candidate without a name is refused. */
  refusalOf({ by }: RuledName): Reason {
    return reasonOf(by, this.rules[by] as CompiledRule);
  }

  /** Where an upload goes: a new file cannot be looked up, so the first candidate decides. Undefined if it is refused. */
  uploadPlace({ name, by }: RuledName): UploadPlace | undefined {
    const rule = this.rules[by];
    return name === REFUSED_NAME
      ? undefined
      : { name, makesFolders: rule?.makesFolders ?? false, keep: rule?.keep ?? 0 };
  }

  /** The name that an upload of `name` gets; undefined if it is refused. */
  uploadName(name: string, address: string): string | undefined {
    return this.namesFor(name, address, true)[0];
  }

  /** Whether a rule applies to an upload. */
  mapsUpload(name: string, address: string): boolean {
    return this.candidates(name, address, true)[0]?.by !== NONE;
  }

  /** Counts a request that a rule was used for. */
  countUse({ by }: RuledName): void {
    if (by !== NONE) {
      this.counts[by] = (this.counts[by] as number) + 1;
    }
  }

  /** Counts uses in another process, which has the same rules: as many of each rule. */
  addUses(counts: readonly number[]): void {
    this.counts.forEach((count, index) => {
      this.counts[index] = count + (counts[index] ?? 0);
    });
  }

  /** How often each rule was used. */
  get uses(): readonly RuleUse[] {
    return this.rules.map(({ matchText }, index) => {
      return { rule: index + 1, match: printable(matchText), count: this.counts[index] as number };
    });
  }

  /** The path of the template whose text a candidate has, as its rule has it; undefined for a file. */
  templateOf({ text, by }: RuledName): string | undefined {
    return text && this.rules[by]?.templatePath;
  }

  /** Whether a rule makes texts. */
  get hasTemplates(): boolean {
    return this.rules.some(({ templatePath }) => templatePath !== undefined);
  }

  /** Paths of tables, which hold more than one machine should know. */
  get tables(): readonly string[] {
    return this.rules.flatMap(({ tablePath }) => tablePath ?? []);
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

  /** As `namesFor`, with the rules that have made the names. At least one. */
  candidates(name: string, address: string, isUpload: boolean): readonly RuledName[] {
    const asked: AskedName = { name, address, isUpload, time: this.clock() };
    const found: RuledName[] = [];
    for (const [index, rule] of this.rules.entries()) {
      const mapped = rule.apply(asked);
      if (mapped !== undefined) {
        const refusing = this.refusedAt(mapped, index, asked);
        found.push(refusing === NONE ? { ...mapped, by: index } : { name: REFUSED_NAME, by: refusing });
        if (refusing !== NONE || found.length === MAX_NAMES) {
          return found;
        }
      }
    }
    return found.length > 0 ? found : [{ name, by: NONE }];
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
