/** Results of benchmarks: tables for people, and the figures as JSON, kept in `bench/results/`. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../../test/support/program.js";

const RESULTS = path.join(PROJECT, "bench/results");

/** What every result begins with. */
export interface Measured {
  readonly date: string;
  readonly commit: string;
}

/** Today, and the commit that is measured, which says so where files were changed since. */
export function measuredNow(): Measured {
  const words = ["describe", "--always", "--dirty=-changed"];
  const commit = execFileSync("git", words, { cwd: PROJECT, encoding: "utf8" }).trim();
  return { date: new Date().toISOString().slice(0, 10), commit };
}

export type Cell = string | number;

/** A table in Markdown; the first column is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Prints a report, and keeps it with its figures. */
export function keep(benchmark: string, results: Measured, text: string): void {
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, `${benchmark}-${results.date}-${results.commit}`);
  writeFileSync(`${file}.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${file}.md`, text);
  console.log(text);
}

/** Tells whoever waits how far it is. */
export function sayProgress(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
}
