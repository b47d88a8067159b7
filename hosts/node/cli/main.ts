/** The command line: reads the arguments, and runs the command. */
import { readFileSync } from "node:fs";
import { WORKER_ARGUMENT } from "../processes/messages.js";
import { type Command, parseCommandLine } from "./command-line.js";
import { handOverHangups } from "./early-hangup.js";
import { runServe } from "./run-serve.js";
import { UsageError } from "./usage-error.js";

/** Prints a usage error with a pointer to the help, and returns undefined. */
async function parseOrExplain(args: readonly string[]): Promise<Command | undefined> {
  try {
    return await parseCommandLine(args);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    const { COMMAND_NAMES } = await import("./help/commands.js");
    const command = COMMAND_NAMES.find((name) => name === args[0]);
    const help = command === undefined ? "--help" : `${command} --help`;
    console.error(`lockstep-tftp: ${error.message}\nTry: lockstep-tftp ${help}`);
    return undefined;
  }
}

function version(): string {
  const description = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

/** A process of `serve --processes`: it listens to its parent process, not to the terminal. */
async function runAsWorker(): Promise<number> {
  handOverHangups(() => {});
  const { runWorker } = await import("../processes/worker.js");
  runWorker();
  return 0;
}

/** @returns the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  if (args[0] === WORKER_ARGUMENT && process.send !== undefined) {
    return runAsWorker();
  }
  const command = await parseOrExplain(args);
  if (command?.kind !== "serve" || command.configuration === undefined) {
    handOverHangups(undefined);
  }
  switch (command?.kind) {
    case undefined:
      return 1;
    case "help": {
      const { commandHelp, overview } = await import("./help/help-text.js");
      console.log(command.of === undefined ? overview() : commandHelp(command.of, command.isFull));
      return 0;
    }
    case "completion": {
      const { completion } = await import("./help/completion/completion.js");
      process.stdout.write(completion(command.shell));
      return 0;
    }
    case "version":
      console.log(version());
      return 0;
    case "serve":
      return runServe(command);
    case "get":
    case "put": {
      // Loaded on demand, so that a server starts sooner.
      const { runGetPut } = await import("./run-get-put.js");
      return runGetPut(command);
    }
  }
}
