/** One rule, checked and compiled. */
import { isIP } from "node:net";
import { cleanedName } from "../files/clean-name.js";
import { plainAddress } from "../udp/addresses.js";
import { AllowedNetworks } from "../udp/allowed-networks.js";
import { plainMac } from "./mac-address.js";
import { type NameMatch, NamePattern } from "./name-pattern.js";
import { type MatchedRequest, NameTemplate } from "./name-template.js";
import { suggestion } from "./nearest-name.js";

/** A rule: `match`, `from` and `direction` select requests; the other properties decide which file they get. */
export interface NameRule {
  /**
   * Pattern for names: `?` is one character, `*` any number of characters, except `/`; `**` any characters; `{mac}` a MAC
   * address in any notation. Upper and lower case are equal. Default: all names.
   */
  readonly match?: string;
  /** Networks or single addresses of clients. Default: all clients. */
  readonly from?: string | readonly string[];
  /** `get` for downloads only, `put` for uploads only. Default: both. */
  readonly direction?: "get" | "put";
  /**
   * Name of the file. `{name}` is replaced by the requested name, `{1}` to `{8}` by the texts that the wildcards of `match`
   * matched, `{mac}` by the MAC address as `aa-bb-cc-dd-ee-ff`, `{address}` by the client's address. Default `{name}`.
   */
  readonly to?: string;
  /**
   * Names of files, written as in `to`, by machine: its MAC address, which `{mac}` in `match` finds, or its address. The
   * rule applies to no other machines.
   */
  readonly table?: Readonly<Record<string, string>>;
  /** Converts the name to lower or upper case. */
  readonly case?: "lower" | "upper";
  /**
   * Refuses the request with ERROR 2 (access violation). Also holds for names that later rules make, and for checksums.
   */
  readonly refuse?: boolean;
}

const KEYS: readonly (keyof NameRule)[] = ["match", "from", "direction", "to", "table", "case", "refuse"];
const NETWORK_EXAMPLE = "192.168.0.0/24";

/** Takes the place of a name that must not be looked up. */
export const REFUSED_NAME = undefined;

/** Name that a rule makes of a requested one. */
export interface MappedName {
  readonly name: string | typeof REFUSED_NAME;
}

export class CompiledRule {
  /** The pattern as it was written. */
  readonly matchText: string;
  private readonly pattern: NamePattern;
  private readonly clients: AllowedNetworks;
  private readonly direction: NameRule["direction"];
  private readonly template: NameTemplate;
  private readonly table: ReadonlyMap<string, NameTemplate> | undefined;
  private readonly letterCase: NameRule["case"];
  /** Whether the requests that it applies to are refused. */
  readonly refuses: boolean;

  /** @throws RangeError or TypeError that names the mistake. */
  constructor(rule: NameRule) {
    checkKeys(rule);
    const match = stringOr("match", rule.match, "**");
    this.matchText = match;
    this.pattern = new NamePattern(rule.refuse === true ? composed(match) : match);
    this.clients = new AllowedNetworks(networksOf(rule.from));
    this.direction = oneOf("direction", rule.direction, ["get", "put"]);
    this.letterCase = oneOf("case", rule.case, ["lower", "upper"]);
    this.template = new NameTemplate(stringOr("to", rule.to, "{name}"), this.pattern);
    this.table = rule.table === undefined ? undefined : tableOf(rule.table, this.pattern);
    this.refuses = rule.refuse ?? false;
    if (typeof this.refuses !== "boolean") {
      throw new TypeError(`refuse is ${JSON.stringify(rule.refuse)}; it must be true or false`);
    }
    if ((rule.to !== undefined || this.refuses) && this.table !== undefined) {
      throw new TypeError("a table names the files itself; leave out to and refuse");
    }
    if (rule.to === undefined && this.table === undefined && this.letterCase === undefined && !this.refuses) {
      throw new TypeError("it has no effect; add to, table, case or refuse");
    }
  }

  /** Whether the rule applies to a request. */
  applies(name: string, address: string, isUpload: boolean): boolean {
    return this.match(name, address, isUpload) !== undefined;
  }

  /** Returns undefined if the rule does not apply to the request. */
  apply(name: string, address: string, isUpload: boolean): MappedName | undefined {
    const match = this.match(name, address, isUpload);
    if (match === undefined) {
      return undefined;
    }
    const request: MatchedRequest = { name, address, match };
    const template = this.table === undefined ? this.template : machineIn(this.table, request);
    if (template === undefined) {
      return undefined;
    }
    return { name: this.refuses ? REFUSED_NAME : cleanedName(this.inCase(template.fill(request))) };
  }

  private match(name: string, address: string, isUpload: boolean): NameMatch | undefined {
    const isOtherDirection = this.direction !== undefined && this.direction !== (isUpload ? "put" : "get");
    return isOtherDirection || !this.clients.includes(address)
      ? undefined
      : this.pattern.match(this.refuses ? composed(name) : name);
  }

  private inCase(name: string): string {
    switch (this.letterCase) {
      case "lower":
        return name.toLowerCase();
      case "upper":
        return name.toUpperCase();
      default:
        return name;
    }
  }
}

/** A refusal holds however a letter with an accent is composed, since some file systems find a file by both ways. */
function composed(text: string): string {
  const normalized = text.normalize("NFC");
  return normalized.length > text.length ? text : normalized;
}

function machineIn(
  table: ReadonlyMap<string, NameTemplate>,
  { address, match }: MatchedRequest,
): NameTemplate | undefined {
  const byMac = match.mac === undefined ? undefined : table.get(match.mac);
  return byMac ?? table.get(plainAddress(address));
}

function checkKeys(rule: NameRule): void {
  if (typeof rule !== "object" || rule === null) {
    throw new TypeError(`${JSON.stringify(rule)} is not a rule; write for example { match: "*.cfg", to: "all.cfg" }`);
  }
  for (const key of Object.keys(rule)) {
    if (!(KEYS as readonly string[]).includes(key)) {
      throw new TypeError(`unknown key "${key}"${suggestion(key, KEYS)}`);
    }
  }
}

function networksOf(from: NameRule["from"]): readonly string[] | undefined {
  const networks = typeof from === "string" ? [from] : from;
  if (networks !== undefined && !(Array.isArray(networks) && networks.length > 0 && networks.every(isString))) {
    throw new TypeError(
      `from is ${JSON.stringify(from)}; it must be a network such as ${NETWORK_EXAMPLE}, or a list of them`,
    );
  }
  return networks;
}

function tableOf(table: NonNullable<NameRule["table"]>, pattern: NamePattern): ReadonlyMap<string, NameTemplate> {
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw new TypeError('table must map machines to files, as { "aa-bb-cc-dd-ee-ff" = "lobby.cfg" }');
  }
  const machines = new Map<string, NameTemplate>();
  for (const [machine, file] of Object.entries(table)) {
    const mac = plainMac(machine);
    if (mac === undefined && isIP(machine) === 0) {
      throw new RangeError(`"${machine}" in the table is neither a MAC address nor an IP address`);
    }
    if (mac !== undefined && !pattern.hasMac) {
      throw new RangeError(
        `the table has the MAC address ${machine}; add {mac} to match, so that it is found in the name`,
      );
    }
    const key = mac ?? plainAddress(machine);
    if (machines.has(key)) {
      throw new RangeError(`the table has ${machine} twice`);
    }
    machines.set(key, new NameTemplate(stringOr(`${machine} in the table`, file, ""), pattern));
  }
  return machines;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function stringOr(key: string, value: string | undefined, byDefault: string): string {
  const text = value ?? byDefault;
  if (!isString(text)) {
    throw new TypeError(`${key} is ${JSON.stringify(text)}; it must be a string`);
  }
  return text;
}

function oneOf<Choice extends string>(
  key: string,
  value: Choice | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (value !== undefined && !choices.includes(value)) {
    throw new RangeError(`${key} is ${JSON.stringify(value)}; it must be one of: ${choices.join(", ")}`);
  }
  return value;
}
