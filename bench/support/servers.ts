/** Servers of a benchmark: each a process of its own, which can be put on a processor core. */
import { type ChildProcess, execFileSync, fork, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { TftpServerOptions } from "lockstep-tftp";
import { script } from "../../test/support/program.js";
import { compiled } from "./compiled.js";

const LOOPBACK = "127.0.0.1";
const MAX_START_MS = 10_000;

export interface BenchServer {
  readonly name: string;
  /** Where it takes requests. */
  readonly host: string;
  readonly port: number;
  readonly process: ChildProcess;
}

/** Starts a server that prints its port on a line of its own. */
async function started(name: string, child: ChildProcess): Promise<BenchServer> {
  const limit = setTimeout(() => child.kill("SIGKILL"), MAX_START_MS);
  try {
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      return { name, host: LOOPBACK, port: Number(line), process: child };
    }
  } finally {
    clearTimeout(limit);
  }
  throw new Error(`${name} did not start`);
}

function forked(name: string, program: string, words: readonly string[]): Promise<BenchServer> {
  return started(
    name,
    fork(program, words, { execArgv: ["--expose-gc"], stdio: ["ignore", "pipe", "inherit", "ipc"] }),
  );
}

export function startEngine(name: string, options: TftpServerOptions): Promise<BenchServer> {
  return forked(name, script("./engine-host.js", import.meta.url), [JSON.stringify(options)]);
}

export function startNodeEcho(
  name: string,
  file: string,
  window: number,
  sockets: "one-socket" | "socket-each",
): Promise<BenchServer> {
  return forked(name, script("../floors/node-echo.js", import.meta.url), [file, String(window), sockets]);
}

export function startCEcho(name: string, file: string, window: number): Promise<BenchServer> {
  const words = [file, String(window)];
  return started(name, spawnGroup(compiled("floors/echo.c"), words, { stdio: ["ignore", "pipe", "inherit"] }));
}

interface GroupOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
}

/** Detached servers, which do not end with the benchmark by themselves. */
const detached = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of detached) {
    kill(child);
  }
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(1));
}

/** Starts a server with a process group of its own, so that what it starts can be ended with it. */
export function spawnGroup(program: string, words: readonly string[], options: GroupOptions): ChildProcess {
  const child = spawn(program, words, { ...options, detached: true });
  detached.add(child);
  child.once("exit", () => detached.delete(child));
  return child;
}

function kill(child: ChildProcess): void {
  try {
    process.kill(detached.has(child) ? -(child.pid as number) : (child.pid as number), "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** Ends a server, and what it has started. */
export async function stop({ process: child }: BenchServer): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = once(child, "exit");
  kill(child);
  await ended;
}

/** Puts all threads of a process on a processor core. */
export function pin({ process: { pid } }: BenchServer, core: number): void {
  execFileSync("taskset", ["-acp", String(core), String(pid)], { stdio: "ignore" });
}

/** The processor time that a process has taken so far, in microseconds; NaN when it has ended. */
export function processorUs({ process: { pid } }: BenchServer): number {
  const tasks = `/proc/${pid}/task`;
  try {
    const nanoseconds = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
    );
    return nanoseconds.reduce((sum, time) => sum + time, 0) / 1000;
  } catch {
    return Number.NaN;
  }
}
