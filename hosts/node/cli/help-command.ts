/** Parses the requests for a help, and for the completion of a shell. */
import { suggestion } from "../rules/nearest-name.js";
import { parseFlags } from "./flags.js";
import { COMMAND_NAMES, type CommandName, SHELLS, type Shell } from "./help/commands.js";
import { UsageError } from "./usage-error.js";

export interface HelpCommand {
  readonly kind: "help";
  /** The command that is explained; undefined for all of them. */
  readonly of: CommandName | undefined;
  /** Whether every flag is explained. */
  readonly isFull: boolean;
}

export interface CompletionCommand {
  readonly kind: "completion";
  readonly shell: Shell;
}

/**
 * @param operand the word after `help`.
 * @throws UsageError when there is no such command.
 */
export function parseHelp(operand: string | undefined, isFull: boolean): HelpCommand {
  const of = COMMAND_NAMES.find((name) => name === operand);
  if (of === undefined && operand !== undefined) {
    throw unknownCommand(operand);
  }
  return { kind: "help", of, isFull };
}

/**
 * @param args arguments after the word `completion`.
 * @throws UsageError unless they name a shell, and nothing else.
 */
export function parseCompletion(args: readonly string[]): CompletionCommand | HelpCommand {
  const { operands, help } = parseFlags(args, {});
  if (help !== undefined) {
    return { kind: "help", of: "completion", ...help };
  }
  const [name, ...rest] = operands;
  const shell = SHELLS.find((candidate) => candidate === name);
  if (shell === undefined || rest.length > 0) {
    const problem = name === undefined ? "completion needs a shell" : `unknown shell "${operands.join(" ")}"`;
    throw new UsageError(`${problem}; give one of: ${SHELLS.join(", ")}`);
  }
  return { kind: "completion", shell };
}

/** @param name undefined if no command was given. */
export function unknownCommand(name: string | undefined): UsageError {
  if (name === undefined) {
    return new UsageError(`no command; expected one of: ${COMMAND_NAMES.join(", ")}`);
  }
  const meant = suggestion(name, COMMAND_NAMES) || `; expected one of: ${COMMAND_NAMES.join(", ")}`;
  return new UsageError(`unknown command "${name}"${meant}`);
}
