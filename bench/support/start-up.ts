/** Time from the start of the process to the first served file, against the start of a bare Node and of a bare file server. */
import { type ChildProcess, spawn } from "node:child_process";
import dgram, { type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { CLI, script } from "../../test/support/program.js";
import type { Cost } from "./ready-table.js";
import { table } from "./report.js";
import type { ServedFiles } from "./served-files.js";
import { processorUs } from "./servers.js";
import { median, ratios } from "./statistics.js";

const ROUNDS = 15;
const LOOPBACK = "127.0.0.1";
const SMALL_FILE_BYTES = 200;
const ACK_1 = "\0\x04\0\x01";
const LISTENING = /Listening on \S+:(\d+)$/;
/** Keeps the compiled code of Node 22.8 and later from being used, and from being kept. */
const WITHOUT_CODE = { NODE_DISABLE_COMPILE_CACHE: "1" };

export interface StartUp {
  readonly bareMs: number;
  readonly floorMs: number;
  /** Without compiled code from an earlier start. */
  readonly firstMs: number;
  readonly serverMs: number;
  /** Medians of the ratios of the rounds, to the bare Node; of the last one to the bare file server. */
  readonly floorRatio: number;
  readonly firstRatio: number;
  readonly ratio: number;
  readonly ratioToFloor: number;
}

export async function measureStartUp(files: ServedFiles): Promise<StartUp> {
  const name = files.nameOf(SMALL_FILE_BYTES);
  const cache = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-"));
  const withCode = { XDG_CACHE_HOME: cache };
  // Open the client first, so that its start is not measured.
  const client = await openClient();
  const bare: number[] = [];
  const floor: number[] = [];
  const first: number[] = [];
  const server: number[] = [];
  const bareNode = [script("../floors/bare-node.js", import.meta.url)];
  const bareServer = [script("../floors/bare-file-server.js", import.meta.url), files.folder];
  const command = serving(CLI, files);
  const fetch = async (port: string): Promise<void> => {
    await fetchFirstBlock(client, Number(port), name);
  };
  try {
    await serveOnce(command, withCode, client, name);
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await timeOf(bareNode, WITHOUT_CODE, /./, async () => {}));
      floor.push(await timeOf(bareServer, WITHOUT_CODE, LISTENING, fetch));
      first.push(await timeOf(command, WITHOUT_CODE, LISTENING, fetch));
      server.push(await timeOf(command, withCode, LISTENING, fetch));
    }
  } finally {
    client.close();
    rmSync(cache, { recursive: true });
  }
  return {
    bareMs: median(bare),
    floorMs: median(floor),
    firstMs: median(first),
    serverMs: median(server),
    floorRatio: median(ratios(floor, bare)),
    firstRatio: median(ratios(first, bare)),
    ratio: median(ratios(server, bare)),
    ratioToFloor: median(ratios(server, floor)),
  };
}

/** The time from the start of the command line, without compiled code, to the first served file. */
export async function firstFileCost(command: string, files: ServedFiles): Promise<Cost> {
  const name = files.nameOf(SMALL_FILE_BYTES);
  const client = await openClient();
  let processorSeconds = Number.NaN;
  try {
    const ms = await timeOf(serving(command, files), WITHOUT_CODE, LISTENING, async (port, child) => {
      await fetchFirstBlock(client, Number(port), name);
      processorSeconds = processorUs({ process: child }) / 1e6;
    });
    return { seconds: ms / 1000, processorSeconds };
  } finally {
    client.close();
  }
}

async function openClient(): Promise<dgram.Socket> {
  const client = dgram.createSocket("udp4");
  client.bind(0, LOOPBACK);
  await once(client, "listening");
  return client;
}

function serving(command: string, files: ServedFiles): string[] {
  return [command, "serve", files.folder, "--host", LOOPBACK, "--port", "0"];
}

export function startUpTable(measured: StartUp): string {
  const { bareMs, floorMs, firstMs, serverMs, floorRatio, firstRatio, ratio, ratioToFloor } = measured;
  return table(
    ["milliseconds until", "", "ratio to a bare Node", "to a bare file server"],
    [
      ["a bare Node prints a line", bareMs.toFixed(1), "1", ""],
      ["a bare file server serves its first file", floorMs.toFixed(1), floorRatio.toFixed(2), "1"],
      ["the server serves its first file", serverMs.toFixed(1), ratio.toFixed(2), ratioToFloor.toFixed(2)],
      [
        "the same, when it starts for the first time",
        firstMs.toFixed(1),
        firstRatio.toFixed(2),
        (firstMs / floorMs).toFixed(2),
      ],
    ],
  );
}

type Settings = Readonly<Record<string, string>>;

function start(args: string[], settings: Settings): { child: ChildProcess; ended: Promise<unknown> } {
  const { NODE_DISABLE_COMPILE_CACHE: _, NODE_COMPILE_CACHE: __, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...inherited, ...settings },
  });
  return { child, ended: once(child, "exit") };
}

/** Milliseconds from the start of `node ARGS` until it printed the line and `finish` is done. */
async function timeOf(
  args: string[],
  settings: Settings,
  line: RegExp,
  finish: (matched: string, child: ChildProcess) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  const { child, ended } = start(args, settings);
  try {
    await finish(await printed(child, line), child);
    return performance.now() - startedAt;
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** Serves a whole file, and stops, so that the server can keep its compiled code. */
async function serveOnce(args: string[], settings: Settings, client: dgram.Socket, name: string): Promise<void> {
  const { child, ended } = start(args, settings);
  const server = await fetchFirstBlock(client, Number(await printed(child, LISTENING)), name);
  client.send(ACK_1, server.port, server.address);
  child.kill("SIGTERM");
  await ended;
}

/** The part in brackets of the first line that matches. */
async function printed({ stdout }: ChildProcess, line: RegExp): Promise<string> {
  for await (const text of createInterface({ input: stdout as NodeJS.ReadableStream })) {
    const match = line.exec(text);
    if (match !== null) {
      return match[1] ?? "";
    }
  }
  throw new Error(`The program did not print ${line}`);
}

/** Fetches a file that fits into one block. */
async function fetchFirstBlock(client: dgram.Socket, port: number, name: string): Promise<RemoteInfo> {
  const answer = once(client, "message");
  client.send(`\0\x01${name}\0octet\0`, port, LOOPBACK);
  const [packet, server] = (await answer) as [Buffer, RemoteInfo];
  if (packet.length !== 4 + SMALL_FILE_BYTES) {
    throw new Error(`The first block has ${packet.length - 4} bytes instead of ${SMALL_FILE_BYTES}`);
  }
  return server;
}
