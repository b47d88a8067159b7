import type { LogFormat } from "./log.js";
import type { Output } from "./output.js";
import { PatientTerminal } from "./patient-terminal.js";
import { PlainOutput } from "./plain-output.js";

/**
 * @param format "live" means "text" if there is no terminal. Default: "live" on a terminal.
 * @param onDropped called with the number of lines that were lost because nobody read them, when they are read again.
 */
export async function openOutput(format: LogFormat | undefined, onDropped: (count: number) => void): Promise<Output> {
  const { TERM: terminalKind } = process.env;
  if (!process.stdout.isTTY) {
    return new PlainOutput(process.stdout, onDropped);
  }
  const terminal = PatientTerminal.open(process.stdout) ?? process.stdout;
  if (terminalKind === "dumb" || (format ?? "live") !== "live") {
    return new PlainOutput(terminal, onDropped);
  }
  // Loaded on demand: a service without a terminal never draws.
  const { LiveOutput } = await import("./live/live-output.js");
  return new LiveOutput(terminal, process.stdout, onDropped);
}
