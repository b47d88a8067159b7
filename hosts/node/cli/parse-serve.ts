/** Turns the flags and the configuration file of `serve` into a command. */

import { isIPv4 } from "node:net";
import type { WritePolicy } from "../../common/write-policy.js";
import { withoutUndefined } from "../client/without-undefined.js";
import type { DhcpServerOptions } from "../dhcp/dhcp-options.js";
import type { NameRule } from "../rules/name-rule.js";
import type { TftpServerOptions } from "../server-options.js";
import type { StatusPageOptions } from "../status/status-page.js";
import { CAN_SHARE_WITH_SAME_USER } from "../udp/socket.js";
import type { UpstreamOptions } from "../upstream/upstream-options.js";
import type { Configuration } from "./configuration-file.js";
import type { DhcpTable } from "./dhcp/dhcp-table.js";
import type { FlagKinds, FlagValues } from "./flags.js";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "./log.js";
import { SETTING_KINDS, type SettingKinds, type SettingName, type SettingValues } from "./settings.js";
import { statusPagePlace } from "./status-page-flag.js";
import { UsageError } from "./usage-error.js";
import { ValueReader } from "./value-reader.js";

export interface ServeCommand {
  readonly kind: "serve";
  readonly server: TftpServerOptions & { readonly root: string };
  /** Processes that serve, 1 or more. */
  readonly processes: number;
  readonly statusPage: StatusPageOptions | undefined;
  readonly dhcp: DhcpServerOptions | undefined;
  readonly graceMs: number;
  readonly log: { readonly format: LogFormat | undefined; readonly level: LogLevel };
  /** Settings in effect, as written. */
  readonly settings: SettingValues;
  /** The configuration file, if any; `reread` reads it again under the same flags. */
  readonly configuration: { readonly file: string; readonly reread: () => Promise<ServeCommand> } | undefined;
}

type SettingReader = ValueReader<SettingKinds>;

/** Limits set by `--strict`: a single address, or a flood with forged addresses, gets little out of this server. */
const STRICT_LIMITS = {
  maxUnansweredPerAddress: 4,
  maxTransfersPerAddress: 64,
  maxAnswersPerSecond: 200,
  maxAnswersPerSecondPerAddress: 50,
} as const;

const NO_CONFIGURATION = { rules: undefined, dhcp: undefined, upstream: undefined } as const;

/** More than a machine has cores for. */
const MAX_PROCESSES = 64;

const GRACE_MS_DEFAULT = 10_000;

/** The flags of `serve`: its settings, and the configuration file with more of them. */
export const SERVE_FLAGS = { ...SETTING_KINDS, config: "text" } as const satisfies FlagKinds;

/**
 * Reads the configuration file, if the flags name one. Flags override the file.
 *
 * @param root folder given on the command line.
 * @throws UsageError when a flag, a setting or the file is invalid.
 */
export async function parseServe(
  flags: FlagValues<typeof SERVE_FLAGS>,
  root: string | undefined,
): Promise<ServeCommand> {
  const { config: file, ...values } = flags;
  if (file === undefined) {
    return serveCommand(new ValueReader<SettingKinds>(values, flagName), root, NO_CONFIGURATION, undefined);
  }
  // Loaded on demand, as all that only some servers need.
  const { readConfiguration } = await import("./configuration-file.js");
  const configuration = await readConfiguration(file);
  const fromFile = withoutOverridden(configuration.values, values);
  const nameOf = (name: SettingName): string =>
    fromFile[name] === undefined || values[name] !== undefined ? flagName(name) : `${name} in ${file}`;
  const reader = new ValueReader<SettingKinds>({ ...fromFile, ...values }, nameOf);
  const reread = (): Promise<ServeCommand> => parseServe(flags, root);
  return serveCommand(reader, root ?? configuration.root, configuration, { file, reread });
}

/** `write` and `overwrite` form one policy, so that a flag for either overrides both in the file. */
function withoutOverridden(fromFile: SettingValues, flags: SettingValues): SettingValues {
  if (flags.write === undefined && flags.overwrite === undefined) {
    return fromFile;
  }
  const { write: _write, overwrite: _overwrite, ...others } = fromFile;
  return others;
}

function flagName(name: SettingName): string {
  return `--${name}`;
}

function serveCommand(
  reader: SettingReader,
  root: string | undefined,
  { rules, dhcp, upstream }: Pick<Configuration, "rules" | "dhcp" | "upstream">,
  configuration: ServeCommand["configuration"],
): ServeCommand {
  if (root === undefined) {
    const alternative = configuration === undefined ? "" : `, or root in ${configuration.file}`;
    throw new UsageError(`serve needs a folder: lockstep-tftp serve DIR${alternative}`);
  }
  return {
    kind: "serve",
    server: serverOptions(reader, root, rules, upstream),
    processes: processes(reader),
    statusPage: statusPageOptions(reader),
    dhcp: dhcpOptions(reader, dhcp),
    graceMs: reader.durationMs("grace", 0) ?? GRACE_MS_DEFAULT,
    log: {
      format: reader.oneOf("log", LOG_FORMATS),
      level: reader.oneOf("log-level", LOG_LEVELS) ?? "info",
    },
    settings: reader.values,
    configuration,
  };
}

function serverOptions(
  reader: SettingReader,
  root: string,
  rules: readonly NameRule[] | undefined,
  upstream: UpstreamOptions | undefined,
): ServeCommand["server"] {
  const { values, nameOf } = reader;
  if (values["single-port"] && values["port-range"] !== undefined) {
    throw new UsageError(`${nameOf("single-port")} uses no other ports; leave out ${nameOf("port-range")}`);
  }
  return {
    root,
    write: writePolicy(reader, upstream),
    ...(values.strict ? STRICT_LIMITS : {}),
    ...withoutUndefined({
      host: hosts(reader),
      port: reader.port("port"),
      singlePort: values["single-port"],
      portRange: reader.portRange("port-range"),
      answerBroadcast: values["answer-broadcast"],
      allow: values.allow,
      read: values["write-only"] ? false : undefined,
      maxSizeBytes: reader.sizeBytes("max-size"),
      checksums: values.checksums,
      linksInto: values["links-into"],
      ignoreCase: values["ignore-case"],
      maxTransfers: reader.number("max-transfers", 1, 65_536),
      maxWindowSize: reader.number("max-window-size", 1, 16_384),
      initialIntervalMs: reader.durationMs("initial-interval", 1),
      minIntervalMs: reader.durationMs("min-interval", 1),
      giveUpMs: reader.durationMs("give-up", 1),
      busyPolling: values["busy-polling"],
      rules,
      upstream,
    }),
  };
}

function processes(reader: SettingReader): number {
  const count = reader.number("processes", 1, MAX_PROCESSES) ?? 1;
  const name = reader.nameOf("processes");
  if (count > 1 && reader.values["single-port"]) {
    throw new UsageError(`${name} needs a port for each transfer; leave out ${reader.nameOf("single-port")}`);
  }
  if (count > 1 && !CAN_SHARE_WITH_SAME_USER) {
    const here = `this is ${process.platform}, with Node ${process.version}`;
    throw new UsageError(`${name} needs Linux, and Node 22.12 or later; ${here}`);
  }
  return count;
}

function hosts({ values, nameOf }: SettingReader): readonly string[] | undefined {
  if (values.host?.includes("")) {
    throw new UsageError(`${nameOf("host")} is ""; give an address or a name, or leave it out for every address`);
  }
  return values.host;
}

/** DHCP is for the network of one address, which must be named: it would disturb any other. */
function dhcpOptions({ values, nameOf }: SettingReader, table: DhcpTable | undefined): DhcpServerOptions | undefined {
  const range = values.dhcp ?? table?.range;
  const file = values["boot-file"];
  if (range === undefined && table === undefined) {
    if (file !== undefined) {
      throw new UsageError(`${nameOf("boot-file")} needs --dhcp with the addresses to give`);
    }
    return undefined;
  }
  const name = values.dhcp === undefined ? "[dhcp]" : nameOf("dhcp");
  if (range === undefined) {
    throw new UsageError(`${name} needs a range: the first and the last address to give`);
  }
  const [host, ...others] = values.host ?? [];
  if (host === undefined || others.length > 0 || !isIPv4(host)) {
    throw new UsageError(
      `${name} needs one --host with the IPv4 address of the interface whose network gets addresses`,
    );
  }
  // The last rule, for the clients that fit none of the table's.
  const boot = [...(table?.boot ?? []), ...(file === undefined ? [] : [{ file }])];
  return { ...table, host, range, boot };
}

function writePolicy({ values, nameOf }: SettingReader, upstream: UpstreamOptions | undefined): WritePolicy {
  if (values.overwrite) {
    return "overwrite";
  }
  if (values.write) {
    return "new";
  }
  if (values["write-only"] && (upstream?.write ?? "never") === "never") {
    const problem = `${nameOf("write-only")} alone allows nothing`;
    throw new UsageError(
      `${problem}; add ${nameOf("write")} (new files) or ${nameOf("overwrite")} (existing ones, too)`,
    );
  }
  return "never";
}

function statusPageOptions({ values, nameOf }: SettingReader): StatusPageOptions | undefined {
  const text = values["status-page"];
  const options = text === undefined ? undefined : statusPagePlace(text);
  if (text !== undefined && options === undefined) {
    const advice = "write an address and a port, for example 127.0.0.1:8069";
    throw new UsageError(`${nameOf("status-page")} is "${text}"; ${advice}`);
  }
  if (values.http && options === undefined) {
    const advice = "add --status-page with an address that the devices reach, for example 192.168.0.2:8069";
    throw new UsageError(`${nameOf("http")} serves files on the server of the status page; ${advice}`);
  }
  return options && { ...options, ...(values.http ? { serveFiles: true } : {}) };
}
