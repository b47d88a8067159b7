/**
 * The servers to compare with: those of Debian, and npm's `tftp`. Servers that are not installed are left out, with a
 * message.
 *
 * Some of Debian's packages exclude each other. Unpack them, and the libraries that they need, into a folder
 * (`dpkg -x PACKAGE.deb FOLDER`), and name the folder in the environment variable TFTP_PEERS.
 */
import { execFileSync } from "node:child_process";
import dgram from "node:dgram";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CLI, PROJECT } from "../../test/support/program.js";
import { reportProgress } from "./report.js";
import type { ServedFiles } from "./served-files.js";
import { type BenchServer, spawnGroup, startEngine, stop } from "./servers.js";

export const ENGINE = "lockstep-tftp";
export const ENGINE_SINGLE_PORT = "lockstep-tftp, single port";
export const TFTPD_HPA = "tftpd-hpa";
export const ATFTPD = "atftpd";
export const DNSMASQ = "dnsmasq";
export const DNSMASQ_SINGLE_PORT = "dnsmasq, single port";
export const NPM_TFTP = "npm's tftp";
export const BUSYBOX = "busybox tftpd";

/** Several processes, on Node 22.12 and later. */
export const ENGINE_PROCESSES = "lockstep-tftp, 2 processes";

const HOST = "127.0.0.1";
/** dnsmasq uses no other port; the second one runs on another address instead. */
const TFTP_PORT = 69;
const OTHER_HOST = "127.0.0.2";
/** Ports of the other servers, from here on. */
const FIRST_PORT = 20_000;
const MAX_START_MS = 5000;
const PROBE_INTERVAL_MS = 50;
const NPM_FOLDER = path.join(PROJECT, "bench/peers/npm-tftp");

interface Peer {
  readonly name: string;
  readonly host?: string;
  /** The only port that it can use. */
  readonly port?: number;
  /** Program and arguments that serve a folder. */
  command(port: number, folder: string): readonly string[];
}

const PEERS: readonly Peer[] = [
  {
    name: ENGINE_PROCESSES,
    command: (port, folder) => [
      ...[process.execPath, CLI, "serve", folder, "--host", HOST, "--port", String(port)],
      ...["--log-level", "error", "--processes", "2"],
    ],
  },
  {
    name: TFTPD_HPA,
    command: (port, folder) => [
      ...["in.tftpd", "--foreground", "-L", "--address", `${HOST}:${port}`, "--create", "--user", "root"],
      ...["--secure", folder],
    ],
  },
  {
    name: ATFTPD,
    command: (port, folder) => [
      ...[
        "atftpd",
        "--daemon",
        "--no-fork",
        "--logfile",
        "/dev/null",
        "--verbose=0",
        "--user",
        "root",
        "--group",
        "root",
      ],
      ...["--maxthread", "2000", "--bind-address", HOST, "--port", String(port), folder],
    ],
  },
  { name: DNSMASQ, port: TFTP_PORT, command: (_port, folder) => [...dnsmasq(HOST, folder), "--bind-interfaces"] },
  {
    name: DNSMASQ_SINGLE_PORT,
    host: OTHER_HOST,
    port: TFTP_PORT,
    // Without --bind-interfaces: with it, a single-port dnsmasq sends from an uninitialized address.
    command: (_port, folder) => [...dnsmasq(OTHER_HOST, folder), "--tftp-single-port"],
  },
  {
    name: NPM_TFTP,
    command: (port, folder) => [process.execPath, path.join(NPM_FOLDER, "serve.js"), String(port), folder],
  },
  {
    name: BUSYBOX,
    command: (port, folder) => ["busybox", "udpsvd", "-E", HOST, String(port), "busybox", "tftpd", "-r", folder],
  },
];

function dnsmasq(host: string, folder: string): readonly string[] {
  return [
    ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--port=0"],
    ...[`--listen-address=${host}`, "--enable-tftp", "--quiet-tftp", "--tftp-max=2000", `--tftp-root=${folder}`],
  ];
}

/**
 * Starts this project's server in both its modes, and those of the others that are installed.
 *
 * @param names the servers that are wanted. Default: all.
 */
export async function startPeers(files: ServedFiles, names?: readonly string[]): Promise<BenchServer[]> {
  const isWanted = (name: string): boolean => names === undefined || names.includes(name);
  const options = { root: files.folder, write: "overwrite" } as const;
  const servers: BenchServer[] = [];
  if (isWanted(ENGINE)) {
    servers.push(await startEngine(ENGINE, options));
  }
  if (isWanted(ENGINE_SINGLE_PORT)) {
    servers.push(await startEngine(ENGINE_SINGLE_PORT, { ...options, singlePort: true }));
  }
  for (const [index, peer] of PEERS.entries()) {
    if (!isWanted(peer.name)) {
      continue;
    }
    try {
      servers.push(await startPeer(peer, FIRST_PORT + index, files));
    } catch (error) {
      reportProgress(`${peer.name} is left out: ${(error as Error).message}`);
    }
  }
  return servers;
}

async function startPeer(peer: Peer, freePort: number, files: ServedFiles): Promise<BenchServer> {
  const { name, host = HOST, port = freePort } = peer;
  const [program = "", ...args] = peer.command(port, files.folder);
  const child = spawnGroup(program, args, { env: environment(), stdio: ["ignore", "ignore", "pipe"] });
  const server = { name, host, port, process: child };
  try {
    await waitForAnswer(server, files.nameOf(1));
  } catch (error) {
    await stop(server);
    throw error;
  }
  return server;
}

/** The environment in which unpacked packages come before installed ones. */
function environment(): NodeJS.ProcessEnv {
  const { PATH = "", TFTP_PEERS: folder } = process.env;
  if (folder === undefined) {
    return { ...process.env, PATH: `${PATH}:/usr/sbin` };
  }
  const triplet = execFileSync("cc", ["-print-multiarch"], { encoding: "utf8" }).trim();
  const libraries = ["lib", "usr/lib"].map((place) => path.join(folder, place, triplet));
  const programs = ["usr/sbin", "usr/bin"].map((place) => path.join(folder, place));
  return { ...process.env, LD_LIBRARY_PATH: libraries.join(":"), PATH: `${programs.join(":")}:${PATH}:/usr/sbin` };
}

/** Asks for a file until an answer comes. */
async function waitForAnswer({ host, port, process: child }: BenchServer, name: string): Promise<void> {
  let errorOutput = "";
  let failure = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    errorOutput += text;
  });
  child.once("error", (error) => {
    failure = error.message;
  });
  child.once("exit", (code, signal) => {
    failure = `ended with ${signal ?? `code ${code}`} ${errorOutput.trim()}`;
  });
  let isAnswered = false;
  const socket = dgram.createSocket("udp4").on("message", (message, peer) => {
    isAnswered = true;
    // Acknowledge the only block, so that the server does not repeat it while others are measured.
    socket.send(Buffer.of(0, 4, ...message.subarray(2, 4)), peer.port, peer.address);
  });
  for (const end = Date.now() + MAX_START_MS; !isAnswered; ) {
    if (failure !== "" || Date.now() > end) {
      socket.close();
      throw new Error(failure === "" ? `no answer within ${MAX_START_MS} ms ${errorOutput.trim()}` : failure);
    }
    socket.send(`\0\x01${name}\0octet\0`, port, host);
    await wait(PROBE_INTERVAL_MS);
  }
  socket.close();
}
