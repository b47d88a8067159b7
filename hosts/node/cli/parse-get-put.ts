/** Turns the arguments of `get` and `put` into a command. */
import type { ClientTransferOptions, GetOptions } from "../client/client-options.js";
import { parseTftpUrl } from "../client/tftp-url.js";
import { withoutUndefined } from "../client/without-undefined.js";
import { type FlagKinds, parseFlags } from "./flags.js";
import { GET_FLAGS, PUT_FLAGS } from "./get-put-flags.js";
import type { HelpCommand } from "./help-command.js";
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

/**
 * @param args arguments after the word `get` or `put`.
 * @throws UsageError when they are invalid.
 */
export function parseGetPut(kind: GetPutCommand["kind"], args: readonly string[]): GetPutCommand | HelpCommand {
  const flags: FlagKinds = kind === "get" ? GET_FLAGS : PUT_FLAGS;
  const { values, operands, help } = parseFlags(args, flags as typeof GET_FLAGS);
  if (help !== undefined) {
    return { kind: "help", of: kind, ...help };
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
