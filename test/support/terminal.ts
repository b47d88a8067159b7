/**
 * The command line on a terminal: `script` gives it a pseudo terminal, and an emulator shows what a person would see.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import emulator from "@xterm/headless";
import { CLI } from "./program.js";

/** Variables that would decide on colours instead of the test. */
const NO_SAY_ON_COLOURS = { NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined };

/** The reason to skip a test, or false if there is a terminal. */
export const UNLESS_TERMINALS = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "")
  ? false
  : "needs script of util-linux";

/** Far longer than any output takes to appear. */
const PATIENCE_MS = 120_000;

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export class Terminal {
  /** Everything that was written to the terminal. */
  written = "";
  readonly ended: Promise<unknown>;
  private readonly child: ChildProcess;
  private readonly screenOfIt: InstanceType<typeof emulator.Terminal>;
  private readonly changes = new EventEmitter();
  private device = "";
  private hasEnded = false;

  private constructor(words: readonly string[], { columns = 80, rows = 24, environment = {} }: TerminalOptions) {
    this.screenOfIt = new emulator.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: false });
    const start = 'tty; stty cols "$0" rows "$1"; shift; exec "$@"';
    const command = ["sh", "-c", start, columns, rows, process.execPath, CLI, ...words].map((word) => `'${word}'`);
    this.child = spawn("script", ["--quiet", "--flush", "--return", "--command", command.join(" "), "/dev/null"], {
      // Node also takes a terminal for one without colours if CI is set.
      env: { ...process.env, ...NO_SAY_ON_COLOURS, TERM: "xterm-256color", ...environment },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.ended = once(this.child, "close");
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.written += text;
      this.screenOfIt.write(text, () => this.changes.emit("change"));
    });
    void this.ended.then(() => {
      // By then the emulator has processed the last output.
      this.screenOfIt.write("", () => {
        this.hasEnded = true;
        this.changes.emit("change");
      });
    });
  }

  /** Starts the command line with these arguments, and waits until a text is on the screen. */
  static async open(
    test: Pick<TestContext, "after">,
    words: readonly string[],
    shown: RegExp,
    options: TerminalOptions = {},
  ): Promise<Terminal> {
    const terminal = new Terminal(words, options);
    test.after(async () => {
      terminal.child.kill("SIGKILL");
      await terminal.ended;
    });
    await terminal.shows(shown);
    terminal.device = /^\S+/.exec(terminal.written)?.[0] ?? "";
    return terminal;
  }

  /** The screen's cells, with their colours. */
  get buffer() {
    return this.screenOfIt.buffer.active;
  }

  /** The lines up to the last that is not empty, those that have scrolled off the screen included. */
  get lines(): string[] {
    const { buffer } = this;
    const lines = Array.from(
      { length: buffer.length },
      (_, row) => buffer.getLine(row)?.translateToString(true).trimEnd() ?? "",
    );
    return lines.slice(1, lines.findLastIndex((line) => line !== "") + 1);
  }

  /** Waits until the screen's text matches. */
  async shows(text: RegExp): Promise<string> {
    while (!text.test(this.lines.join("\n"))) {
      if (this.hasEnded) {
        throw new Error(`The program has ended without showing ${text}:\n${this.lines.join("\n")}`);
      }
      const patience = AbortSignal.timeout(PATIENCE_MS);
      await once(this.changes, "change", { signal: patience }).catch(() =>
        assert.fail(`The terminal does not show ${text}:\n${this.lines.join("\n")}`),
      );
    }
    return this.lines.join("\n");
  }

  /** Resizes the window, as its user does. */
  resize(columns: number, rows: number): void {
    this.screenOfIt.resize(columns, rows);
    execFileSync("stty", ["-F", this.device, "cols", String(columns), "rows", String(rows)]);
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  /** Closes the window. */
  hangUp(): void {
    this.child.kill("SIGKILL");
  }
}
