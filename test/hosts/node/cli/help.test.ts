/** Help and version: every flag and setting is in the help, in the settings table and in the pages of docs/. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { PROJECT } from "../../../support/program.js";
import { commandLine } from "./command-line.js";

function textOf(file: string): string {
  return readFileSync(path.join(PROJECT, file), "utf8");
}

/** Keys of an object literal in a source file, as flags: a switch that is on by default is documented as `--no-NAME`. */
function declaredFlags(file: string, constant: string): string[] {
  const [, body = ""] = new RegExp(`const ${constant} = \\{\\n(.*?)\\n\\}`, "s").exec(textOf(file)) ?? [];
  const names = [...body.matchAll(/^ {2}"?([a-z-]+)"?: "(?:switch|texts?)",$/gm)].map(([, name]) => name as string);
  assert.equal(names.length, body.split("\n").length, `every line of ${constant} is understood`);
  return names.map((name) => (ON_BY_DEFAULT.includes(name) ? `--no-${name}` : `--${name}`));
}

const ON_BY_DEFAULT = ["busy-polling", "options"];

/** Flags in the first column of the tables of a page. */
function documentedFlags(page: string): string[] {
  return textOf(page).match(/(?<=^\| (?:`--[a-z-]+`, )?`)--[a-z-]+/gm) ?? [];
}

/** Flags that begin a line of a help text. */
function explainedFlags(help: string): string[] {
  return help.match(/(?<=^ {2})--[a-z-]+/gm) ?? [];
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort();
}

describe("the help of serve", () => {
  for (const args of [["--help"], ["-h"], ["help"], ["serve", "--help"]]) {
    test(`lockstep-tftp ${args.join(" ")} explains every setting, in 80 columns`, async () => {
      const { code, stdout, stderr } = await commandLine(...args);
      assert.equal(code, 0);
      assert.equal(stderr, "");
      const settings = declaredFlags("hosts/node/cli/settings.ts", "SETTING_KINDS");
      const expected = sorted([...settings, "--config", "--help", "--version"]);
      assert.deepEqual(sorted(explainedFlags(stdout)), expected);
      for (const line of stdout.split("\n")) {
        assert.ok(line.length <= 80, `fits a terminal: ${line}`);
      }
    });
  }

  test("docs/serving.md has a row for every flag", () => {
    const settings = declaredFlags("hosts/node/cli/settings.ts", "SETTING_KINDS");
    assert.deepEqual(
      sorted(documentedFlags("docs/serving.md")),
      sorted([...settings, "--config", "--help", "--version"]),
    );
  });

  test("docs/serving.md lists the settings that SIGHUP applies", () => {
    const [, body = ""] = /const RELOADABLE.*?\[(.*?)\]/s.exec(textOf("hosts/node/cli/reload.ts")) ?? [];
    const reloadable = ["root", "rules", ...(body.match(/(?<=")[a-z-]+(?=")/g) ?? [])];
    const [, list = ""] = /^These take effect at once: (.*?)\.$/ms.exec(textOf("docs/serving.md")) ?? [];
    assert.deepEqual(sorted(list.match(/(?<=`)[a-z-]+(?=`)/g) ?? []), sorted(reloadable));
  });
});

describe("the help of get and put", () => {
  for (const verb of ["get", "put"]) {
    test(`lockstep-tftp ${verb} --help explains every flag and exit code, in 80 columns`, async () => {
      const { code, stdout } = await commandLine(verb, "--help");
      assert.equal(code, 0);
      const flags = declaredFlags("hosts/node/cli/parse-get-put.ts", "CLIENT_FLAGS");
      assert.deepEqual(sorted(explainedFlags(stdout)), sorted([...flags, "--help"]));
      const [, exitCodes = ""] = /^Exit codes: (.*)/ms.exec(stdout) ?? [];
      assert.deepEqual(exitCodes.match(/\d+/g), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "130"]);
      for (const line of stdout.split("\n")) {
        assert.ok(line.length <= 80, `fits a terminal: ${line}`);
      }
    });
  }

  test("docs/client.md has a row for every flag", () => {
    const flags = declaredFlags("hosts/node/cli/parse-get-put.ts", "CLIENT_FLAGS");
    assert.deepEqual(sorted(documentedFlags("docs/client.md")), sorted([...flags, "--help"]));
  });
});

describe("the version", () => {
  for (const flag of ["--version", "-V"]) {
    test(`lockstep-tftp ${flag} prints the version of the package`, async () => {
      const { version } = JSON.parse(textOf("package.json"));
      assert.deepEqual(await commandLine(flag), { code: 0, signal: null, stdout: `${version}\n`, stderr: "" });
    });
  }
});
