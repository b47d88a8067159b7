/**
 * The command line: what the flags mean and how they are checked.
 */
import { parseArgs } from "node:util";
import type { WritePolicy } from "./directory-storage.js";
import { LOG_LEVELS, type LogFormat, type LogLevel } from "./log.js";
import type { TftpServerOptions } from "./server.js";

/** A mistake in the command line: the message says which, and what to write instead. */
export class UsageError extends Error {}

export const HELP = `lockstep-tftp: a TFTP server

Usage:
  lockstep-tftp serve DIR [options]

Serves the files in DIR until it is stopped with Ctrl-C. Without options it
listens on port 69 of every address of this machine, and lets nobody write.

Where it listens:
  --host H             an address or name; can be given several times
                       (default: every address, IPv4 and IPv6)
  --port N             the port for requests (default: 69; ports below 1024
                       need a right, so try 6969)
  --single-port        answer from that port too, instead of one port for each
                       transfer; for networks that translate addresses
  --port-range A-B     take the ports of transfers from this range
  --strict             for a network you do not trust: at most 4 transfers of
                       one address that it has not answered, and at most 200
                       answers a second
  --allow NETWORK      answer only these clients, e.g. 192.168.0.0/24;
                       can be given several times (default: all)

What clients may do:
  --write              put new files
  --overwrite          put new files and replace those that exist
  --write-only         put files but not fetch any; with --write or --overwrite
  --max-size SIZE      largest upload, e.g. 500K, 64M, 2G (default: no limit)
  --ignore-case        find "Boot/BCD" when "boot/bcd" is asked for

  --checksums          answer NAME.sha256 with the checksum of NAME

Transfers:
  --max-transfers N    how many at once (default: 4096)
  --max-window N       largest window in blocks, 1 for none (default: 16)
  --timeout TIME       wait before the first repeat, until a round trip has
                       been measured, e.g. 500ms or 2s (default: 1s)
  --give-up TIME       end a transfer after so long without progress
                       (default: 25s)
  --no-busy-polling    sleep at once when no packet is there, instead of looking
                       for the next one for 50 microseconds
  --grace TIME         when stopped, let transfers run for so long
                       (default: 10s)

What it says:
  --log text|json      lines for people or for programs (default: text)
  --log-level LEVEL    error, warn, info or debug (default: info)

  --help, --version

Fetch a file:  curl -O tftp://127.0.0.1:6969/readme.txt
`;

export interface ServeCommand {
  readonly kind: "serve";
  readonly server: TftpServerOptions & { readonly root: string };
  readonly graceMs: number;
  readonly log: { readonly format: LogFormat; readonly level: LogLevel };
}

export type Command = ServeCommand | { readonly kind: "help" | "version" };

const FLAGS = {
  host: { type: "string", multiple: true },
  port: { type: "string" },
  "single-port": { type: "boolean" },
  "port-range": { type: "string" },
  allow: { type: "string", multiple: true },
  strict: { type: "boolean" },
  write: { type: "boolean" },
  overwrite: { type: "boolean" },
  "write-only": { type: "boolean" },
  "max-size": { type: "string" },
  "ignore-case": { type: "boolean" },
  checksums: { type: "boolean" },
  "max-transfers": { type: "string" },
  "max-window": { type: "string" },
  timeout: { type: "string" },
  "give-up": { type: "string" },
  "no-busy-polling": { type: "boolean" },
  grace: { type: "string" },
  log: { type: "string" },
  "log-level": { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
} as const;

/** What `--strict` sets: one address, or a flood in the name of many, gets little out of this server. */
const STRICT_LIMITS = { unansweredPerAddressMax: 4, answersPerSecondMax: 200 } as const;

const GRACE_MS_DEFAULT = 10_000;

/**
 * @throws UsageError when the words make no command.
 */
export function parseCommandLine(words: readonly string[]): Command {
  const { values, positionals } = parsed(words);
  if (values.version) {
    return { kind: "version" };
  }
  if (values.help || words.length === 0 || positionals[0] === "help") {
    return { kind: "help" };
  }
  const [command, root, ...rest] = positionals;
  if (command !== "serve") {
    throw new UsageError(`"${command ?? ""}" is no command; there is: serve DIR`);
  }
  if (root === undefined) {
    throw new UsageError("serve needs a folder: lockstep-tftp serve DIR");
  }
  if (rest.length > 0) {
    throw new UsageError(`serve takes one folder; "${rest[0]}" is one too many`);
  }
  return {
    kind: "serve",
    server: {
      root,
      write: writePolicy(values),
      ...(values.strict ? STRICT_LIMITS : {}),
      ...given("host", values.host),
      ...given("port", number("port", values.port, 0, 65_535)),
      ...given("singlePort", values["single-port"]),
      ...given("portRange", portRange(values["port-range"])),
      ...given("allow", values.allow),
      ...given("read", values["write-only"] === true ? false : undefined),
      ...given("uploadBytesMax", size("max-size", values["max-size"])),
      ...given("checksums", values.checksums),
      ...given("foldCase", values["ignore-case"]),
      ...given("transfersMax", number("max-transfers", values["max-transfers"], 1, 65_536)),
      ...given("windowSizeMax", number("max-window", values["max-window"], 1, 16_384)),
      ...given("initialIntervalMs", duration("timeout", values.timeout)),
      ...given("giveUpMs", duration("give-up", values["give-up"])),
      ...given("busyPolling", values["no-busy-polling"] ? false : undefined),
    },
    graceMs: duration("grace", values.grace) ?? GRACE_MS_DEFAULT,
    log: {
      format: oneOf("log", values.log ?? "text", ["text", "json"]),
      level: oneOf("log-level", values["log-level"] ?? "info", LOG_LEVELS),
    },
  };
}

type Values = ReturnType<typeof parsed>["values"];

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: FLAGS, allowPositionals: true });
  } catch (error) {
    // The first sentence says what is wrong; the others speak to programmers.
    const [reason] = (error as Error).message.split(/\.\s/);
    throw new UsageError(reason);
  }
}

function writePolicy(values: Values): WritePolicy {
  if (values.overwrite) {
    return "overwrite";
  }
  if (values.write) {
    return "new";
  }
  if (values["write-only"]) {
    throw new UsageError("--write-only alone allows nothing; add --write (new files) or --overwrite (existing, too)");
  }
  return "never";
}

/** A property with its value, or nothing when there is none. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { [name in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]?: Value });
}

function number(flag: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${flag} is "${text}"; it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

function portRange(text: string | undefined): { first: number; last: number } | undefined {
  if (text === undefined) {
    return undefined;
  }
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const range = { first: Number(first), last: Number(last) };
  if (!(range.first >= 1 && range.last >= range.first && range.last <= 65_535)) {
    throw new UsageError(`--port-range is "${text}"; write the first and the last port, for example 50000-50999`);
  }
  return range;
}

const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

function size(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const [, digits, unit = ""] = /^(\d{1,12})([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  if (digits === undefined) {
    throw new UsageError(`--${flag} is "${text}"; write bytes, or for example 500K, 64M or 2G`);
  }
  return Number(digits) * (SIZE_UNITS[unit.toLowerCase()] as number);
}

const TIME_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, "": 1000, s: 1000, m: 60_000 };
/** A day: longer than any client waits, and well within what a timer takes. */
const DURATION_MAX_MS = 24 * 60 * 60 * 1000;

function duration(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const [, digits, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
  const ms = Math.round(Number(digits) * (TIME_UNITS_MS[unit] as number));
  if (!(ms >= 1 && ms <= DURATION_MAX_MS)) {
    throw new UsageError(`--${flag} is "${text}"; write a time such as 500ms, 2s or 1m`);
  }
  return ms;
}

function oneOf<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) {
    throw new UsageError(`--${flag} is "${text}"; it must be one of: ${words.join(", ")}`);
  }
  return word;
}
