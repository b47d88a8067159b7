/** docs/troubleshooting.md quotes log lines and messages of the command as they are. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

const COMMAND = path.join(PROJECT, "dist/node");
const QUOTED = [
  "started",
  "timed out: nothing more came from the client",
  "failed: the client sent a larger block than agreed",
  "probably completed",
  "declined by the client, perhaps after it learned the size",
  "timed out",
  "superseded by a new request",
  "aborted by the client",
  "the file is larger than allowed",
];
/** Messages of the table; the port and the folder in them vary. */
const MESSAGES = [
  "needs a permission",
  "is taken by another program",
  "this machine has no address",
  "does not exist",
  "is not a folder",
];

const page = readFileSync(path.join(PROJECT, "docs/troubleshooting.md"), "utf8");
const sources = readdirSync(COMMAND).filter((name) => /\.c?js$/.test(name));
const command = sources.map((name) => readFileSync(path.join(COMMAND, name), "utf8")).join("\n");

for (const text of QUOTED) {
  test(`docs/troubleshooting.md quotes the log: ${text}`, () => {
    assert.ok(page.includes(`\`${text}\``));
    assert.ok(command.includes(text));
  });
}

for (const text of MESSAGES) {
  test(`docs/troubleshooting.md explains the message: ${text}`, () => {
    assert.match(page, new RegExp(`^\\|[^|]*${text}`, "m"));
    assert.ok(command.includes(text));
  });
}
