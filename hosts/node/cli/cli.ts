#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { type Command, HELP, readCommandLine } from "./command-line.js";
import { CLIENT_HELP, isClientKind } from "./parse-get-put.js";
import { serve } from "./run-serve.js";
import { UsageError } from "./usage-error.js";

/** Whoever gave a wrong word is told, and pointed at the help. */
async function commandOf(words: readonly string[]): Promise<Command | undefined> {
  try {
    return await readCommandLine(words);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    const [command] = words;
    const help = isClientKind(command) ? `${command} --help` : "--help";
    console.error(`lockstep-tftp: ${error.message}\nTry: lockstep-tftp ${help}`);
    return undefined;
  }
}

function version(): string {
  const description = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

async function run(words: readonly string[]): Promise<number> {
  const command = await commandOf(words);
  switch (command?.kind) {
    case undefined:
      return 1;
    case "help":
      console.log(HELP);
      return 0;
    case "client-help":
      console.log(CLIENT_HELP);
      return 0;
    case "version":
      console.log(version());
      return 0;
    case "serve":
      return serve(command);
    case "get":
    case "put": {
      // A server starts sooner without.
      const { getOrPut } = await import("./run-get-put.js");
      return getOrPut(command);
    }
  }
}

// Not awaited: what is loaded later imports from this file, and would wait for its end.
void run(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
