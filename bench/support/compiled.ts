/** The benchmarks' own programs in C, compiled once in each run. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../../test/support/program.js";

const OUTPUT = path.join(PROJECT, "build/bench/c");
const done = new Set<string>();

/** @returns the program that was made of a source file, named by its path below `bench/`. */
export function compiled(source: string): string {
  const program = path.join(OUTPUT, path.basename(source, ".c"));
  if (!done.has(source)) {
    mkdirSync(OUTPUT, { recursive: true });
    const words = ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, path.join(PROJECT, "bench", source)];
    execFileSync("cc", words, { stdio: "inherit" });
    done.add(source);
  }
  return program;
}
