import type { LogFormat } from "./log.js";
import type { Output } from "./output.js";

const PLAIN_OUTPUT: Output = {
  isLive: false,
  print: (line) => console.log(line),
  watch: () => {},
  close: () => {},
};

/** @param format "live" means "text" if there is no terminal. Default: "live" on a terminal. */
export async function openOutput(format: LogFormat | undefined): Promise<Output> {
  const { TERM: terminalKind } = process.env;
  const isTerminal = process.stdout.isTTY && terminalKind !== "dumb";
  if (!isTerminal || (format ?? "live") !== "live") {
    return PLAIN_OUTPUT;
  }
  // Loaded on demand: a service without a terminal never draws.
  const { LiveOutput } = await import("./live/live-output.js");
  return new LiveOutput(process.stdout);
}
