/** The command lines that the pages show: every script exists, and every command accepts its flags. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CLI, PROJECT, run } from "../support/program.js";

const ADD_FILES = path.join(PROJECT, "dist/command/add-files.js");
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(path.join(PROJECT, "package.json"), "utf8"),
).scripts;

const PAGES = [".", "docs"].flatMap((folder) =>
  readdirSync(path.join(PROJECT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name)),
);
const EXAMPLES = "examples/operations";
/** Files with command lines in comments or in a unit, one per line. */
const OTHER_FILES = [
  "examples/files/readme.txt",
  ...readdirSync(path.join(PROJECT, EXAMPLES)).map((name) => `${EXAMPLES}/${name}`),
];

/** A flag that no command has. A command that rejects only this one accepts all words before it. */
const UNKNOWN_FLAG = "--no-such-flag";
/** Flags of other programs that the prose names. */
const FOREIGN_FLAGS = ["--network", "--option"];

function textOf(file: string): string {
  return readFileSync(path.join(PROJECT, file), "utf8");
}

/** The shell lines of a page: its `sh` blocks and its inline code. */
function shellLines(page: string): string[] {
  const text = textOf(page).replaceAll("\\\n", " ");
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, block = ""]) => block.split("\n"));
  return [...blocks, ...inlineCode(text)];
}

function inlineCode(text: string): string[] {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string);
}

/** The command lines of an example file or unit. */
function embeddedLines(file: string): string[] {
  return [...textOf(file).matchAll(/(?:lockstep-tftp (?:serve|get|put)|npm (?:start|run|pack|ci)) ?.*/g)].map(
    ([line]) => line,
  );
}

/** Splits a line into commands, and each into words. An ellipsis stands for words that the page leaves out. */
function commandsOf(line: string): string[][] {
  return line
    .replace(/(^| +)#.*$/, "")
    .split(/&&|\||;/)
    .map((command) => command.trim().split(/ +/))
    .map((words) => words.filter((word) => word !== "…").map((word) => word.replaceAll(/^["']|["']$/g, "")))
    .map((words) => (words[0] === "sudo" ? words.slice(1) : words));
}

/** The program of this project that a command runs, with its words; undefined for any other command. */
function programOf([command = "", ...words]: readonly string[]):
  | readonly [program: string, words: string[]]
  | undefined {
  if (command === "npx") {
    return programOf(words);
  }
  if (command === "lockstep-tftp") {
    return [CLI, words];
  }
  if (command === "lockstep-tftp-add-files") {
    return [ADD_FILES, words];
  }
  if (command !== "npm") {
    return undefined;
  }
  const [verb = "", ...rest] = words;
  const script = verb === "run" ? rest[0] : verb;
  const flags = words.includes("--") ? words.slice(words.indexOf("--") + 1) : [];
  switch (script) {
    case "start":
      return flags.length === 0 ? undefined : [CLI, flags];
    case "add-files":
      return [ADD_FILES, flags];
    default:
      return undefined;
  }
}

/** Explains why a command cannot be run as printed; undefined if it can. */
async function flawOf(words: readonly string[]): Promise<string | undefined> {
  const [command, verb, name = ""] = words;
  if (command === "npm" && verb === "run" && !Object.hasOwn(SCRIPTS, name)) {
    return `package.json has no script "${name}"`;
  }
  if (command === "npm" && !["run", "ci", "install", "pack", "prefix"].includes(verb ?? "") && !SCRIPTS[verb ?? ""]) {
    return `npm has no command "${verb}"`;
  }
  if (command === "node" && verb?.startsWith("scripts/") && !existsSync(path.join(PROJECT, verb))) {
    return `${verb} does not exist`;
  }
  const started = programOf(words);
  if (started === undefined || started[1].some((word) => ["--help", "--version"].includes(word))) {
    return undefined;
  }
  const [program, its] = started;
  const { code, stderr } = await run(process.execPath, [program, ...its, UNKNOWN_FLAG]);
  const [firstFlag] = stderr.match(/--[a-z-]+/) ?? [];
  return code === 1 && firstFlag === UNKNOWN_FLAG ? undefined : stderr.trim();
}

async function flawsOf(lines: readonly string[]): Promise<string[]> {
  const commands = [...new Set(lines)].flatMap(commandsOf);
  const flaws = await Promise.all(
    commands.map(async (words) => {
      const flaw = await flawOf(words);
      return flaw === undefined ? undefined : `${words.join(" ")}: ${flaw}`;
    }),
  );
  return flaws.filter((flaw) => flaw !== undefined);
}

async function flagsOf(program: string, ...words: string[]): Promise<string[]> {
  const { stdout } = await run(process.execPath, [program, ...words]);
  return stdout.match(/--[a-z][a-z-]*/g) ?? [];
}

const HELPS = [
  [CLI, "--help"],
  [CLI, "serve", "--help", "--all"],
  [CLI, "get", "--help"],
  [ADD_FILES, "--help"],
] as const;
const knownFlags = Promise.all(HELPS.map(([program, ...words]) => flagsOf(program, ...words))).then(
  (lists) => new Set([...FOREIGN_FLAGS, ...lists.flat()]),
);

for (const page of PAGES) {
  test(`the command lines of ${page} are accepted by the commands that they start`, async () => {
    assert.deepEqual(await flawsOf(shellLines(page)), []);
  });

  test(`the flags that the prose of ${page} names exist`, async () => {
    const known = await knownFlags;
    const named = inlineCode(textOf(page)).flatMap((code) => /^--[a-z][a-z-]*(?=$|[ =])/.exec(code) ?? []);
    const unknown = named.filter((flag) => !known.has(flag) && !known.has(flag.replace(/^--no-/, "--")));
    assert.deepEqual(unknown, []);
  });
}

for (const file of OTHER_FILES) {
  test(`the command lines of ${file} are accepted by the commands that they start`, async () => {
    assert.deepEqual(await flawsOf(embeddedLines(file)), []);
  });
}

test("an unknown flag, an unknown script and a missing value in a command line are found", async () => {
  for (const line of [
    "lockstep-tftp serve /srv/tftp --max-windows 8",
    "npm start -- serve /srv/tftp --quiet",
    "lockstep-tftp get tftp://192.168.1.1/config.txt --write",
    "npm run add-files -- phones --flush 4MB",
    "npx lockstep-tftp-add-files phones --flush 4MB",
    "npm run bench:none",
    "node scripts/none.js",
    "lockstep-tftp serve /srv/tftp --port",
  ]) {
    assert.equal((await flawsOf([line])).length, 1, line);
  }
});
