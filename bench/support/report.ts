/** Results of benchmarks in `bench/results/`: tables as Markdown, and the figures as JSON. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../../test/support/program.js";

const RESULTS = path.join(PROJECT, "bench/results");

/** Date and commit of a result. */
export interface Measured {
  readonly date: string;
  readonly commit: string;
}

/** Today, and the commit that is measured, with "-changed" appended if the tree has changes. */
export function measuredNow(): Measured {
  const args = ["describe", "--always", "--dirty=-changed"];
  const commit = execFileSync("git", args, { cwd: PROJECT, encoding: "utf8" }).trim();
  return { date: new Date().toISOString().slice(0, 10), commit };
}

export type Cell = string | number;

/** A table in Markdown: the first column is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Prints a report, and saves it with its figures. */
export function saveReport(benchmark: string, results: Measured, text: string): void {
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${benchmark}-${results.date}-${results.commit}`);
  writeFileSync(`${file}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${file}.md`, text);
  console.log(text);
}

/** Writes a progress line to standard error. */
export function reportProgress(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}
