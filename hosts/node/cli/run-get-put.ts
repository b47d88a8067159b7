/** Runs `lockstep-tftp get` and `lockstep-tftp put`. */

import { statSync } from "node:fs";
import { printable } from "../../common/printable.js";
import { sizeText } from "../../common/size-text.js";
import type { TransferSummary } from "../client/client-options.js";
import { get, put } from "../client/get-and-put.js";
import { TftpError, type TftpErrorCode } from "../client/tftp-error.js";
import { parseTftpUrl } from "../client/tftp-url.js";
import { MAX_BLOCK_NUMBER } from "../client/transfer-failure.js";
import { hostAndPort } from "../udp/addresses.js";
import { counted } from "./counted.js";
import { ProgressBar } from "./live/progress-bar.js";
import { type GetPutCommand, STANDARD_STREAM } from "./parse-get-put.js";

/** Exit codes, for scripts. The help and docs/client.md list them. */
const EXIT_CODES: Readonly<Record<TftpErrorCode, number>> = {
  "not-found": 2,
  "no-answer": 3,
  "timed-out": 3,
  refused: 4,
  protocol: 5,
  "local-file": 6,
  "too-large": 6,
  "unknown-host": 7,
  unreachable: 7,
  unconfirmed: 8,
};
const BLOCK_BYTES_DEFAULT = 512;
const EXIT_USAGE = 1;
const EXIT_LOCAL_FILE = 6;
/** By the convention of shells: 128 and the number of the signal. */
const EXIT_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Flags that may help, beside the advice in the error message. */
const ADVICE: { readonly [code in TftpErrorCode]?: string } = {
  "no-answer": "If the device is not switched on yet, use --wait; if it is a very simple one, --no-options.",
  protocol: "To ask without options, use --no-options.",
  "timed-out": "If the device needs longer, raise --give-up, for example --give-up 2m.",
  "too-large": "The limit is set by --max-size.",
};

class Interruption extends Error {
  constructor(readonly signal: keyof typeof EXIT_SIGNALS) {
    super(`interrupted by ${signal}`);
  }
}

/**
 * Transfers one file.
 *
 * @returns the exit code.
 */
export async function runGetPut(command: GetPutCommand): Promise<number> {
  const bar = command.isQuiet ? undefined : ProgressBar.on(process.stderr, process.env);
  if (!command.isQuiet) {
    warnOfLongFile(command);
  }
  if (command.options.wait) {
    const { host, port } = parseTftpUrl(command.url);
    bar?.waitFor(printable(hostAndPort(host, port)));
  }
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void =>
    interruption.abort(new Interruption(signal as keyof typeof EXIT_SIGNALS));
  // The transfer learns what standard output says from its writes; an error that comes after them is no news.
  process.stdout.on("error", () => {});
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const summary = await transfer(command, interruption.signal, bar);
    bar?.clear();
    if (!command.isQuiet) {
      console.error(summaryText(command, summary));
    }
    return 0;
  } catch (error) {
    bar?.clear();
    if (isClosedPipe(error)) {
      return 0;
    }
    const advice = error instanceof TftpError ? adviceFor(error, command) : undefined;
    console.error(`lockstep-tftp: ${(error as Error).message}${advice === undefined ? "" : `\n${advice}`}`);
    return exitCodeOf(error);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function transfer(
  { kind, url, file, options }: GetPutCommand,
  signal: AbortSignal,
  bar: ProgressBar | undefined,
): Promise<TransferSummary> {
  const allOptions = { ...options, signal, ...(bar === undefined ? {} : { onProgress: bar.show }) };
  const isStream = file === STANDARD_STREAM;
  return kind === "get"
    ? get(url, { ...allOptions, to: isStream ? process.stdout : file })
    : put(isStream ? process.stdin : file, url, allOptions);
}

/** Many boot loaders do not count past the largest block number, and stop with half an image in their flash. */
function warnOfLongFile({ kind, file, options }: GetPutCommand): void {
  const blockSizeBytes = options.blockSizeBytes ?? BLOCK_BYTES_DEFAULT;
  const size = kind === "put" && file !== STANDARD_STREAM ? sizeOf(file) : 0;
  const blocks = Math.floor(size / blockSizeBytes) + 1;
  if (blocks > MAX_BLOCK_NUMBER) {
    const limit = sizeText(MAX_BLOCK_NUMBER * blockSizeBytes);
    console.error(
      `lockstep-tftp: ${file} needs ${blocks} blocks, and some devices do not count past block ${MAX_BLOCK_NUMBER} ` +
        `(${limit}); they stop there, perhaps with half of it written`,
    );
  }
}

/** Returns 0 if there is no such file, of which `put` tells. */
function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

function adviceFor({ code }: TftpError, { options }: GetPutCommand): string | undefined {
  const isFollowed = code === "protocol" && options.useOptions === false;
  return isFollowed ? undefined : ADVICE[code];
}

function summaryText(
  { kind, url }: GetPutCommand,
  { bytes, durationMs, retransmissions, path }: TransferSummary,
): string {
  const rate = sizeText((bytes * 1000) / Math.max(1, durationMs));
  const retries = retransmissions > 0 ? `, ${counted(retransmissions, "retransmission")}` : "";
  const verb = kind === "get" ? "Got" : "Put";
  const place = path === undefined ? "" : ` as ${printable(path)}`;
  return `${verb} ${printable(url)}${place}: ${sizeText(bytes)} in ${(durationMs / 1000).toFixed(1)} s (${rate}/s${retries})`;
}

/** Whether the reader of standard output has read enough, as `head` does. The server has been told to stop. */
function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code === "EPIPE" || isClosedPipe(error.cause));
}

function exitCodeOf(error: unknown): number {
  if (error instanceof TftpError) {
    return EXIT_CODES[error.code];
  }
  if (error instanceof Interruption) {
    return EXIT_SIGNALS[error.signal];
  }
  return error instanceof RangeError || error instanceof TypeError ? EXIT_USAGE : EXIT_LOCAL_FILE;
}
