#!/usr/bin/env node
/** The command: what must come before the modules of the command line are loaded, which takes most of a start. */
import "./early-hangup.js";

void import("./main.js")
  .then(({ run }) => run(process.argv.slice(2)))
  .then((exitCode) => {
    process.exitCode = exitCode;
  });
