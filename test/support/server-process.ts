/** The command line's server as a separate process, which can be stopped and killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { CLI, type Ended } from "./program.js";

export interface ServerProcessOptions {
  /** Arguments before node: a program that starts node with other rights or in another namespace. */
  readonly launcher?: readonly string[];
  /** Arguments of node itself. */
  readonly node?: readonly string[];
  /** The command to start. Default: the build's, with node's arguments. */
  readonly command?: string;
}

const LISTENING = /Listening on \S+:(\d+)$|"event":"listening".*"port":(\d+)/;

export class ServerProcess {
  /** The lines of its output so far. */
  readonly lines: string[] = [];
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();
  private stderr = "";
  private hasEnded = false;

  private constructor(words: readonly string[], { launcher = [], node = [], command }: ServerProcessOptions) {
    const server = command === undefined ? [process.execPath, ...node, CLI] : [command];
    const [program, ...rest] = [...launcher, ...server, ...words] as [string, ...string[]];
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.lines.push(line);
      this.wakeAll();
    });
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.hasEnded = true;
        resolve({ code, signal, stdout: this.lines.join("\n"), stderr: this.stderr });
        this.wakeAll();
      });
    });
  }

  /** Starts `serve` with these arguments, on a free port unless they name one, and waits until it listens. */
  static async start(
    test: Pick<TestContext, "after">,
    words: readonly string[],
    options: ServerProcessOptions = {},
  ): Promise<ServerProcess> {
    const host = words.includes("--host") ? [] : ["--host", "127.0.0.1"];
    const port = words.includes("--port") ? [] : ["--port", "0"];
    const server = new ServerProcess(["serve", ...port, ...host, ...words], options);
    test.after(() => server.kill());
    await server.line(LISTENING);
    return server;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Its listening port. */
  get port(): number {
    const [, text, json] = this.lines.map((line) => LISTENING.exec(line)).find((match) => match !== null) ?? [];
    return Number(text ?? json);
  }

  /** Waits for a line, which may have come already. The first `from` lines do not count. */
  async line(pattern: RegExp, from = 0): Promise<string> {
    for (;;) {
      const found = this.lines.slice(from).find((line) => pattern.test(line));
      if (found !== undefined) {
        return found;
      }
      if (this.hasEnded) {
        throw new Error(`The server ended without a line like ${pattern}:\n${this.lines.join("\n")}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills it, as a power failure would. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  private wakeAll(): void {
    for (const wake of this.waiting) {
      wake();
    }
    this.waiting.clear();
  }
}
