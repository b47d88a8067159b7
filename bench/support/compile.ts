/** Compiles the benchmarks' C programs, each once per run. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { PROJECT } from "../../test/support/program.js";

const SOURCES = path.join(PROJECT, "bench");
const OUTPUT = path.join(PROJECT, "build/bench/c");
const compiled = new Set<string>();

/**
 * @param source path below `bench/` of a C file, or of a folder with the C files of one program.
 * @returns path of the program.
 */
export function compile(source: string): string {
  const program = path.join(OUTPUT, path.basename(source, ".c"));
  if (!compiled.has(source)) {
    mkdirSync(OUTPUT, { recursive: true });
    const args = ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, ...filesOf(path.join(SOURCES, source))];
    execFileSync("cc", args, { stdio: "inherit" });
    compiled.add(source);
  }
  return program;
}

function filesOf(source: string): readonly string[] {
  if (!statSync(source).isDirectory()) {
    return [source];
  }
  const names = readdirSync(source).filter((name) => name.endsWith(".c"));
  return names.map((name) => path.join(source, name));
}
