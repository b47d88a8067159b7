/** One rule, checked and compiled. */
import { isIP } from "node:net";
import type { ReadableFile } from "../../../src/index.js";
import { plainMac } from "../../common/mac-address.js";
import type { MachineText } from "../../common/templates/machine-text.js";
import { plainAddress } from "../udp/addresses.js";
import { AllowedNetworks } from "../udp/allowed-networks.js";
import { type NameMatch, NamePattern } from "./name-pattern.js";
import { type NameRule, RULE_KEYS } from "./name-rule.js";
import { type MatchedRequest, NameTemplate } from "./name-template.js";
import { asWritten, checkedText, type KeyNaming, RuleKeys } from "./rule-keys.js";
import { readRuleText } from "./rule-text.js";

const NETWORK_EXAMPLE = "192.168.0.0/24";
/** Each upload reads the names of all versions. */
const MAX_KEPT = 1000;

/** Takes the place of a name that must not be looked up. */
export const REFUSED_NAME = undefined;

/** A request that a rule may apply to. */
export interface AskedName {
  readonly name: string;
  /** The client's address. */
  readonly address: string;
  readonly isUpload: boolean;
  readonly time: Date;
}

/** Name that a rule makes of a requested one. */
export interface MappedName {
  readonly name: string | typeof REFUSED_NAME;
  /** A text that is served in place of a file. */
  readonly text?: ReadableFile;
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
  private readonly text: MachineText | undefined;
  /** Path of the template, as it was written. */
  readonly templatePath: string | undefined;
  /** Path of the table in CSV. */
  readonly tablePath: string | undefined;
  /** Whether the requests that it applies to are refused. */
  readonly refuses: boolean;

  /** Whether the folders of an upload are made. */
  readonly makesFolders: boolean;
  /** Whether it has a URL. */
  readonly hasUrl: boolean;
  /** Older versions that are kept of an upload. */
  readonly keep: number;

  /**
   * @param nameOf names a key as its author wrote it, for error messages.
   * @param uploadsToUrls whether a rule with a URL applies to uploads, too.
   * @throws RangeError or TypeError that names the mistake.
   */
  constructor(
    rule: NameRule,
    nameOf: KeyNaming = asWritten,
    private readonly uploadsToUrls = false,
  ) {
    const keys = new RuleKeys(rule, RULE_KEYS, nameOf);
    const match = keys.text("match", "**");
    this.matchText = match;
    this.pattern = new NamePattern(rule.refuse === true ? composed(match) : match);
    this.clients = new AllowedNetworks(networksOf(rule.from));
    this.direction = keys.oneOf("direction", ["get", "put"]) ?? (rule.template === undefined ? undefined : "get");
    this.letterCase = keys.oneOf("case", ["lower", "upper"]);
    this.template = new NameTemplate(keys.text("to", "{name}"), this.pattern);
    this.templatePath = keys.optionalText("template");
    this.tablePath = typeof rule.table === "string" ? rule.table : undefined;
    this.checkTemplate(rule);
    this.table =
      rule.table === undefined || typeof rule.table === "string" ? undefined : tableOf(rule.table, this.pattern);
    this.text = this.templatePath === undefined ? undefined : this.readText(this.templatePath);
    this.refuses = keys.flag("refuse");
    this.makesFolders = keys.flag("makeFolders");
    this.keep = keys.count("keep", MAX_KEPT);
    this.hasUrl = this.template.isUrl || [...(this.table?.values() ?? [])].some((template) => template.isUrl);
    this.checkTogether(rule, nameOf);
  }

  /** Whether the rule applies to a request. */
  applies(request: AskedName): boolean {
    return this.match(request) !== undefined;
  }

  /** Returns undefined if the rule does not apply to the request. */
  apply(asked: AskedName): MappedName | undefined {
    const match = this.match(asked);
    if (match === undefined) {
      return undefined;
    }
    if (this.text !== undefined) {
      return this.applyText(this.text, asked, match);
    }
    const request: MatchedRequest = { ...asked, match };
    const template = this.table === undefined ? this.template : machineIn(this.table, request);
    if (template === undefined) {
      return undefined;
    }
    return { name: this.refuses ? REFUSED_NAME : template.fill(request, (text) => this.inCase(text)) };
  }

  private readText(template: string): MachineText {
    return readRuleText(template, this.tablePath, this.pattern.hasMac);
  }

  private applyText(text: MachineText, { name, address }: AskedName, { mac }: NameMatch): MappedName | undefined {
    const file = text.textFor({ name, address: plainAddress(address), mac });
    return file && { name, text: file };
  }

  private checkTemplate(rule: NameRule): void {
    if (this.templatePath === undefined) {
      if (this.tablePath !== undefined) {
        throw new TypeError("a table in a file is for a template; add template, or write the table here");
      }
      return;
    }
    if (rule.table !== undefined && this.tablePath === undefined) {
      throw new TypeError("the table of a template is a file; write its path");
    }
    if (this.direction === "put") {
      throw new TypeError('a template is for downloads; leave out direction = "put"');
    }
    const others = (["to", "case", "refuse", "makeFolders", "keep"] as const).filter((key) => rule[key] !== undefined);
    if (others.length > 0) {
      throw new TypeError(`a template makes the text itself; leave out ${others.join(", ")}`);
    }
  }

  private checkTogether(rule: NameRule, nameOf: KeyNaming): void {
    if ((rule.to !== undefined || this.refuses) && this.table !== undefined) {
      throw new TypeError("a table names the files itself; leave out to and refuse");
    }
    const isForUploads = this.makesFolders || this.keep > 0;
    if (isForUploads && (this.refuses || this.direction === "get")) {
      const key = this.makesFolders ? nameOf("makeFolders") : "keep";
      throw new TypeError(`${key} is for uploads; leave out refuse, and direction = "get"`);
    }
    if (this.hasUrl && isForUploads) {
      throw new TypeError(`${nameOf("makeFolders")} and keep are for a folder; leave them out of a rule with a URL`);
    }
    if (this.hasUrl && this.direction === "put" && !this.uploadsToUrls) {
      throw new TypeError("uploads cannot go to a URL unless the upstream has write or overwrite");
    }
    const hasEffect = rule.to !== undefined || (this.table ?? this.text) !== undefined || this.letterCase !== undefined;
    if (!hasEffect && !this.refuses && !isForUploads) {
      throw new TypeError(`it has no effect; add to, table, template, case, refuse, ${nameOf("makeFolders")} or keep`);
    }
  }

  private match({ name, address, isUpload }: AskedName): NameMatch | undefined {
    const direction = this.hasUrl && !this.uploadsToUrls ? "get" : this.direction;
    const isOtherDirection = direction !== undefined && direction !== (isUpload ? "put" : "get");
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

function networksOf(from: NameRule["from"]): readonly string[] | undefined {
  const networks = typeof from === "string" ? [from] : from;
  if (networks !== undefined && !(Array.isArray(networks) && networks.length > 0 && networks.every(isString))) {
    throw new TypeError(
      `from is ${JSON.stringify(from)}; it must be a network such as ${NETWORK_EXAMPLE}, or a list of them`,
    );
  }
  return networks;
}

function tableOf(table: Readonly<Record<string, string>>, pattern: NamePattern): ReadonlyMap<string, NameTemplate> {
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
    machines.set(key, new NameTemplate(checkedText(`${machine} in the table`, file), pattern));
  }
  return machines;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}
