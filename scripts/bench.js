/**
 * Compiles the benchmarks and runs one of them: `node scripts/bench.js node`. `npm test` compiles them but does not run
 * them.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { compile } from "./compile.js";

const BUILT = "build/bench";

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

function stop(message) {
  console.error(message);
  process.exit(1);
}

function checkMachine() {
  if (process.platform !== "linux") {
    stop("The benchmarks need Linux: they pin processes to processor cores and read their times from /proc.");
  }
  for (const [program, packages] of [
    ["cc", "gcc and libc6-dev"],
    ["taskset", "util-linux"],
  ]) {
    if (spawnSync(program, ["--version"]).error !== undefined) {
      stop(`The benchmarks need ${program}. Install it (Debian: ${packages}).`);
    }
  }
}

/**
 * In a network namespace every port is free, including port 69, the only one that dnsmasq uses, and no packet leaves the
 * machine. Making one needs root. tftpd-hpa needs a non-loopback address (192.0.2.1 is reserved by RFC 5737), a second
 * dnsmasq another address of an interface.
 */
const NETWORK = "ip link set lo up && ip address add 192.0.2.1/32 dev lo && ip address add 127.0.0.2/8 dev lo";

function inNamespace() {
  const isPossible = spawnSync("unshare", ["--net", "sh", "-c", NETWORK], { stdio: "ignore" }).status === 0;
  return isPossible ? ["unshare", "--net", "sh", "-c", `${NETWORK} && exec "$0" "$@"`] : [];
}

/** Has its own lock file, so that npm's `tftp` does not become a dependency of the package. */
const NPM_PEER = "bench/peers/npm-tftp";
const BENCHMARKS_WITH_PEERS = ["peers", "loss"];

/** Their clients and servers are on loopback, and npm may have to fetch packages. */
const BENCHMARKS_WITH_NETWORK = ["ready"];

/** Runs before the namespace is entered, where npm has no network. If it fails, the benchmark leaves that server out. */
function installPeer(benchmark) {
  if (BENCHMARKS_WITH_PEERS.includes(benchmark) && !existsSync(`${NPM_PEER}/node_modules/tftp`)) {
    spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: NPM_PEER, stdio: "inherit" });
  }
}

const [benchmark, ...args] = process.argv.slice(2);
if (!existsSync("dist/engine.js")) {
  stop("The project is not built. Run: npm run build");
}
checkMachine();
installPeer(benchmark);
compile("bench");
const namespace = BENCHMARKS_WITH_NETWORK.includes(benchmark) ? [] : inNamespace();
const [program, ...rest] = [...namespace, process.execPath, "--enable-source-maps"];
run(program, [...rest, `${BUILT}/bench/${benchmark}.js`, ...args]);
