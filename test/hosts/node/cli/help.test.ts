/** Help, manual page and version: every flag is in the help, in the manual page and in the pages of docs/. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { hasProgram, PROJECT, run } from "../../../support/program.js";
import { commandLine } from "./command-line.js";

const ROWS = 24;
const COLUMNS = 80;
const MANUAL_PAGE = path.join(PROJECT, "dist/man/lockstep-tftp.1");
const COMMANDS = ["serve", "get", "put", "completion"] as const;

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

const PUT_FLAGS = declaredFlags("hosts/node/cli/get-put-flags.ts", "PUT_FLAGS");
const FLAGS = {
  serve: [...declaredFlags("hosts/node/cli/settings.ts", "SETTING_KINDS"), "--config"],
  get: [...PUT_FLAGS, "--max-size"],
  put: PUT_FLAGS,
  completion: [] as string[],
};

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

async function helpOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await commandLine(...args);
  assert.equal(code, 0);
  assert.equal(stderr, "");
  for (const line of stdout.split("\n")) {
    assert.ok(line.length <= COLUMNS, `fits a terminal: ${line}`);
  }
  return stdout;
}

/** The prompt of a shell takes the last row. */
function assertFitsScreen(help: string): void {
  assert.ok(help.trimEnd().split("\n").length < ROWS, help);
}

describe("the help", () => {
  for (const args of [["--help"], ["-h"], ["help"]]) {
    test(`lockstep-tftp ${args.join(" ")} lists the commands on a screen`, async () => {
      const help = await helpOf(...args);
      assertFitsScreen(help);
      assert.deepEqual(help.match(/(?<=^ {2})[a-z]+(?= |$)/gm), [...COMMANDS, "help"]);
    });
  }

  for (const command of COMMANDS) {
    test(`lockstep-tftp ${command} --help fits a screen, with two examples`, async () => {
      const help = await helpOf(command, "--help");
      assertFitsScreen(help);
      const [, examples = ""] = /^Examples:\n(.*?)\n\n/ms.exec(help) ?? [];
      assert.equal(examples.split("\n").filter((line) => line.includes(`lockstep-tftp ${command}`)).length, 2);
      assert.equal(await helpOf("help", command), help);
    });

    test(`lockstep-tftp ${command} --help --all explains every flag`, async () => {
      const help = await helpOf(command, "--help", "--all");
      assert.deepEqual(sorted(explainedFlags(help)), sorted([...FLAGS[command], "--help"]));
      assert.equal(await helpOf("help", command, "--all"), help);
    });
  }

  test("the short help of serve says where the other flags are", async () => {
    const help = await helpOf("serve", "--help");
    assert.ok(explainedFlags(help).length < FLAGS.serve.length);
    assert.match(help, /--help --all has all options/);
  });

  for (const [command, codes] of [
    ["get", "0 1 2 3 4 5 6 7 130"],
    ["put", "0 1 2 3 4 5 6 7 8 130"],
  ] as const) {
    test(`lockstep-tftp ${command} --help explains every exit code`, async () => {
      const [, exitCodes = ""] = /^Exit codes: (.*)/ms.exec(await helpOf(command, "--help")) ?? [];
      assert.deepEqual(exitCodes.match(/\d+/g), codes.split(" "));
    });
  }
});

describe("the pages of docs/", () => {
  test("docs/serving.md has a row for every flag", () => {
    const expected = [...FLAGS.serve, "--help", "--version"];
    assert.deepEqual(sorted(documentedFlags("docs/serving.md")), sorted(expected));
  });

  test("docs/client.md has a row for every flag", () => {
    assert.deepEqual(sorted(documentedFlags("docs/client.md")), sorted([...FLAGS.get, "--help"]));
  });

  test("docs/serving.md lists the settings that SIGHUP applies", () => {
    const [, body = ""] = /const RELOADABLE.*?\[(.*?)\]/s.exec(textOf("hosts/node/cli/reload.ts")) ?? [];
    const reloadable = ["root", "rules", ...(body.match(/(?<=")[a-z-]+(?=")/g) ?? [])];
    const [, list = ""] = /^These take effect at once: (.*?)\.$/ms.exec(textOf("docs/serving.md")) ?? [];
    assert.deepEqual(sorted(list.match(/(?<=`)[a-z-]+(?=`)/g) ?? []), sorted(reloadable));
  });
});

describe("the manual page", () => {
  test("package.json names it, and it explains every flag of every command", () => {
    const { man, version } = JSON.parse(textOf("package.json"));
    assert.deepEqual(
      man.map((file: string) => path.join(PROJECT, file)),
      [MANUAL_PAGE],
    );
    const page = readFileSync(MANUAL_PAGE, "utf8").replaceAll("\\-", "-");
    assert.ok(page.includes(`lockstep-tftp ${version}`));
    for (const command of COMMANDS) {
      const [, section = ""] = new RegExp(`^\\.SH ${command.toUpperCase()}\n(.*?)^\\.SH `, "ms").exec(page) ?? [];
      assert.deepEqual(sorted(section.match(/(?<=^\.BI ")--[a-z-]+/gm) ?? []), sorted(FLAGS[command]), command);
    }
  });

  const skip = hasProgram("mandoc") ? false : "needs mandoc";
  test("mandoc finds no mistake in it, and renders its examples as they are typed", { skip }, async () => {
    const lint = await run("mandoc", ["-T", "lint", "-W", "warning", MANUAL_PAGE]);
    const warnings = lint.stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date"));
    assert.deepEqual(warnings, []);
    const { stdout } = await run("mandoc", ["-T", "utf8", "-O", "width=80", MANUAL_PAGE]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: bold letters are printed twice, with a backspace between.
    const text = stdout.replaceAll(/.\u0008/g, "");
    assert.match(text, /^ {5,}lockstep-tftp serve backups --write --write-only --max-size 1M$/m);
    assert.match(text, /^ {5,}--status-page \[ADDRESS:PORT\]$/m);
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
