/** Turns the arguments of the command line into a command. */
import { parseFlags } from "./flags.js";
import { type GetPutCommand, isGetOrPut, parseGetPut } from "./parse-get-put.js";
import { parseServe, SERVE_FLAGS, type ServeCommand } from "./parse-serve.js";
import { FORMER_NAMES } from "./settings.js";
import { withStatusPageValue } from "./status-page-flag.js";
import { UsageError } from "./usage-error.js";

export type Command = ServeCommand | GetPutCommand | { readonly kind: "help" | "client-help" | "version" };

/** @throws UsageError when the arguments make no valid command. */
export async function parseCommandLine(args: readonly string[]): Promise<Command> {
  const [first, ...others] = args;
  return isGetOrPut(first) ? (parseGetPut(first, others) ?? { kind: "client-help" }) : parseServerArguments(args);
}

async function parseServerArguments(args: readonly string[]): Promise<Command> {
  const { values, operands, asksForHelp, asksForVersion } = parseFlags(
    withStatusPageValue(args),
    SERVE_FLAGS,
    FORMER_NAMES,
  );
  if (asksForVersion) {
    return { kind: "version" };
  }
  if (asksForHelp || operands[0] === "help") {
    return { kind: "help" };
  }
  const [command, root, ...rest] = operands;
  if (command !== "serve") {
    const problem = command === undefined ? "no command" : `unknown command "${command}"`;
    throw new UsageError(`${problem}; expected serve DIR, get URL or put FILE URL`);
  }
  if (rest.length > 0) {
    throw new UsageError(`unexpected argument "${rest[0]}"; serve takes one folder`);
  }
  return parseServe(values, root);
}
