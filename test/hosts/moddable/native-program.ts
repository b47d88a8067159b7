/** Compiles the board's UDP in C for this machine, and runs it with checkers of memory, if the compiler has them. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const NATIVE = "hosts/moddable/native";
export const STAND_INS = "test/hosts/moddable/native";

const WARNINGS = ["-Wall", "-Wextra", "-Werror"];
/** With a compiler that can check it, memory that is used after it was freed, or never freed, ends a program. */
const CHECKS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/** Programs of one test file, in a temporary folder of their own. */
export class NativePrograms {
  /** The reason to skip a test that needs a compiler, or false. */
  readonly skip: string | false;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "board-udp-"));
  private readonly checks: readonly string[];

  constructor() {
    this.skip = this.compiles([]) ? false : "no C compiler (cc)";
    this.checks = this.skip === false && this.compiles(CHECKS) ? CHECKS : [];
  }

  /** @returns the path of the program. */
  compile(name: string, words: readonly string[]): string {
    const program = path.join(this.folder, name);
    execFileSync("cc", ["-std=gnu17", "-g", ...WARNINGS, ...this.checks, `-I${NATIVE}`, "-o", program, ...words]);
    return program;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private compiles(words: readonly string[]): boolean {
    const all = [...words, "-x", "c", "-", "-o", path.join(this.folder, "try")];
    return spawnSync("cc", all, { input: "int main(void) { return 0; }" }).status === 0;
  }
}

/**
 * Runs a program and returns what it prints.
 *
 * @param detectsLeaks is false for programs on the stand-in for XS, which collects no garbage. Old pointers on the stack do
 * not count.
 */
export function linesOf(program: string, words: readonly string[], detectsLeaks = false): string[] {
  const options = {
    ASAN_OPTIONS: `detect_leaks=${detectsLeaks ? 1 : 0}`,
    LSAN_OPTIONS: "use_stacks=0:use_registers=0",
  };
  const env = { ...process.env, ...options };
  return execFileSync(program, words, { encoding: "utf8", env }).trim().split("\n");
}
