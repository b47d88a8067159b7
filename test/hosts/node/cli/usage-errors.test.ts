/** Mistakes in the arguments: one line that names the mistake, a pointer to the help, and exit code 1. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commandLine } from "./command-line.js";

describe("a usage error names the mistake, points to the help, and exits with 1", () => {
  const MISTAKES: readonly (readonly [args: string, message: RegExp])[] = [
    ["fetch", /unknown command "fetch"; expected one of: serve, get, put, completion\n/],
    ["serv .", /unknown command "serv"; did you mean serve\?\n/],
    ["help gett", /unknown command "gett"; did you mean get\?\n/],
    ["", /no command; expected one of: serve, get, put, completion\n/],
    ["--port 5", /no command; expected one of: serve/],
    ["completion", /completion needs a shell; give one of: bash, zsh, fish\n/],
    ["completion csh", /unknown shell "csh"; give one of: bash, zsh, fish\n/],
    ["completion bash zsh", /unknown shell "bash zsh"/],
    ["serve . --all", /unknown option "--all"; did you mean --allow\?\n/],
    ["serve . --status", /unknown option "--status"; did you mean --status-page\?\n/],
    ["put file tftp://127.0.0.1/file --max-size 5", /unknown option "--max-size"\n/],
    ["serve . --port-range 5000-6000 --single-port", /--single-port uses no other ports; leave out --port-range/],
    ["serve . --initial-interval 0", /--initial-interval is "0"; write a time above 0 .*, such as 500ms/],
    ["serve", /serve needs a folder/],
    ["serve . more", /unexpected argument "more"; serve takes one folder/],
    ["serve . --colour", /unknown option "--colour"\n/],
    ["serve . --prot 6969", /unknown option "--prot"; did you mean --port\?/],
    ["serve . --max-window 4", /unknown option "--max-window"; did you mean --max-window-size\?/],
    ["serve . --timeout 2s", /unknown option "--timeout"; did you mean --initial-interval\?/],
    ["serve . -p 6969", /unknown option "-p"/],
    ["serve . -Vp", /unknown option "-p"/],
    ["serve . -h=5", /unknown option "-="/],
    ["serve . --=5", /unknown option "--=5"/],
    ["serve . -", /unexpected argument "-"/],
    ["serve . -- --write", /unexpected argument "--write"/],
    ["serve . --port==5", /--port is "=5"/],
    ["serve . --port", /--port needs a value/],
    ["serve . --port --write", /--port needs a value, and "--write" is an option/],
    ["serve . --host=", /--host is ""; give an address or a name/],
    ["serve . --port -1", /--port is "-1"; it must be a whole number from 0 to 65535/],
    ["serve . --port 65536", /--port is "65536"; it must be a whole number from 0 to 65535/],
    ["serve . --port 6.9", /--port is "6.9"/],
    ["serve . --port tftp", /--port is "tftp"/],
    ["serve . --port=", /--port is ""/],
    ["serve . --write=yes", /--write takes no value; leave out "=yes"/],
    ["serve . --write-only", /--write-only alone allows nothing; add --write/],
    ["serve . --max-size 5X", /--max-size is "5X"; write a number of bytes, or for example 500K/],
    ["serve . --max-size 999999999999G", /--max-size is "999999999999G"; no file is that large/],
    ["serve . --max-transfers 0", /--max-transfers is "0"/],
    ["serve . --max-window-size 0", /--max-window-size is "0"/],
    ["serve . --give-up never", /--give-up is "never"/],
    ["serve . --min-interval 0", /--min-interval is "0"; write a time above 0 .*, such as 500ms/],
    ["serve . --grace 2d", /--grace is "2d"/],
    ["serve . --port-range 5000", /--port-range is "5000"; write the first and the last port/],
    ["serve . --port-range 6000-5000", /--port-range is "6000-5000"/],
    ["serve . --log xml", /--log is "xml"; it must be one of: live, text, json/],
    ["serve . --log-level all", /--log-level is "all"; it must be one of: error, warn, info, debug/],
  ];
  for (const [args, message] of MISTAKES) {
    test(`usage error: lockstep-tftp ${args}`, async () => {
      const { code, stdout, stderr } = await commandLine(...args.split(" ").filter((word) => word !== ""));
      assert.equal(code, 1);
      assert.equal(stdout, "");
      const [command = ""] = /^(?:serve|put|completion)\b/.exec(args) ?? [];
      const help = ["lockstep-tftp", command, "--help"].filter((word) => word !== "").join(" ");
      assert.ok(stderr.endsWith(`\nTry: ${help}\n`), stderr);
      assert.match(stderr, /^lockstep-tftp: [^\n]+\n[^\n]+\n$/);
      assert.match(stderr, message);
    });
  }
});
