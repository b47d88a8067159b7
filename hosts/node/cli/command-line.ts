/** Turns the arguments of the command line into a command. */
import { parseFlags } from "./flags.js";
import { COMMAND_NAMES } from "./help/commands.js";
import {
  type CompletionCommand,
  type HelpCommand,
  parseCompletion,
  parseHelp,
  unknownCommand,
} from "./help-command.js";
import { type GetPutCommand, isGetOrPut, parseGetPut } from "./parse-get-put.js";
import { parseServe, SERVE_FLAGS, type ServeCommand } from "./parse-serve.js";
import { FORMER_NAMES } from "./settings.js";
import { withStatusPageValue } from "./status-page-flag.js";
import { UsageError } from "./usage-error.js";

export type Command = ServeCommand | GetPutCommand | HelpCommand | CompletionCommand | { readonly kind: "version" };

/** @throws UsageError when the arguments make no valid command. */
export async function parseCommandLine(args: readonly string[]): Promise<Command> {
  const [first, ...others] = args;
  if (first === "help") {
    return parseServerArguments([...others, "--help"]);
  }
  if (isGetOrPut(first)) {
    return parseGetPut(first, others);
  }
  return first === "completion" ? parseCompletion(others) : parseServerArguments(args);
}

async function parseServerArguments(args: readonly string[]): Promise<Command> {
  const { values, operands, help, asksForVersion } = parseFlags(withStatusPageValue(args), SERVE_FLAGS, FORMER_NAMES);
  const [command, root, ...rest] = operands;
  if (asksForVersion) {
    return { kind: "version" };
  }
  if (help !== undefined) {
    return parseHelp(command, help.isFull);
  }
  if (command === undefined) {
    throw new UsageError(`no command; expected one of: ${COMMAND_NAMES.join(", ")}`);
  }
  if (command !== "serve") {
    throw unknownCommand(command);
  }
  if (rest.length > 0) {
    throw new UsageError(`unexpected argument "${rest[0]}"; serve takes one folder`);
  }
  return parseServe(values, root);
}
