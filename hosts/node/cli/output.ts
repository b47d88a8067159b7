/** Where `serve` says what it has to say: on a terminal that it draws on, or in plain lines. */

import type { TftpServer } from "../server.js";
import type { LogFormat, LogLevel } from "./log.js";

export interface Output {
  /** Whether people look at it while it changes. */
  readonly isLive: boolean;
  /** Writes a line. */
  say(line: string, level: LogLevel): void;
  /** Shows what a server does from now on. */
  watch(server: TftpServer): void;
  /** Nothing changes any more. Lines can still be written. */
  close(): void;
}

const PLAIN_OUTPUT: Output = {
  isLive: false,
  say: (line) => console.log(line),
  watch: () => {},
  close: () => {},
};

/** @param format "live" without a terminal is as good as "text"; none given is "live" on a terminal. */
export async function openOutput(format: LogFormat | undefined): Promise<Output> {
  const { TERM: terminalKind } = process.env;
  const isTerminal = process.stdout.isTTY && terminalKind !== "dumb";
  if (!isTerminal || (format ?? "live") !== "live") {
    return PLAIN_OUTPUT;
  }
  // What draws is loaded by those only who see it.
  const { LiveOutput } = await import("./live/live-output.js");
  return new LiveOutput(process.stdout);
}
