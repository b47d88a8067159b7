/** A virtual machine with the iPXE of QEMU, from power-on to its script, an image and another over HTTP, with nobody typing an address. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { RANGE, SERVER_ADDRESS } from "../../../support/boot-network.js";
import { IPXE_SCRIPT, startBootServer } from "../../../support/boot-server.js";
import { loseAsAsked } from "../../../support/lossy-cable.js";
import { startFirmware } from "../../../support/virtual-machine.js";

const server = await startBootServer({
  range: RANGE,
  files: {
    "boot.ipxe": `${IPXE_SCRIPT}imgfetch http://\${next-server}:8069/files/by-http.bin && echo GOT ALL || echo NOT ALL\n`,
    "by-http.bin": randomBytes(200_000),
    "image.bin": randomBytes(20_000),
  },
  lines: [
    ...["[[dhcp.boot]]", 'user-class = "iPXE"', 'file = "boot.ipxe"'],
    ...["[[dhcp.boot]]", 'file = "undionly.kpxe"'],
  ],
  settings: [`status-page = "${SERVER_ADDRESS}:8069"`, "http = true"],
});
const machine = await startFirmware("ipxe", "card0");
await loseAsAsked("card0");
const shown = await machine.shows(/GOT IMAGE \S+\s|NO IMAGE|No bootable device/);
console.log(machine.screen);
assert.match(shown, /GOT IMAGE 192\.168\.88\.10\d/, machine.screen);
await server.line(/told "boot.ipxe"/);
await server.line(/gets "image.bin": completed; 20000 bytes/);
await machine.shows(/GOT ALL/);
await server.line(/gets "by-http.bin" over HTTP: status 200; 200000 bytes/);
process.exit(0);
