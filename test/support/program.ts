/** Runs programs for tests, within a time limit. */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const PROJECT = path.dirname(fileURLToPath(import.meta.resolve("lockstep-tftp/package.json")));

/** The published command line. */
export const CLI = path.join(PROJECT, "dist/node/cli.cjs");

/** Far above what any program of the tests needs, also on a slow machine: a client that hangs would wait for longer. */
const LIMIT_MS = 240_000;

export interface Ended {
  /** Null if a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The program's standard input. Default: empty. */
  readonly input?: string;
  /** Time limit. Default: four minutes. */
  readonly limitMs?: number;
}

/** Kills a program that was started detached, and all its children. It may already have ended. */
export function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid as number), "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

/** Runs a program to its end. At the time limit it is killed with its children; then its `signal` is SIGKILL. */
export function run(program: string, words: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      detached: true,
    });
    const limit = setTimeout(() => killGroup(child), options.limitMs ?? LIMIT_MS);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    child.once("error", (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, stdout, stderr });
    });
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
  });
}

/** Whether the machine has a program of this name. */
export function hasProgram(name: string): boolean {
  const { PATH = "" } = process.env;
  return PATH.split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Returns the path of a script of the tests, named by its URL in TypeScript's output. */
export function script(name: string, importer: string): string {
  return fileURLToPath(new URL(name, importer));
}
