/** What `serve` is to do, made of its settings. */

import { given } from "../client/without-undefined.js";
import type { WritePolicy } from "../files/directory-storage.js";
import type { NameRule } from "../rules/name-rule.js";
import type { TftpServerOptions } from "../server.js";
import type { StatusPageOptions } from "../status/status-page.js";
import { readConfiguration } from "./configuration-file.js";
import type { FlagKinds, FlagValues } from "./flags.js";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "./log.js";
import { SETTING_KINDS, type SettingName, Settings, type SettingValues } from "./settings.js";
import { statusPagePlace } from "./status-page-flag.js";
import { UsageError } from "./usage-error.js";

export interface ServeCommand {
  readonly kind: "serve";
  readonly server: TftpServerOptions & { readonly root: string };
  readonly statusPage: StatusPageOptions | undefined;
  readonly graceMs: number;
  readonly log: { readonly format: LogFormat | undefined; readonly level: LogLevel };
  /** What it was made of. */
  readonly settings: Settings;
  /** The configuration file, if there is one, and how it is read again. */
  readonly configuration: { readonly file: string; readonly read: () => Promise<ServeCommand> } | undefined;
}

/** What `--strict` sets: one address, or a flood in the name of many, gets little out of this server. */
const STRICT_LIMITS = { maxUnansweredPerAddress: 4, maxAnswersPerSecond: 200 } as const;

const GRACE_MS_DEFAULT = 10_000;

/** The flags of `serve`: its settings, and the file that has others. */
export const SERVE_FLAGS = { ...SETTING_KINDS, config: "text" } as const satisfies FlagKinds;

/**
 * Reads the configuration file, if one is named, and puts the flags above it.
 *
 * @param root the folder that is named among the words.
 * @throws UsageError when something makes no sense.
 */
export async function readServeCommand(
  flags: FlagValues<typeof SERVE_FLAGS>,
  root: string | undefined,
): Promise<ServeCommand> {
  const { config: file, ...values } = flags;
  if (file === undefined) {
    return serveCommand(new Settings<typeof SETTING_KINDS>(values, flagText), root, undefined, undefined);
  }
  const configuration = await readConfiguration(file);
  const fromFile = withoutReplaced(configuration.values, values);
  const place = (name: SettingName): string =>
    fromFile[name] === undefined || values[name] !== undefined ? flagText(name) : `${name} in ${file}`;
  const settings = new Settings<typeof SETTING_KINDS>({ ...fromFile, ...values }, place);
  const read = (): Promise<ServeCommand> => readServeCommand(flags, root);
  return serveCommand(settings, root ?? configuration.root, configuration.rules, { file, read });
}

/** Two flags say together who may write; one of them on the command line takes the place of both in the file. */
function withoutReplaced(fromFile: SettingValues, flags: SettingValues): SettingValues {
  if (flags.write === undefined && flags.overwrite === undefined) {
    return fromFile;
  }
  const { write: _write, overwrite: _overwrite, ...others } = fromFile;
  return others;
}

function flagText(name: SettingName): string {
  return `--${name}`;
}

function serveCommand(
  settings: Settings,
  root: string | undefined,
  rules: readonly NameRule[] | undefined,
  configuration: ServeCommand["configuration"],
): ServeCommand {
  if (root === undefined) {
    const place = configuration === undefined ? "" : `, or root in ${configuration.file}`;
    throw new UsageError(`serve needs a folder: lockstep-tftp serve DIR${place}`);
  }
  const { values } = settings;
  if (values["single-port"] && values["port-range"] !== undefined) {
    const { place } = settings;
    throw new UsageError(`${place("single-port")} needs no other ports; leave out ${place("port-range")}`);
  }
  return {
    kind: "serve",
    server: {
      root,
      write: writePolicy(settings),
      ...(values.strict ? STRICT_LIMITS : {}),
      ...given("host", settings.hosts()),
      ...given("port", settings.port("port")),
      ...given("singlePort", values["single-port"]),
      ...given("portRange", settings.portRange("port-range")),
      ...given("allow", values.allow),
      ...given("read", values["write-only"] ? false : undefined),
      ...given("maxSizeBytes", settings.sizeBytes("max-size")),
      ...given("checksums", values.checksums),
      ...given("ignoreCase", values["ignore-case"]),
      ...given("maxTransfers", settings.number("max-transfers", 1, 65_536)),
      ...given("maxWindowSize", settings.number("max-window", 1, 16_384)),
      ...given("initialIntervalMs", settings.durationMs("timeout", 1)),
      ...given("giveUpMs", settings.durationMs("give-up", 1)),
      ...given("busyPolling", values["busy-polling"]),
      ...given("rules", rules),
    },
    statusPage: statusPage(settings),
    graceMs: settings.durationMs("grace", 0) ?? GRACE_MS_DEFAULT,
    log: {
      format: settings.oneOf("log", LOG_FORMATS),
      level: settings.oneOf("log-level", LOG_LEVELS) ?? "info",
    },
    settings,
    configuration,
  };
}

function writePolicy({ values, place }: Settings): WritePolicy {
  if (values.overwrite) {
    return "overwrite";
  }
  if (values.write) {
    return "new";
  }
  if (values["write-only"]) {
    const alone = `${place("write-only")} alone allows nothing`;
    throw new UsageError(`${alone}; add ${place("write")} (new files) or ${place("overwrite")} (existing, too)`);
  }
  return "never";
}

function statusPage({ values, place }: Settings): StatusPageOptions | undefined {
  const text = values["status-page"];
  const options = text === undefined ? undefined : statusPagePlace(text);
  if (text !== undefined && options === undefined) {
    const advice = "write an address and a port, for example 127.0.0.1:8069";
    throw new UsageError(`${place("status-page")} is "${text}"; ${advice}`);
  }
  return options;
}
