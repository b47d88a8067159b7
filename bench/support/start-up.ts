/** Time from the start of the process to the first served file, against the start of a bare Node. */
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CLI, script } from "../../test/support/program.js";
import { table } from "./report.js";
import type { ServedFiles } from "./served-files.js";
import { median, ratios } from "./statistics.js";

const ROUNDS = 15;
const LOOPBACK = "127.0.0.1";
const SMALL_FILE_BYTES = 200;

export interface StartUp {
  readonly bareMs: number;
  readonly serverMs: number;
  /** Median of the ratios of the rounds. */
  readonly ratio: number;
}

export async function measureStartUp(files: ServedFiles): Promise<StartUp> {
  const name = files.nameOf(SMALL_FILE_BYTES);
  // Open the client first, so that its start is not measured.
  const client = dgram.createSocket("udp4");
  client.bind(0, LOOPBACK);
  await once(client, "listening");
  const bare: number[] = [];
  const server: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await timeOf([script("../floors/bare-node.js", import.meta.url)], /./, async () => {}));
      const args = [CLI, "serve", files.folder, "--host", LOOPBACK, "--port", "0"];
      server.push(await timeOf(args, /Listening on \S+:(\d+)$/, (port) => fetchFirstBlock(client, Number(port), name)));
    }
  } finally {
    client.close();
  }
  return { bareMs: median(bare), serverMs: median(server), ratio: median(ratios(server, bare)) };
}

export function startUpTable({ bareMs, serverMs, ratio }: StartUp): string {
  return table(
    ["milliseconds until", "", "ratio"],
    [
      ["a bare Node prints a line", bareMs.toFixed(1), "1"],
      ["the server serves its first file", serverMs.toFixed(1), ratio.toFixed(2)],
    ],
  );
}

/** Milliseconds from the start of `node ARGS` until it printed the line and `finish` is done. */
async function timeOf(args: string[], line: RegExp, finish: (matched: string) => Promise<void>): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    for await (const printed of createInterface({ input: child.stdout })) {
      const match = line.exec(printed);
      if (match !== null) {
        await finish(match[1] ?? "");
        return performance.now() - start;
      }
    }
    throw new Error(`${args.join(" ")} did not print ${line}`);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** Fetches a file that fits into one block. */
async function fetchFirstBlock(client: dgram.Socket, port: number, name: string): Promise<void> {
  const answer = once(client, "message");
  client.send(`\0\x01${name}\0octet\0`, port, LOOPBACK);
  const [packet] = (await answer) as [Buffer];
  if (packet.length !== 4 + SMALL_FILE_BYTES) {
    throw new Error(`The first block has ${packet.length - 4} bytes instead of ${SMALL_FILE_BYTES}`);
  }
}
