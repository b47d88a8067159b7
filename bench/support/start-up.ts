/** How long it takes from the start of the process until the first file is served, against a bare Node that starts. */
import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CLI, script } from "../../test/support/program.js";
import type { ServedFiles } from "./served-files.js";
import { median, ratios } from "./statistics.js";

const ROUNDS = 15;
const LOOPBACK = "127.0.0.1";
const SMALL_FILE_BYTES = 200;

export interface StartUp {
  readonly bareMs: number;
  readonly serverMs: number;
  /** The middle of the ratios, round by round. */
  readonly ratio: number;
}

export async function measureStartUp(files: ServedFiles): Promise<StartUp> {
  const name = files.nameOf(SMALL_FILE_BYTES);
  // The client is ready before the server starts, so that nothing of the client is measured.
  const client = dgram.createSocket("udp4");
  client.bind(0, LOOPBACK);
  await once(client, "listening");
  const bare: number[] = [];
  const server: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await timed([script("../floors/bare-node.js", import.meta.url)], /./, async () => {}));
      const words = [CLI, "serve", files.folder, "--host", LOOPBACK, "--port", "0"];
      server.push(await timed(words, /Listening on \S+:(\d+)$/, (port) => fetchFirstBlock(client, Number(port), name)));
    }
  } finally {
    client.close();
  }
  return { bareMs: median(bare), serverMs: median(server), ratio: median(ratios(server, bare)) };
}

/** The time from the start of `node WORDS` until it printed a line like this, and something more is done. */
async function timed(words: string[], line: RegExp, finish: (matched: string) => Promise<void>): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    for await (const printed of createInterface({ input: child.stdout })) {
      const match = line.exec(printed);
      if (match !== null) {
        await finish(match[1] ?? "");
        return performance.now() - start;
      }
    }
    throw new Error(`${words.join(" ")} did not print ${line}`);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** A file that fits into one block is then there. */
async function fetchFirstBlock(client: dgram.Socket, port: number, name: string): Promise<void> {
  const answer = once(client, "message");
  client.send(`\0\x01${name}\0octet\0`, port, LOOPBACK);
  const [packet] = (await answer) as [Buffer];
  if (packet.length !== 4 + SMALL_FILE_BYTES) {
    throw new Error(`The first file has ${packet.length - 4} bytes`);
  }
}
