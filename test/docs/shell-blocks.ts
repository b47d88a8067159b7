/** The blocks of shell commands on the pages for users. Each is run by the tests, or says why not. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../support/program.js";

/** A block that begins with this comment is not run. The reason follows, for the reader of the page. */
export const NOT_RUN = "# not run by the tests: ";

/** Commands that install or test the project itself, and the file in which they run. */
export const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  "npm ci": ".ci/run",
  "npm test": ".ci/run",
  "npm pack": "test/package/published.test.ts",
  "npm install /path/to/lockstep-tftp-0.1.0.tgz": "test/package/published.test.ts",
  "npm run add-files -- examples/files": "test/hosts/moddable/command/add-files.test.ts",
};

export interface ShellBlock {
  /** The line of the page on which it begins. */
  readonly line: number;
  /** Why it is not run. Empty if no reason is given, undefined if it is run. */
  readonly reason: string | undefined;
  /** Its command lines, without those that run elsewhere. */
  readonly commands: readonly string[];
}

export const PAGES = [
  "README.md",
  ...readdirSync(path.join(PROJECT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

export function textOf(page: string): string {
  return readFileSync(path.join(PROJECT, page), "utf8");
}

export function shellBlocksOf(text: string): ShellBlock[] {
  return [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(({ 1: code = "", index }) => {
    const lines = code
      .replaceAll("\\\n", " ")
      .split("\n")
      .map((line) => line.trim());
    return {
      line: text.slice(0, index).split("\n").length,
      reason: lines[0]?.startsWith(NOT_RUN.trim()) ? lines[0].slice(NOT_RUN.length) : undefined,
      commands: lines
        .filter((line) => !line.startsWith("#"))
        .map(withoutElsewhere)
        .filter((line) => line !== ""),
    };
  });
}

function withoutElsewhere(line: string): string {
  const commands = line.split(" && ");
  return commands.filter((command) => !Object.hasOwn(RUN_ELSEWHERE, command.replace(/ +#.*$/, ""))).join(" && ");
}
