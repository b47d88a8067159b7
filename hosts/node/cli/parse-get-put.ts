/** What `get` and `put` are to do, made of the words of the command line. */
import type { ClientTransferOptions, GetOptions } from "../client/client-options.js";
import { parseTftpUrl } from "../client/tftp-url.js";
import { given } from "../client/without-undefined.js";
import { type FlagKinds, parseWords } from "./flags.js";
import { Settings } from "./settings.js";
import { UsageError } from "./usage-error.js";

export interface ClientCommand {
  readonly kind: "get" | "put";
  readonly url: string;
  /** The file at this end; "-" stands for standard input or output. */
  readonly file: string;
  readonly options: ClientTransferOptions & GetOptions;
  readonly isQuiet: boolean;
}

export const STANDARD_STREAM = "-";

const CLIENT_KINDS = {
  netascii: "flag",
  options: "flag",
  blksize: "text",
  windowsize: "text",
  timeout: "text",
  wait: "flag",
  "give-up": "text",
  "max-size": "text",
  quiet: "flag",
} as const satisfies FlagKinds;

export const CLIENT_HELP = `lockstep-tftp: fetches and puts files

Usage:
  lockstep-tftp get tftp://HOST[:PORT]/PATH [FILE] [options]
  lockstep-tftp put FILE tftp://HOST[:PORT]/PATH [options]

FILE is a file or, as "-", standard output or input. "get" without FILE takes
the name that ends PATH, and a folder as FILE gets a file of that name. The file
appears when it is whole; until then, what was there stays.

  --wait               ask every second until the server answers, for a device
                       that you are about to switch on
  --no-options         ask as RFC 1350 has it, without any option, for devices
                       that understand nothing else
  --windowsize N       let N blocks go before an acknowledgement, 1 to 16384
                       (RFC 7440): faster, where the server can do it
  --blksize N          bytes in a block, 8 to 512 (default: 512)
  --timeout N          both ends repeat what has no answer after N seconds,
                       1 to 255 (default: as fast as the network is)
  --give-up TIME       end it after so long without progress (default: 25s)
  --netascii           a text whose line ends are to be translated
  --max-size SIZE      the largest file to fetch, e.g. 64M (default: no limit)
  --quiet              show no progress, and nothing when all went well

Exit codes: 0 done, 1 a mistake in the words, 2 no such file, 3 no answer,
  4 refused by the server, 5 the server breaks the protocol, 6 the file at this
  end, 7 no way to the server, 8 put without a last acknowledgement,
  130 interrupted
`;

/** Whether a word of the command line is a command of the client's. */
export function isClientKind(word: string | undefined): word is ClientCommand["kind"] {
  return word === "get" || word === "put";
}

/**
 * @param kind the word before the others.
 * @returns undefined when the words ask for help.
 * @throws UsageError when they make no sense.
 */
export function parseClientWords(kind: ClientCommand["kind"], words: readonly string[]): ClientCommand | undefined {
  const { values, others, asksForHelp } = parseWords(words, CLIENT_KINDS);
  if (asksForHelp) {
    return undefined;
  }
  const { url, file } = kind === "get" ? placesOfGet(others) : placesOfPut(others);
  const settings = new Settings(values, (name) => `--${name}`);
  return {
    kind,
    url,
    file,
    isQuiet: values.quiet ?? false,
    options: {
      wait: values.wait ?? false,
      useOptions: values.options ?? true,
      ...(values.netascii ? { mode: "netascii" } : {}),
      ...given("blockSizeBytes", settings.number("blksize", 8, 512)),
      ...given("windowSize", settings.number("windowsize", 1, 16_384)),
      ...given("timeoutSeconds", settings.number("timeout", 1, 255)),
      ...given("giveUpMs", settings.durationMs("give-up", 1)),
      ...given("maxSizeBytes", settings.sizeBytes("max-size")),
    },
  };
}

function placesOfGet([url, file, ...rest]: readonly string[]): { url: string; file: string } {
  if (url === undefined) {
    throw new UsageError("get needs an address: lockstep-tftp get tftp://HOST/PATH [FILE]");
  }
  refuseMore("get", rest);
  return { url: checkedUrl(url), file: file ?? "." };
}

function placesOfPut([file, url, ...rest]: readonly string[]): { url: string; file: string } {
  if (file === undefined || url === undefined) {
    throw new UsageError("put needs a file and an address: lockstep-tftp put FILE tftp://HOST/PATH");
  }
  refuseMore("put", rest);
  return { url: checkedUrl(url), file };
}

function refuseMore(kind: string, rest: readonly string[]): void {
  if (rest.length > 0) {
    throw new UsageError(`${kind} moves one file; "${rest[0]}" is one word too many`);
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
