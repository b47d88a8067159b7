/**
 * Runs the shell blocks of a page, in a network namespace that has the addresses of the pages. `serve` runs until the block ends
 * or serves something else. A block without a server finds servers on the ports that the pages use.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CLI, killGroup, PROJECT, run } from "../support/program.js";
import { type ShellBlock, shellBlocksOf, textOf } from "./shell-blocks.js";

const ADDRESSES = ["192.168.0.2/24", "192.168.0.66/24", "192.168.1.1/24", "192.168.4.1/24", "fe80::1/64"];
const DEFAULT_PORT = "69";
/** Of `npm start` without a folder. */
const EXAMPLE_PORT = "6969";

const scratch = mkdtempSync(path.join(realpathSync(tmpdir()), "lockstep-tftp-"));
const root = path.join(scratch, "srv");
const work = path.join(scratch, "work");
const programs = path.join(scratch, "bin");
/** The places that the pages name, and where they are here. */
const PLACES: readonly (readonly [string, string])[] = [
  ["/path/to/folder", root],
  ["/srv/tftp", root],
  ["/etc/tftp.toml", path.join(scratch, "tftp.toml")],
];
const { PATH = "" } = process.env;
const env = { ...process.env, HOME: scratch, PATH: `${programs}:${PATH}` };

/** A command that goes on, in a process group of its own. */
class Running {
  private output = "";
  private errors = "";
  private hasEnded = false;
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;

  constructor(private readonly command: string) {
    this.child = spawn("bash", ["-c", command], { cwd: folderOf(command), env, detached: true });
    this.child.stdout?.setEncoding("utf8").on("data", (text) => {
      this.output += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.errors += text;
    });
    this.closed = once(this.child, "close").then(() => {
      this.hasEnded = true;
    });
    process.once("exit", () => killGroup(this.child));
  }

  async listening(): Promise<void> {
    const [, port = DEFAULT_PORT] = /--port (\d+)/.exec(this.command) ?? [];
    const lines = [new RegExp(`Listening on \\S+:${this.command === "npm start" ? EXAMPLE_PORT : port}\n`)];
    if (this.command.includes("--status-page")) {
      lines.push(/Status page at \S+\n/);
    }
    while (!lines.every((line) => line.test(this.output))) {
      assert.ok(!this.hasEnded, `${this.command}\n${this.output}\n${this.errors}`);
      await Promise.race([once(this.child.stdout as NodeJS.ReadableStream, "data"), this.closed]);
    }
  }

  /** Ctrl-C signals the whole process group of a terminal, too. */
  async stop(): Promise<void> {
    process.kill(-(this.child.pid as number), "SIGINT");
    await this.closed;
    assert.match(this.output, /Stopped\n$/, this.command);
  }
}

function prepareNetwork(): void {
  const links = ["link add eth0 type veth peer name eth1", "link set eth0 up", "link set eth1 up"];
  const addresses = ADDRESSES.map((address) => `addr add ${address} dev eth0${address.includes(":") ? " nodad" : ""}`);
  for (const words of [...links, ...addresses]) {
    execFileSync("ip", words.split(" "));
  }
}

/** The files that the pages name, here and on the servers. */
function prepareFiles(): void {
  for (const folder of [root, work]) {
    for (const name of ["backups", "boot", "images", "phones", "settings"]) {
      mkdirSync(path.join(folder, name), { recursive: true });
    }
    cpSync(path.join(PROJECT, "examples/files/readme.txt"), path.join(folder, "readme.txt"));
    const names = [
      "a.cfg",
      "backup.cfg",
      "config.txt",
      "firmware.bin",
      "firmware.img",
      "image.bin",
      "images/image.bin",
      "boot/vmlinuz",
    ];
    for (const name of [...names, "recovery.bin", "settings/one"]) {
      writeFileSync(path.join(folder, name), `${name} `.repeat(500));
    }
  }
  mkdirSync(path.join(scratch, "build"));
  mkdirSync(path.join(scratch, "images"));
  writeFileSync(path.join(scratch, "build/zImage"), "a kernel");
  // curl otherwise takes the page of an HTTP error for a success.
  writeFileSync(path.join(scratch, ".curlrc"), "fail\n");
  writeFileSync(path.join(scratch, "tftp.toml"), 'root = "srv"\n');
}

function preparePrograms(): void {
  mkdirSync(programs);
  for (const [name, command] of [
    ["lockstep-tftp", `'${process.execPath}' '${CLI}'`],
    ["sudo", ""],
  ]) {
    const file = path.join(programs, name as string);
    writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(file, 0o755);
  }
}

/** `npm` runs in the clone, everything else beside its files. */
function folderOf(command: string): string {
  return command.startsWith("npm ") ? PROJECT : work;
}

async function runToEnd(command: string): Promise<void> {
  const [, shell = "bash"] = /completion (zsh|fish)/.exec(command) ?? [];
  const before = shell === "zsh" ? "autoload -Uz compinit; compinit -D; " : "";
  const options = shell === "bash" ? ["-o", "pipefail", "-c"] : ["-c"];
  const { code, stdout, stderr } = await run(shell, [...options, before + command], { cwd: folderOf(command), env });
  assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
}

function isServer(command: string): boolean {
  return /^npm start\b|\blockstep-tftp serve\b/.test(command);
}

async function startServer(command: string): Promise<Running> {
  const server = new Running(command);
  await server.listening();
  return server;
}

/** The machines that the pages fetch from. */
function startPeers(): Promise<Running[]> {
  const ports = ["69 --status-page 0.0.0.0:8069 --http", "6969"];
  return Promise.all(ports.map((port) => startServer(`lockstep-tftp serve ${root} --overwrite --port ${port}`)));
}

async function runBlock({ commands }: ShellBlock): Promise<void> {
  const hasServer = commands.some(isServer);
  let servers = hasServer || commands.length === 0 ? [] : await startPeers();
  for (const printed of commands) {
    const command = PLACES.reduce((text, [place, here]) => text.replaceAll(place, here), printed);
    if (isServer(command)) {
      await Promise.all(servers.map((server) => server.stop()));
      servers = [await startServer(command)];
    } else {
      await runToEnd(command);
    }
  }
  await Promise.all(servers.map((server) => server.stop()));
}

prepareNetwork();
prepareFiles();
preparePrograms();
try {
  for (const block of shellBlocksOf(textOf(process.argv[2] as string))) {
    if (block.reason === undefined) {
      await runBlock(block);
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
