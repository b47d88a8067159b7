/** A stand-in for systemd: it keeps a socket for requests, and starts a server on it again and again. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { CLI, killGroup } from "./program.js";

/** Prints the port, what the servers tell it, and the end of each. Each line of its input starts a server. */
const PROGRAM = `
import os, socket, sys, threading
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
held = socket.socket(family, socket.SOCK_DGRAM)
held.bind((sys.argv[1], 0))
os.set_inheritable(held.fileno(), True)
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.bind(os.environ["NOTIFY_SOCKET"])
def say(line):
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()
def listen():
    while True:
        say("told " + told.recv(4096).decode().strip())
threading.Thread(target=listen, daemon=True).start()
say("port %d" % held.getsockname()[1])
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        os.dup2(held.fileno(), 3)
        os.dup2(1, 2)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
        os.execvp(sys.argv[2], sys.argv[2:])
    say("started %d" % child)
    os.waitpid(child, 0)
    say("ended")
`;

export class SocketHolder {
  /** All lines so far: of the holder, and of the servers. */
  readonly lines: string[] = [];
  port = 0;
  private readonly child;
  private wake: (() => void) | undefined;

  private constructor(address: string, words: readonly string[], told: string) {
    const server = [process.execPath, CLI, "serve", ...words];
    this.child = spawn("python3", ["-c", PROGRAM, address, ...server], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, NOTIFY_SOCKET: told },
      detached: true,
    });
    createInterface({ input: this.child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.lines.push(line);
      this.wake?.();
    });
  }

  /** Binds a socket on this address. The servers get these arguments of `serve`. */
  static async open(t: Pick<TestContext, "after">, address: string, words: readonly string[]): Promise<SocketHolder> {
    const folder = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-told-"));
    const holder = new SocketHolder(address, words, path.join(folder, "socket"));
    t.after(() => {
      killGroup(holder.child);
      rmSync(folder, { recursive: true });
    });
    holder.port = Number((await holder.line(/^port/)).split(" ")[1]);
    return holder;
  }

  /** @returns the server's process number. */
  async start(): Promise<number> {
    const from = this.lines.length;
    this.child.stdin?.write("\n");
    return Number((await this.line(/^started/, from)).split(" ")[1]);
  }

  /** Waits for a line, which may have come already. The first `from` lines do not count. */
  async line(pattern: RegExp, from = 0): Promise<string> {
    for (;;) {
      const found = this.lines.slice(from).find((line) => pattern.test(line));
      if (found !== undefined) {
        return found;
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
