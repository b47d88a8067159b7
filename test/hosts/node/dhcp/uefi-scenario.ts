/** A UEFI machine (OVMF in QEMU) from power-on to iPXE for UEFI, its script and an image, with nobody typing an address. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { RANGE } from "../../../support/boot-network.js";
import { IPXE_SCRIPT, startBootServer } from "../../../support/boot-server.js";
import { loseAsAsked } from "../../../support/lossy-cable.js";
import { startFirmware } from "../../../support/virtual-machine.js";

const LOADER = "/usr/lib/ipxe/snponly.efi";

const server = await startBootServer({
  range: RANGE,
  files: {
    "boot.ipxe": IPXE_SCRIPT,
    "image.bin": randomBytes(300_000),
    "snponly.efi": readFileSync(LOADER),
  },
  lines: [
    ...["[[dhcp.boot]]", 'user-class = "iPXE"', 'file = "boot.ipxe"'],
    ...["[[dhcp.boot]]", "architectures = [7, 9]", 'vendor-class = "PXEClient"', 'file = "snponly.efi"'],
  ],
});
const machine = await startFirmware("uefi", "card0");
await loseAsAsked("card0");
const shown = await machine.shows(/GOT IMAGE \S+\s|NO IMAGE|No bootable option|Shell>/);
console.log(machine.screen);
assert.match(shown, /GOT IMAGE 192\.168\.88\.10\d/, machine.screen);
await server.line(/told "snponly.efi"/);
await server.line(/gets "snponly.efi": completed/);
await server.line(/told "boot.ipxe"/);
await server.line(/gets "image.bin": completed; 300000 bytes/);
process.exit(0);
