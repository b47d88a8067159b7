/** A virtual machine with the iPXE of QEMU, from power-on to its script and an image, with nobody typing an address. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { RANGE } from "../../../support/boot-network.js";
import { IPXE_SCRIPT, startBootServer } from "../../../support/boot-server.js";
import { loseAsAsked } from "../../../support/lossy-cable.js";
import { startFirmware } from "../../../support/virtual-machine.js";

const server = await startBootServer({
  range: RANGE,
  files: {
    "boot.ipxe": IPXE_SCRIPT,
    "image.bin": randomBytes(20_000),
  },
  lines: [
    ...["[[dhcp.boot]]", 'user-class = "iPXE"', 'file = "boot.ipxe"'],
    ...["[[dhcp.boot]]", 'file = "undionly.kpxe"'],
  ],
});
const machine = await startFirmware("ipxe", "card0");
await loseAsAsked("card0");
const shown = await machine.shows(/GOT IMAGE \S+\s|NO IMAGE|No bootable device/);
console.log(machine.screen);
assert.match(shown, /GOT IMAGE 192\.168\.88\.10\d/, machine.screen);
await server.line(/told "boot.ipxe"/);
await server.line(/gets "image.bin": completed; 20000 bytes/);
process.exit(0);
