/** Servers of a benchmark: each is a process that can be pinned to a processor core. */
import { type ChildProcess, execFileSync, type ForkOptions, fork, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import type { TftpServerOptions } from "lockstep-tftp";
import { script } from "../../test/support/program.js";
import { compile } from "./compile.js";

const LOOPBACK = "127.0.0.1";
const MAX_START_MS = 10_000;
const MAX_TRIES = 5;

export interface BenchServer {
  readonly name: string;
  /** Address for requests. */
  readonly host: string;
  readonly port: number;
  readonly process: ChildProcess;
}

/** Waits until a server has printed its port. */
async function waitForPort(name: string, child: ChildProcess): Promise<BenchServer> {
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

function forkServer(name: string, program: string, args: readonly string[]): Promise<BenchServer> {
  const options: ForkOptions = {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    detached: true,
  };
  return waitForPort(name, inOwnGroup(fork(program, args, options)));
}

export function startEngine(name: string, options: TftpServerOptions): Promise<BenchServer> {
  return forkServer(name, script("./engine-host.js", import.meta.url), [JSON.stringify(options)]);
}

/** @param keepIn folder in which uploads are kept; otherwise they are dropped. */
export function startNodeEcho(
  name: string,
  file: string,
  window: number,
  sockets: "one-socket" | "socket-each",
  processes = 1,
  keepIn = "",
): Promise<BenchServer> {
  const args = [file, String(window), sockets, String(processes), keepIn];
  return forkServer(name, script("../floors/node-echo.js", import.meta.url), args);
}

export function startCEcho(name: string, file: string, window: number): Promise<BenchServer> {
  const args = [file, String(window)];
  return waitForPort(name, spawnGroup(compile("floors/echo.c"), args, { stdio: ["ignore", "pipe", "inherit"] }));
}

interface GroupOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
}

/** Detached servers, which would outlive the benchmark. */
const detached = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of detached) {
    kill(child);
  }
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(1));
}

/** Starts a server that is not one of the benchmark's modules, such as dnsmasq. */
export function spawnGroup(program: string, args: readonly string[], options: GroupOptions): ChildProcess {
  return inOwnGroup(spawn(program, args, { ...options, detached: true }));
}

/**
 * Every server has a process group, so that its children can be ended with it, and a session. Linux divides processors
 * between sessions first (`sched_autogroup_enabled`): a server in the load generator's session would have it easier or harder
 * than others.
 */
function inOwnGroup(child: ChildProcess): ChildProcess {
  detached.add(child);
  child.once("exit", () => detached.delete(child));
  return child;
}

function kill(child: ChildProcess): void {
  try {
    process.kill(detached.has(child) ? -(child.pid as number) : (child.pid as number), "SIGKILL");
  } catch {
    // Already ended.
  }
}

/** Ends a server and its children. */
export async function stop({ process: child }: BenchServer): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = once(child, "exit");
  kill(child);
  await ended;
}

/** Pins all threads of a server to processor cores, as `taskset` takes them. */
export function pin({ process: { pid } }: BenchServer, cores: string): void {
  for (const one of processesOf(pid as number)) {
    pinProcess(one, cores);
  }
}

/** Fails if a thread ends meanwhile, as some do when Node starts. */
function pinProcess(pid: number, cores: string): void {
  for (let tries = 1; ; tries++) {
    try {
      execFileSync("taskset", ["-acp", cores, String(pid)], { stdio: "ignore" });
      return;
    } catch (error) {
      if (tries === MAX_TRIES) {
        throw error;
      }
    }
  }
}

/** Processor time of a server's present processes since their start, in microseconds; NaN if it has ended. */
export function processorUs({ process: { pid } }: Pick<BenchServer, "process">): number {
  try {
    const nanoseconds = processesOf(pid as number).flatMap((one) =>
      readdirSync(tasksOf(one)).map((task) =>
        Number(readFileSync(`${tasksOf(one)}/${task}/schedstat`, "utf8").split(" ")[0]),
      ),
    );
    return nanoseconds.reduce((sum, time) => sum + time, 0) / 1000;
  } catch {
    return Number.NaN;
  }
}

/** A process and those that it has started, except for short-lived ones of a server that starts one for each transfer. */
function processesOf(pid: number): number[] {
  const isNode = readlinkSync(`/proc/${pid}/exe`) === realpathSync(process.execPath);
  const children = readFileSync(`${tasksOf(pid)}/${pid}/children`, "utf8")
    .split(" ")
    .filter((one) => one !== "");
  return isNode ? [pid, ...children.flatMap((one) => processesOf(Number(one)))] : [pid];
}

function tasksOf(pid: number): string {
  return `/proc/${pid}/task`;
}
