/** Turns the arguments of `get` and `put` into a command. */
import type { ClientTransferOptions, GetOptions } from "../client/client-options.js";
import { parseTftpUrl } from "../client/tftp-url.js";
import { withoutUndefined } from "../client/without-undefined.js";
import { type FlagKinds, parseFlags } from "./flags.js";
import { UsageError } from "./usage-error.js";
import { ValueReader } from "./value-reader.js";

export interface GetPutCommand {
  readonly kind: "get" | "put";
  readonly url: string;
  /** Path of the local file, or {@link STANDARD_STREAM}. */
  readonly file: string;
  readonly options: ClientTransferOptions & GetOptions;
  readonly isQuiet: boolean;
}

/** Operand for standard input or output. */
export const STANDARD_STREAM = "-";

const CLIENT_FLAGS = {
  netascii: "switch",
  options: "switch",
  blksize: "text",
  windowsize: "text",
  timeout: "text",
  wait: "switch",
  "min-interval": "text",
  "give-up": "text",
  "max-size": "text",
  quiet: "switch",
} as const satisfies FlagKinds;

export function isGetOrPut(argument: string | undefined): argument is GetPutCommand["kind"] {
  return argument === "get" || argument === "put";
}

/**
 * @param args arguments after the word `get` or `put`.
 * @returns undefined when they ask for help.
 * @throws UsageError when they are invalid.
 */
export function parseGetPut(kind: GetPutCommand["kind"], args: readonly string[]): GetPutCommand | undefined {
  const { values, operands, asksForHelp } = parseFlags(args, CLIENT_FLAGS);
  if (asksForHelp) {
    return undefined;
  }
  const { url, file } = kind === "get" ? operandsOfGet(operands) : operandsOfPut(operands);
  const reader = new ValueReader(values, (name) => `--${name}`);
  return {
    kind,
    url,
    file,
    isQuiet: values.quiet ?? false,
    options: {
      wait: values.wait ?? false,
      useOptions: values.options ?? true,
      ...(values.netascii ? { mode: "netascii" } : {}),
      ...withoutUndefined({
        blockSizeBytes: reader.number("blksize", 8, 512),
        windowSize: reader.number("windowsize", 1, 16_384),
        timeoutSeconds: reader.number("timeout", 1, 255),
        minIntervalMs: reader.durationMs("min-interval", 1),
        giveUpMs: reader.durationMs("give-up", 1),
        maxSizeBytes: reader.sizeBytes("max-size"),
      }),
    },
  };
}

function operandsOfGet([url, file, ...rest]: readonly string[]): { url: string; file: string } {
  if (url === undefined) {
    throw new UsageError("get needs a URL: lockstep-tftp get tftp://HOST/PATH [FILE]");
  }
  refuseMore("get", rest);
  return { url: checkedUrl(url), file: file ?? "." };
}

function operandsOfPut([file, url, ...rest]: readonly string[]): { url: string; file: string } {
  if (file === undefined || url === undefined) {
    throw new UsageError("put needs a file and a URL: lockstep-tftp put FILE tftp://HOST/PATH");
  }
  refuseMore("put", rest);
  return { url: checkedUrl(url), file };
}

function refuseMore(kind: string, rest: readonly string[]): void {
  if (rest.length > 0) {
    throw new UsageError(`unexpected argument "${rest[0]}"; ${kind} transfers one file`);
  }
}

function checkedUrl(url: string): string {
  try {
    parseTftpUrl(url);
    return url;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
