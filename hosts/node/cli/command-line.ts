/** Turns the arguments of the command line into a command. */
import { parseFlags } from "./flags.js";
import type { CompletionCommand, HelpCommand } from "./help-command.js";
import type { GetPutCommand } from "./parse-get-put.js";
import { parseServe, SERVE_FLAGS, type ServeCommand } from "./parse-serve.js";
import { FORMER_NAMES } from "./settings.js";
import { withStatusPageValue } from "./status-page-flag.js";
import { UsageError } from "./usage-error.js";

export type Command = ServeCommand | GetPutCommand | HelpCommand | CompletionCommand | { readonly kind: "version" };

/**
 * Loads the parsers of the other commands on demand, so that a server starts sooner.
 *
 * @throws UsageError when the arguments make no valid command.
 */
export async function parseCommandLine(args: readonly string[]): Promise<Command> {
  const [first, ...others] = args;
  if (first === "help") {
    return parseServerArguments([...others, "--help"]);
  }
  if (first === "get" || first === "put") {
    const { parseGetPut } = await import("./parse-get-put.js");
    return parseGetPut(first, others);
  }
  if (first === "completion") {
    const { parseCompletion } = await import("./help-command.js");
    return parseCompletion(others);
  }
  return parseServerArguments(args);
}

async function parseServerArguments(args: readonly string[]): Promise<Command> {
  const { values, operands, help, asksForVersion } = parseFlags(withStatusPageValue(args), SERVE_FLAGS, FORMER_NAMES);
  const [command, root, ...rest] = operands;
  if (asksForVersion) {
    return { kind: "version" };
  }
  if (help !== undefined) {
    const { parseHelp } = await import("./help-command.js");
    return parseHelp(command, help.isFull);
  }
  if (command !== "serve") {
    const { unknownCommand } = await import("./help-command.js");
    throw unknownCommand(command);
  }
  if (rest.length > 0) {
    throw new UsageError(`unexpected argument "${rest[0]}"; serve takes one folder`);
  }
  return parseServe(values, root);
}
