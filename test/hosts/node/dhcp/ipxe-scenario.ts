/** A virtual machine with the iPXE of QEMU, from power-on to its script and an image, with nobody typing an address. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { makeServerNetwork, must, RANGE, SERVER_ADDRESS } from "../../../support/boot-network.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const ending = { after: (action: () => void) => void process.once("exit", action) };
const folder = temporaryFolder(ending);
const root = temporaryFolder(ending);
writeFileSync(path.join(root, "image.bin"), randomBytes(20_000));
writeFileSync(
  path.join(root, "boot.ipxe"),
  `#!ipxe
imgfetch image.bin && echo GOT IMAGE \${ip} || echo NO IMAGE
`,
);
const configuration = path.join(folder, "boot.toml");
writeFileSync(
  configuration,
  `root = "${root}"
[dhcp]
range = "${RANGE}"
leases = "${folder}/leases.json"
[[dhcp.boot]]
user-class = "iPXE"
file = "boot.ipxe"
[[dhcp.boot]]
file = "undionly.kpxe"
`,
);

await makeServerNetwork();
await must("ip", ["tuntap", "add", "tap0", "mode", "tap"]);
await must("ip", ["link", "set", "tap0", "master", "bridge0", "up"]);
const words = ["--host", SERVER_ADDRESS, "--port", "69", "--config", configuration];
const server = await ServerProcess.start(ending, words);
await server.line(/DHCP: giving/);

const machine = spawn(
  "qemu-system-x86_64",
  [
    ...["-nographic", "-m", "64", "-no-reboot", "-boot", "n"],
    ...["-netdev", "tap,id=network,ifname=tap0,script=no,downscript=no", "-device", "e1000,netdev=network"],
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
process.once("exit", () => machine.kill("SIGKILL"));
let screen = "";
for await (const text of machine.stdout.setEncoding("latin1")) {
  screen += text;
  if (/GOT IMAGE 192\.168\.88\.10\d|NO IMAGE|No bootable device/.test(screen)) {
    break;
  }
}
assert.match(screen, /GOT IMAGE 192/, screen);
await server.line(/told "boot.ipxe"/);
await server.line(/gets "image.bin": completed; 20000 bytes/);
process.exit(0);
