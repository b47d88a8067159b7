/** `lockstep-tftp get` and `lockstep-tftp put`. */
import { sizeText } from "../../common/size-text.js";
import type { TransferSummary } from "../client/client-options.js";
import { get, put } from "../client/get-and-put.js";
import { TftpError, type TftpErrorCode } from "../client/tftp-error.js";
import { printable } from "../words.js";
import { ProgressBar } from "./live/progress-bar.js";
import { type ClientCommand, STANDARD_STREAM } from "./parse-get-put.js";

/** For scripts; the help and docs/client.md list them. */
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
/** What the command line can do about it. */
const ADVICE: { readonly [code in TftpErrorCode]?: string } = {
  "no-answer": "If the device is not on yet: --wait. If it is a very simple one: --no-options",
  protocol: "Without options: --no-options",
  "too-large": "The limit is that of --max-size",
};
const EXIT_MISTAKE = 1;
const EXIT_LOCAL_FILE = 6;
/** As shells have it: 128 and the number of the signal. */
const EXIT_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal has come. */
class Interruption extends Error {
  constructor(readonly signal: keyof typeof EXIT_SIGNALS) {
    super(`stopped by ${signal}`);
  }
}

/**
 * Moves one file.
 *
 * @returns the process's exit code.
 */
export async function getOrPut(command: ClientCommand): Promise<number> {
  const bar = command.isQuiet ? undefined : ProgressBar.on(process.stderr, process.env);
  const interruption = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void =>
    interruption.abort(new Interruption(signal as keyof typeof EXIT_SIGNALS));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const summary = await move(command, interruption.signal, bar);
    bar?.clear();
    if (!command.isQuiet) {
      console.error(said(command, summary));
    }
    return 0;
  } catch (error) {
    bar?.clear();
    const advice = error instanceof TftpError ? adviceFor(error, command) : undefined;
    console.error(`lockstep-tftp: ${(error as Error).message}${advice === undefined ? "" : `\n${advice}`}`);
    return exitCodeOf(error);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function move(
  { kind, url, file, options }: ClientCommand,
  signal: AbortSignal,
  bar: ProgressBar | undefined,
): Promise<TransferSummary> {
  const all = { ...options, signal, ...(bar === undefined ? {} : { onProgress: bar.show }) };
  const isStream = file === STANDARD_STREAM;
  return kind === "get"
    ? get(url, { ...all, to: isStream ? process.stdout : file })
    : put(isStream ? process.stdin : file, url, all);
}

/** Whoever has left out the options already is not told to do so. */
function adviceFor({ code }: TftpError, { options }: ClientCommand): string | undefined {
  return code === "protocol" && options.useOptions === false ? undefined : ADVICE[code];
}

function said({ kind, url }: ClientCommand, { bytes, durationMs, retransmissions }: TransferSummary): string {
  const rate = sizeText((bytes * 1000) / Math.max(1, durationMs));
  const repeats = retransmissions > 0 ? `, ${retransmissions} repeated` : "";
  const verb = kind === "get" ? "Got" : "Put";
  return `${verb} ${printable(url)}: ${sizeText(bytes)} in ${(durationMs / 1000).toFixed(1)} s (${rate}/s${repeats})`;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof TftpError) {
    return EXIT_CODES[error.code];
  }
  if (error instanceof Interruption) {
    return EXIT_SIGNALS[error.signal];
  }
  return error instanceof RangeError || error instanceof TypeError ? EXIT_MISTAKE : EXIT_LOCAL_FILE;
}
