/**
 * Completion of command lines, in the shells themselves: each gets a script that defines it, and lines with tabulators, as a
 * person types them. A program in place of the command prints the words that it is started with.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { hasProgram, run } from "../../../support/program.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { UNLESS_TERMINALS } from "../../../support/terminal.js";
import { commandLine } from "./command-line.js";

const SHOW_WORDS = `#!/bin/sh
printf '<%s>' "$@"
echo
`;

/** A line as it is typed, and the words that the command gets. */
type Typed = readonly [line: string, words: string];

const TYPED: readonly Typed[] = [
  ["ser\tfold\t --stat\t", "<serve><folder/><--status-page>"],
  ["serve --config fi\t --log j\t", "<serve><--config><file.txt><--log><json>"],
  ["serve --config=fi\t --links-into fo\t", "<serve><--config=file.txt><--links-into><folder/>"],
  ["serve --port fi\t", "<serve><--port><fi>"],
  ["serve --host ::1 fo\t", "<serve><--host><::1><folder/>"],
  ["put with\ttf\tx", "<put><with space.img><tftp://x>"],
  ["get tftp://[::1]:69/x fi\t", "<get><tftp://[::1]:69/x><file.txt>"],
  ["get --max-size 4 tf\t", "<get><--max-size><4><tftp://>"],
  ["put --max-si\t", "<put><--max-si>"],
  ["comp\tz\t", "<completion><zsh>"],
  ["help p\t", "<help><put>"],
];

/** A folder with the command, with something to complete, and with the completion in a file. */
async function prepare(t: TestContext, shell: string) {
  const cwd = temporaryFolder(t);
  mkdirSync(path.join(cwd, "folder"));
  mkdirSync(path.join(cwd, "bin"));
  writeFileSync(path.join(cwd, "file.txt"), "");
  writeFileSync(path.join(cwd, "with space.img"), "");
  writeFileSync(path.join(cwd, "bin/lockstep-tftp"), SHOW_WORDS, { mode: 0o755 });
  const { code, stdout } = await commandLine("completion", shell);
  assert.equal(code, 0);
  writeFileSync(path.join(cwd, "completion"), stdout);
  const { PATH } = process.env;
  return {
    cwd,
    env: { HOME: cwd, ZDOTDIR: cwd, TERM: "xterm", PATH: `${path.join(cwd, "bin")}${path.delimiter}${PATH}` },
  };
}

function typed(lines: readonly Typed[]): string {
  return lines.map(([line]) => `lockstep-tftp ${line}\n`).join("");
}

/** The words that the command has got, line by line. zsh removes the slash that it has added to a folder. */
function wordsIn(output: string): string[] {
  return output
    .split(/\r?\n/)
    .filter((line) => line.startsWith("<"))
    .map((line) => line.trimEnd().replaceAll("folder/>", "folder>"));
}

function expected(lines: readonly Typed[]): string[] {
  return wordsIn(lines.map(([, words]) => words).join("\n"));
}

describe("completion", () => {
  test("bash completes commands, flags, values, files and URLs", {
    skip: hasProgram("bash") ? false : "needs bash",
  }, async (t) => {
    const options = await prepare(t, "bash");
    const words = ["--noprofile", "--rcfile", "completion", "-i"];
    const { stdout } = await run("bash", words, { ...options, input: typed(TYPED) });
    assert.deepEqual(wordsIn(stdout), expected(TYPED));
  });

  test("zsh completes commands, flags, values, files and URLs", {
    skip: hasProgram("zsh") ? UNLESS_TERMINALS : "needs zsh",
  }, async (t) => {
    const options = await prepare(t, "zsh");
    writeFileSync(
      path.join(options.cwd, ".zshrc"),
      "autoload -Uz compinit; compinit -u -D; source completion; unsetopt beep automenu nomatch\n",
    );
    const words = ["--quiet", "--flush", "--return", "--command", "zsh --no-globalrcs -i", "/dev/null"];
    const { stdout } = await run("script", words, { ...options, input: `${typed(TYPED)}exit\n` });
    assert.deepEqual(wordsIn(stdout), expected(TYPED));
  });

  test("fish completes commands, flags, values, files and URLs", {
    skip: hasProgram("fish") ? false : "needs fish",
  }, async (t) => {
    const options = await prepare(t, "fish");
    const offered = async (line: string): Promise<string[]> => {
      const words = ["--no-config", "-c", "source completion; complete -C $argv[1]", `lockstep-tftp ${line}`];
      const { stdout, stderr } = await run("fish", words, options);
      assert.equal(stderr, "");
      return stdout.split("\n").flatMap((answer) => (answer === "" ? [] : [answer.split("\t", 1)[0] as string]));
    };
    for (const [line, answers] of [
      ["ser", ["serve"]],
      ["serve fo", ["folder/"]],
      ["serve --stat", ["--status-page"]],
      ["serve --config fi", ["file.txt"]],
      ["serve --log j", ["json"]],
      ["serve --port fi", []],
      ["serve --links-into fo", ["folder/"]],
      ["put with", ["with space.img"]],
      ["put file.txt tf", ["tftp://"]],
      ["put --max-si", []],
      ["get --max-si", ["--max-size"]],
      ["completion z", ["zsh"]],
      ["help p", ["put"]],
    ] as const) {
      assert.deepEqual(await offered(line), answers, line);
    }
  });
});
