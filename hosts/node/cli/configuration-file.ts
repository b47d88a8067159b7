/** Reads the configuration file of `serve`: TOML with the settings by the names of their flags, `root` and `rules`. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { NameRule } from "../rules/name-rule.js";
import { suggestion } from "../rules/nearest-name.js";
import type { UpstreamOptions } from "../upstream/upstream-options.js";
import { type DhcpTable, dhcpTable } from "./dhcp/dhcp-table.js";
import { rulesOf } from "./rules-table.js";
import { FORMER_NAMES, SETTING_KINDS, SETTING_NAMES, type SettingName, type SettingValues } from "./settings.js";
import { upstreamOf } from "./upstream-table.js";
import { UsageError } from "./usage-error.js";

export interface Configuration {
  readonly values: SettingValues;
  /** The folder to serve, resolved from the folder of the file. */
  readonly root: string | undefined;
  readonly rules: readonly NameRule[] | undefined;
  readonly dhcp: DhcpTable | undefined;
  readonly upstream: UpstreamOptions | undefined;
}

const ROOT = "root";
const RULES = "rules";
const DHCP = "dhcp";
const UPSTREAM = "upstream";
const LINKS_INTO: SettingName = "links-into";

/** @throws UsageError when the file cannot be read, is not TOML, or has an unknown or invalid setting or rule. */
export async function readConfiguration(file: string): Promise<Configuration> {
  const values: Record<string, string | readonly string[] | boolean> = {};
  let root: string | undefined;
  let rules: unknown;
  let dhcp: DhcpTable | undefined;
  let upstream: UpstreamOptions | undefined;
  const contents = await readContents(file);
  for (const [name, value] of Object.entries(await parsedTable(contents, file))) {
    if (name === ROOT) {
      [root] = resolvedFrom(file, [textOf(name, value, file)]);
    } else if (name === RULES) {
      rules = value;
    } else if (name === DHCP) {
      dhcp = dhcpTable(value, file);
    } else if (name === UPSTREAM) {
      upstream = upstreamOf(value, file);
    } else if (Object.hasOwn(SETTING_KINDS, name)) {
      const setting = settingOf(name as SettingName, value, file);
      values[name] = name === LINKS_INTO ? resolvedFrom(file, setting as readonly string[]) : setting;
    } else {
      const meant = suggestion(name, [...SETTING_NAMES, ROOT, RULES, UPSTREAM], { formerNames: FORMER_NAMES });
      throw new UsageError(`unknown setting "${name}" in ${file}${meant}`);
    }
  }
  const uploadsToUrls = upstream?.write !== undefined;
  return {
    values: values as SettingValues,
    root,
    rules: rules === undefined ? undefined : rulesOf(rules, file, contents, uploadsToUrls),
    dhcp,
    upstream,
  };
}

/** Folders that are relative to that of the file. */
function resolvedFrom(file: string, folders: readonly string[]): readonly string[] {
  return folders.map((folder) => path.resolve(path.dirname(file), folder));
}

function readContents(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`the configuration file ${file} cannot be read: ${reasonOf(error)}`);
  });
}

async function parsedTable(contents: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(contents);
  } catch (error) {
    if (!(error instanceof TomlError)) {
      throw error;
    }
    // The first line is the reason; the others quote the file.
    const [reason = ""] = error.message.split("\n");
    throw new UsageError(`${file}, line ${error.line}: ${reason.replace(/^Invalid TOML document: /, "")}`);
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "it does not exist";
    case "EACCES":
      return "check its permissions";
    case "EISDIR":
      return "it is a folder";
    default:
      return error.message;
  }
}

function settingOf(name: SettingName, value: unknown, file: string): string | readonly string[] | boolean {
  switch (SETTING_KINDS[name]) {
    case "switch":
      if (typeof value !== "boolean") {
        throw invalid(name, value, file, "it must be true or false");
      }
      return value;
    case "texts":
      return Array.isArray(value) ? value.map((one) => textOf(name, one, file)) : [textOf(name, value, file)];
    case "text":
      // Its flag needs no value either.
      return name === "status-page" && value === true ? "" : textOf(name, value, file);
  }
}

function textOf(name: string, value: unknown, file: string): string {
  if (typeof value !== "string" && typeof value !== "number") {
    throw invalid(name, value, file, "it must be a string or a number");
  }
  return String(value);
}

function invalid(name: string, value: unknown, file: string, advice: string): UsageError {
  return new UsageError(`${name} in ${file} is ${JSON.stringify(value)}; ${advice}`);
}
