/**
 * Boots real clients and firmware from the server, with nobody typing an address: `npm run boot-machines -- uefi u-boot`, all
 * of them without words. Each has a network of its own, first a good one, then one that loses 5 % of all frames.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { compile } from "./compile.js";

const SCENARIOS = "build/test/hosts/node/dhcp";
/** A machine that does not come up is stopped then. */
const LIMIT_MS = 600_000;

/** Machines by name, with the Debian packages and the files of these that they need. */
const MACHINES = {
  clients: { packages: "busybox isc-dhcp-client dhcpcd-base", files: ["/sbin/dhclient", "/sbin/dhcpcd"] },
  bootp: { packages: "busybox bootpc", files: ["/usr/sbin/bootpc"] },
  ipxe: { packages: "qemu-system-x86 ipxe-qemu", files: ["/usr/bin/qemu-system-x86_64"] },
  "u-boot": {
    packages: "qemu-system-arm u-boot-qemu",
    files: ["/usr/bin/qemu-system-aarch64", "/usr/lib/u-boot/qemu_arm64/u-boot.bin"],
  },
  uefi: {
    packages: "qemu-system-x86 ovmf ipxe",
    files: ["/usr/bin/qemu-system-x86_64", "/usr/share/ovmf/OVMF.fd", "/usr/lib/ipxe/snponly.efi"],
  },
};
const NETWORKS = { "good network": [], "5 % loss": ["loss"] };

function stop(message) {
  console.error(message);
  process.exit(1);
}

/** Runs a machine in a network namespace. Returns whether it got its file. */
function boots(name, network) {
  const program = [process.execPath, "--enable-source-maps", `${SCENARIOS}/${name}-scenario.js`, ...NETWORKS[network]];
  const words = ["--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"', ...program];
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync("unshare", words, { encoding: "utf8", timeout: LIMIT_MS });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `${stdout}${status === 0 ? "" : stderr}\n${name}, ${network}: ${status === 0 ? "boots" : "FAILS"}, ${seconds} s\n`,
  );
  return status === 0;
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MACHINES);
for (const name of names) {
  const machine = MACHINES[name] ?? stop(`unknown machine ${name}; expected ${Object.keys(MACHINES).join(", ")}`);
  if (!machine.files.every((file) => existsSync(file))) {
    stop(`${name} needs programs that are not installed: apt-get install ${machine.packages}`);
  }
}
if (process.platform !== "linux" || process.getuid() !== 0) {
  stop("network namespaces need Linux and root: run it with sudo");
}
compile("test");
const results = names.flatMap((name) => Object.keys(NETWORKS).map((network) => boots(name, network)));
process.exit(results.every((isBooted) => isBooted) ? 0 : 1);
