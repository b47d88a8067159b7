#!/usr/bin/env node
import "./early-hangup.js";
import { readFileSync } from "node:fs";
import { type Command, parseCommandLine } from "./command-line.js";
import { handOverHangups } from "./early-hangup.js";
import { CLIENT_HELP, SERVE_HELP } from "./help.js";
import { isGetOrPut } from "./parse-get-put.js";
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
    const [command] = args;
    const help = isGetOrPut(command) ? `${command} --help` : "--help";
    console.error(`lockstep-tftp: ${error.message}\nTry: lockstep-tftp ${help}`);
    return undefined;
  }
}

function version(): string {
  const description = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(description) as { version: string }).version;
}

async function run(args: readonly string[]): Promise<number> {
  const command = await parseOrExplain(args);
  if (command?.kind !== "serve" || command.configuration === undefined) {
    handOverHangups(undefined);
  }
  switch (command?.kind) {
    case undefined:
      return 1;
    case "help":
      console.log(SERVE_HELP);
      return 0;
    case "client-help":
      console.log(CLIENT_HELP);
      return 0;
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

// Not awaited: modules loaded on demand import from this file, and would wait for it to finish.
void run(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
