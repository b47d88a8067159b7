/**
 * Runs dnsmasq with a file of `examples/operations` beside the TFTP server: a virtual machine gets an address, and its script
 * and an image from the TFTP server.
 *
 * Words: the file, the machine's firmware (`ipxe` or `uefi`), and `router` if another server gives the addresses.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  CLIENT_INTERFACE,
  ClientMachine,
  endWithProcess,
  makeServerNetwork,
  SERVER_ADDRESS,
} from "../support/boot-network.js";
import { ending, IPXE_SCRIPT } from "../support/boot-server.js";
import { PROJECT } from "../support/program.js";
import { ServerProcess } from "../support/server-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { startFirmware } from "../support/virtual-machine.js";

const [file = "", firmware = "ipxe", router] = process.argv.slice(2);
const folder = temporaryFolder(ending);
const root = temporaryFolder(ending);
writeFileSync(path.join(root, "boot.ipxe"), IPXE_SCRIPT);
writeFileSync(path.join(root, "image.bin"), randomBytes(20_000));
if (firmware === "uefi") {
  writeFileSync(path.join(root, "ipxe.efi"), readFileSync("/usr/lib/ipxe/snponly.efi"));
}

await makeServerNetwork();
if (router !== undefined) {
  const machine = await ClientMachine.start("router");
  await machine.must("ip", "addr", "add", "192.168.88.9/24", "dev", CLIENT_INTERFACE);
  machine.startProgram(
    ...(["dnsmasq", "-k", "-C", "/dev/null", "-p", "0", `-i${CLIENT_INTERFACE}`] as const),
    ...(["-F", "192.168.88.100,192.168.88.150", "-l", path.join(folder, "router.leases")] as const),
  );
}
const server = await ServerProcess.start(ending, [root, "--host", SERVER_ADDRESS, "--port", "69"]);
const configuration = path.join(PROJECT, "examples/operations", file);
const words = ["-k", "-C", configuration, "-l", path.join(folder, "leases"), "--log-dhcp", "--log-facility=-"];
const dnsmasq = spawn("dnsmasq", words, { stdio: ["ignore", "ignore", "pipe"] });
endWithProcess(dnsmasq);
let told = "";
dnsmasq.stderr.setEncoding("utf8").on("data", (text) => {
  told += text;
});
const machine = await startFirmware(firmware, "card0");
const shown = await machine.shows(/GOT IMAGE \S+\s|NO IMAGE|No bootable (device|option)/);
assert.match(shown, /GOT IMAGE 192\.168\.88\.1\d\d/, `${machine.screen}\n${told}`);
await server.line(/gets "image.bin": completed; 20000 bytes/);
process.exit(0);
