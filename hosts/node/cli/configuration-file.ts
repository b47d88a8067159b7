/** The configuration file of `serve`, in TOML: the settings by the names of their flags, `root`, and `rules`. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { NameRule } from "../rules/name-rule.js";
import { suggestion } from "../rules/nearest-name.js";
import { SETTING_KINDS, SETTING_NAMES, type SettingName, type SettingValues } from "./settings.js";
import { UsageError } from "./usage-error.js";

export interface Configuration {
  readonly values: SettingValues;
  /** The folder to serve. In the file it is relative to the file's own folder. */
  readonly root: string | undefined;
  readonly rules: readonly NameRule[] | undefined;
}

const ROOT = "root";
const RULES = "rules";

/**
 * @throws UsageError when the file cannot be read, is no TOML, or says what nobody understands. What its rules say is
 * checked by the server.
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  const values: Record<string, string | readonly string[] | boolean> = {};
  let root: string | undefined;
  let rules: readonly NameRule[] | undefined;
  for (const [name, value] of Object.entries(await tableIn(file))) {
    if (name === ROOT) {
      root = path.resolve(path.dirname(file), text(name, value, file));
    } else if (name === RULES) {
      rules = rulesOf(value, file);
    } else if (Object.hasOwn(SETTING_KINDS, name)) {
      values[name] = settingOf(name as SettingName, value, file);
    } else {
      const near = suggestion(name, [...SETTING_NAMES, ROOT, RULES]);
      throw new UsageError(`"${name}" in ${file} is no setting${near}`);
    }
  }
  return { values: values as SettingValues, root, rules };
}

async function tableIn(file: string): Promise<Readonly<Record<string, unknown>>> {
  const contents = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`the configuration file ${file} cannot be read: ${reasonOf(error)}`);
  });
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(contents);
  } catch (error) {
    if (!(error instanceof TomlError)) {
      throw error;
    }
    // The first line says what is wrong; the others show the place.
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
    case "flag":
      if (typeof value !== "boolean") {
        throw mistake(name, value, file, "it must be true or false");
      }
      return value;
    case "texts":
      return Array.isArray(value) ? value.map((one) => text(name, one, file)) : [text(name, value, file)];
    case "text":
      // On the command line it may stand alone, too.
      return name === "status-page" && value === true ? "" : text(name, value, file);
  }
}

function text(name: string, value: unknown, file: string): string {
  if (typeof value !== "string" && typeof value !== "number") {
    throw mistake(name, value, file, "it must be a text or a number");
  }
  return String(value);
}

function rulesOf(value: unknown, file: string): readonly NameRule[] {
  if (!Array.isArray(value)) {
    throw mistake(RULES, value, file, "begin each rule with [[rules]]");
  }
  return value;
}

function mistake(name: string, value: unknown, file: string, advice: string): UsageError {
  return new UsageError(`${name} in ${file} is ${JSON.stringify(value)}; ${advice}`);
}
