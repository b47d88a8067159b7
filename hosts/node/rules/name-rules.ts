/**
 * Rules that turn the name that a client asks for into the name of the file it gets: by what the name looks like, by who
 * asks, by a table of machines.
 */
import { isIP } from "node:net";
import { cleanedName } from "../files/clean-name.js";
import { plainAddress } from "../udp/addresses.js";
import { AllowedNetworks } from "../udp/allowed-networks.js";
import { plainMac } from "./mac-address.js";
import { NamePattern } from "./name-pattern.js";
import { type AskedFile, NameTemplate } from "./name-template.js";
import { suggestion } from "./nearest-name.js";

/** Which names a rule is for (`match`, `from`, `direction`), and what becomes of them (all others). */
export interface NameRule {
  /**
   * The names it is for: `?` is one character, `*` any number of characters, neither of them `/`; `**` any number of any
   * characters; `{mac}` a MAC address in any of its writings. Capitals and small letters are the same. Default: all names.
   */
  readonly match?: string;
  /** The clients it is for, as networks or single addresses. Default: all. */
  readonly from?: string | readonly string[];
  /** Whether it is for downloads or for uploads only. Default: for both. */
  readonly direction?: "get" | "put";
  /**
   * The name of the file, where `{name}` stands for the name asked for, `{1}` to `{8}` for what the wildcards of `match`
   * stand for, `{mac}` for the MAC address as `aa-bb-cc-dd-ee-ff`, `{address}` for the client's address. Default `{name}`.
   */
  readonly to?: string;
  /**
   * Names of files, written as in `to`, by the machines that get them: MAC addresses, which `{mac}` in `match` finds, and
   * addresses of clients. The rule is for no other machines.
   */
  readonly table?: Readonly<Record<string, string>>;
  /** Makes all letters of the name small, or all of them capital. */
  readonly case?: "lower" | "upper";
  /** Answers with an ERROR 2 (access violation). */
  readonly refuse?: boolean;
}

/** Bounds the time that a request takes. */
const MAX_RULES = 256;
/** So many files are looked for, one after the other, in place of one that is asked for. */
const MAX_NAMES = 8;

const PARTS: readonly (keyof NameRule)[] = ["match", "from", "direction", "to", "table", "case", "refuse"];
const NETWORK_EXAMPLE = "192.168.0.0/24";

/** Stands for a name that must not be looked for. */
export const REFUSED_NAME = undefined;

/** Rules, checked and ready to be asked. */
export class NameRules {
  private readonly rules: readonly CheckedRule[];

  /**
   * @throws RangeError or TypeError that says what is wrong with which rule.
   */
  constructor(rules: readonly NameRule[]) {
    if (rules.length > MAX_RULES) {
      throw new RangeError(
        `There are ${rules.length} rules, and ${MAX_RULES} at the most; a table holds many machines`,
      );
    }
    this.rules = rules.map((rule, index) => {
      try {
        return new CheckedRule(rule);
      } catch (error) {
        (error as Error).message = `rule ${index + 1}: ${(error as Error).message}`;
        throw error;
      }
    });
  }

  /**
   * The names to look for instead of `name`: one for each rule that fits, in the order of the rules; `name` itself where
   * none does. The last may be undefined: it must not be looked for.
   */
  namesFor(name: string, address: string, isUpload: boolean): readonly (string | undefined)[] {
    const names: (string | undefined)[] = [];
    for (const rule of this.rules) {
      const made = rule.apply(name, address, isUpload);
      if (made !== undefined) {
        names.push(made.name);
        if (made.name === REFUSED_NAME || names.length === MAX_NAMES) {
          return names;
        }
      }
    }
    return names.length > 0 ? names : [name];
  }
}

class CheckedRule {
  private readonly pattern: NamePattern;
  private readonly clients: AllowedNetworks;
  private readonly direction: NameRule["direction"];
  private readonly template: NameTemplate;
  private readonly table: ReadonlyMap<string, NameTemplate> | undefined;
  private readonly letters: NameRule["case"];
  private readonly refuses: boolean;

  constructor(rule: NameRule) {
    checkParts(rule);
    this.pattern = new NamePattern(textOr("match", rule.match, "**"));
    this.clients = new AllowedNetworks(networksOf(rule.from));
    this.direction = oneOf("direction", rule.direction, ["get", "put"]);
    this.letters = oneOf("case", rule.case, ["lower", "upper"]);
    this.template = new NameTemplate(textOr("to", rule.to, "{name}"), this.pattern);
    this.table = rule.table === undefined ? undefined : tableOf(rule.table, this.pattern);
    this.refuses = rule.refuse ?? false;
    if (typeof this.refuses !== "boolean") {
      throw new TypeError(`refuse is ${JSON.stringify(rule.refuse)}; it must be true or false`);
    }
    if ((rule.to !== undefined || this.refuses) && this.table !== undefined) {
      throw new TypeError("a table says itself which file it is; leave out to and refuse");
    }
    if (rule.to === undefined && this.table === undefined && this.letters === undefined && !this.refuses) {
      throw new TypeError("it does nothing; it needs one of to, table, case and refuse");
    }
  }

  /** @returns the name that the rule makes, which may be {@link REFUSED_NAME}; undefined where the rule does not fit. */
  apply(name: string, address: string, isUpload: boolean): { readonly name: string | undefined } | undefined {
    const isOtherDirection = this.direction !== undefined && this.direction !== (isUpload ? "put" : "get");
    if (isOtherDirection || !this.clients.includes(address)) {
      return undefined;
    }
    const match = this.pattern.match(name);
    if (match === undefined) {
      return undefined;
    }
    const asked: AskedFile = { name, address, match };
    const template = this.table === undefined ? this.template : machineIn(this.table, asked);
    if (template === undefined) {
      return undefined;
    }
    return { name: this.refuses ? REFUSED_NAME : cleanedName(this.inCase(template.nameFor(asked))) };
  }

  private inCase(name: string): string {
    switch (this.letters) {
      case "lower":
        return name.toLowerCase();
      case "upper":
        return name.toUpperCase();
      default:
        return name;
    }
  }
}

function machineIn(table: ReadonlyMap<string, NameTemplate>, { address, match }: AskedFile): NameTemplate | undefined {
  const byMac = match.mac === undefined ? undefined : table.get(match.mac);
  return byMac ?? table.get(plainAddress(address));
}

function checkParts(rule: NameRule): void {
  if (typeof rule !== "object" || rule === null) {
    throw new TypeError(`${JSON.stringify(rule)} is no rule; write for example { match: "*.cfg", to: "all.cfg" }`);
  }
  for (const part of Object.keys(rule)) {
    if (!(PARTS as readonly string[]).includes(part)) {
      throw new TypeError(`"${part}" is no part of a rule${suggestion(part, PARTS)}`);
    }
  }
}

function networksOf(from: NameRule["from"]): readonly string[] | undefined {
  const networks = typeof from === "string" ? [from] : from;
  if (networks !== undefined && !(Array.isArray(networks) && networks.length > 0 && networks.every(isText))) {
    throw new TypeError(`from is ${JSON.stringify(from)}; it must be a network such as ${NETWORK_EXAMPLE}, or several`);
  }
  return networks;
}

function tableOf(table: NonNullable<NameRule["table"]>, pattern: NamePattern): ReadonlyMap<string, NameTemplate> {
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw new TypeError('table must have machines and their files, as { "aa-bb-cc-dd-ee-ff" = "lobby.cfg" }');
  }
  const machines = new Map<string, NameTemplate>();
  for (const [machine, file] of Object.entries(table)) {
    const mac = plainMac(machine);
    if (mac === undefined && isIP(machine) === 0) {
      throw new RangeError(`"${machine}" in the table is neither a MAC address nor an address`);
    }
    if (mac !== undefined && !pattern.hasMac) {
      throw new RangeError(`the table has the MAC address ${machine}; match needs a {mac} that finds it in the name`);
    }
    const key = mac ?? plainAddress(machine);
    if (machines.has(key)) {
      throw new RangeError(`the table has ${machine} twice`);
    }
    machines.set(key, new NameTemplate(textOr(`${machine} in the table`, file, ""), pattern));
  }
  return machines;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function textOr(part: string, value: string | undefined, byDefault: string): string {
  const text = value ?? byDefault;
  if (!isText(text)) {
    throw new TypeError(`${part} is ${JSON.stringify(text)}; it must be a text`);
  }
  return text;
}

function oneOf<Word extends string>(part: string, word: Word | undefined, words: readonly Word[]): Word | undefined {
  if (word !== undefined && !words.includes(word)) {
    throw new RangeError(`${part} is ${JSON.stringify(word)}; it must be one of: ${words.join(", ")}`);
  }
  return word;
}
