/**
 * Compiles the benchmarks and runs one of them: `node scripts/bench.js node`. They count and time; nothing of them is part
 * of `npm test` but that they compile.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";

const BUILT = "build/bench";

function run(command, words) {
  const { status } = spawnSync(command, words, { stdio: "inherit" });
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
    stop("The benchmarks put processes on processor cores and read their times in /proc. Run them on Linux.");
  }
  for (const [program, packages] of [
    ["cc", "gcc and libc6-dev"],
    ["taskset", "util-linux"],
  ]) {
    if (spawnSync(program, ["--version"]).error !== undefined) {
      stop(`There is no ${program}, which the benchmarks need. Install it (Debian: ${packages}).`);
    }
  }
}

/**
 * In a network namespace every port is free, also the one that dnsmasq insists on, and nothing can be sent anywhere else.
 * Only the superuser can make one. tftpd-hpa wants an address that is no loopback's, dnsmasq one that an interface has:
 * both are given to the loopback interface (RFC 5737: 192.0.2.1 is nobody's).
 */
const NETWORK = "ip link set lo up && ip address add 192.0.2.1/32 dev lo && ip address add 127.0.0.2/8 dev lo";

function inNamespace() {
  const isPossible = spawnSync("unshare", ["--net", "sh", "-c", NETWORK], { stdio: "ignore" }).status === 0;
  return isPossible ? ["unshare", "--net", "sh", "-c", `${NETWORK} && exec "$0" "$@"`] : [];
}

/** npm's `tftp` has a folder and a lock file of its own, and so is no dependency of the package. */
const NPM_PEER = "bench/peers/npm-tftp";
const BENCHMARKS_WITH_PEERS = ["peers", "loss"];

/** Has to be done before the namespace, from which npm reaches nothing. Without it that server is left out. */
function installPeer() {
  if (BENCHMARKS_WITH_PEERS.includes(benchmark) && !existsSync(`${NPM_PEER}/node_modules/tftp`)) {
    spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: NPM_PEER, stdio: "inherit" });
  }
}

const [benchmark, ...words] = process.argv.slice(2);
if (!existsSync("dist/engine.js")) {
  stop("The project is not built. Run: npm run build");
}
checkMachine();
installPeer();
rmSync(BUILT, { recursive: true, force: true });
run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "bench", "--noEmit", "false"]);
const [program, ...rest] = [...inNamespace(), process.execPath, "--enable-source-maps"];
run(program, [...rest, `${BUILT}/bench/${benchmark}.js`, ...words]);
