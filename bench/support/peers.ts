/**
 * Other servers to compare with: those that Debian has, and npm's `tftp`. What is absent is left out, with a message.
 *
 * Some of Debian's packages exclude each other. Unpack them into a folder (`dpkg -x PACKAGE.deb FOLDER`, and so the
 * libraries that they need), and name it in the environment as TFTP_PEERS.
 */
import { execFileSync } from "node:child_process";
import dgram from "node:dgram";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { PROJECT } from "../../test/support/program.js";
import { sayProgress } from "./report.js";
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

const HOST = "127.0.0.1";
/** dnsmasq takes no other port; so that two of them can run, one has another address. */
const TFTP_PORT = 69;
const OTHER_HOST = "127.0.0.2";
const MIN_PORTS = 20_000;
const MAX_START_MS = 5000;
const PROBE_EVERY_MS = 50;
const NPM_FOLDER = path.join(PROJECT, "bench/peers/npm-tftp");

interface Peer {
  readonly name: string;
  readonly host?: string;
  /** The only port that it takes. */
  readonly port?: number;
  /** The program, and the words that make it serve a folder. */
  command(port: number, folder: string): readonly string[];
}

const PEERS: readonly Peer[] = [
  {
    name: TFTPD_HPA,
    command: (port, folder) => ["in.tftpd", "--foreground", "-L", "--address", `${HOST}:${port}`, "--secure", folder],
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
    // Bound to an address it would answer nobody: it then sends from an address that it never set.
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

/** The project's own server, in both its ways, and those of the others that this machine has. */
export async function startPeers(files: ServedFiles): Promise<BenchServer[]> {
  const servers = [
    await startEngine(ENGINE, { root: files.folder }),
    await startEngine(ENGINE_SINGLE_PORT, { root: files.folder, singlePort: true }),
  ];
  for (const [index, peer] of PEERS.entries()) {
    try {
      servers.push(await startPeer(peer, MIN_PORTS + index, files));
    } catch (error) {
      sayProgress(`Without ${peer.name}: ${(error as Error).message}`);
    }
  }
  return servers;
}

async function startPeer(peer: Peer, freePort: number, files: ServedFiles): Promise<BenchServer> {
  const { name, host = HOST, port = freePort } = peer;
  const [program = "", ...words] = peer.command(port, files.folder);
  const child = spawnGroup(program, words, { env: environment(), stdio: ["ignore", "ignore", "pipe"] });
  const server = { name, host, port, process: child };
  try {
    await answering(server, files.nameOf(1));
  } catch (error) {
    await stop(server);
    throw error;
  }
  return server;
}

/** Programs and libraries are looked for in the folder of unpacked packages first. */
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

/** Asks for a file until there is an answer. */
async function answering({ host, port, process: child }: BenchServer, name: string): Promise<void> {
  let said = "";
  let failure = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  child.once("error", (error) => {
    failure = error.message;
  });
  child.once("exit", (code, signal) => {
    failure = `it ended with ${signal ?? `code ${code}`} ${said.trim()}`;
  });
  let isAnswered = false;
  const socket = dgram.createSocket("udp4").on("message", (message, peer) => {
    isAnswered = true;
    // The ACK of the only block, so that nothing of this is repeated while others are measured.
    socket.send(Buffer.of(0, 4, ...message.subarray(2, 4)), peer.port, peer.address);
  });
  for (const end = Date.now() + MAX_START_MS; !isAnswered; ) {
    if (failure !== "" || Date.now() > end) {
      socket.close();
      throw new Error(failure === "" ? `no answer within ${MAX_START_MS} ms ${said.trim()}` : failure);
    }
    socket.send(`\0\x01${name}\0octet\0`, port, host);
    await wait(PROBE_EVERY_MS);
  }
  socket.close();
}
