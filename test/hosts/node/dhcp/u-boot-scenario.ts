/** U-Boot for 64-bit ARM in QEMU: its commands `dhcp` and `bootp` get the address, the file's name and the file. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { RANGE } from "../../../support/boot-network.js";
import { startBootServer } from "../../../support/boot-server.js";
import { IS_LOSSY, loseAsAsked } from "../../../support/lossy-cable.js";
import { VirtualMachine } from "../../../support/virtual-machine.js";

const FIRMWARE = "/usr/lib/u-boot/qemu_arm64/u-boot.bin";
const PROMPT = /\n=> /;

const image = randomBytes(40_000);
/** Gzip's last eight bytes are the checksum and the length. */
const checksum = gzipSync(image).readUInt32LE(gzipSync(image).length - 8);

const server = await startBootServer({
  range: RANGE,
  files: { "image.bin": image },
  lines: ["[[dhcp.boot]]", 'vendor-class = "U-Boot.armv8"', 'file = "image.bin"'],
});
const machine = await VirtualMachine.start("qemu-system-aarch64", "card0", "virtio-net-pci,romfile=", [
  ...["-M", "virt", "-cpu", "cortex-a57", "-m", "256", "-bios", FIRMWARE],
]);
await loseAsAsked("card0");
await machine.shows(/Hit any key to stop autoboot/);
machine.type(" ");
await machine.shows(PROMPT);

/** Types a command. Returns what the machine shows until its next prompt. What is typed before that would be lost. */
async function command(text: string): Promise<string> {
  const from = machine.screen.length;
  const mark = `end${from}`;
  machine.type(`${text}; echo ${mark}\n`);
  await machine.shows(new RegExp(`\\n${mark}\\s+=> `), from);
  return machine.screen.slice(from);
}

if (IS_LOSSY) {
  // By default it gives up after ten lost blocks, at five seconds each.
  await command("setenv tftptimeout 1000; setenv tftptimeoutcountmax 1000");
}
for (const name of ["dhcp", "bootp"]) {
  const before = server.lines.length;
  await command("setenv ipaddr; setenv serverip; setenv bootfile");
  const shown = await command(`${name} $loadaddr`);
  assert.match(shown, /Filename 'image\.bin'[\s\S]*Bytes transferred = 40000/, machine.screen);
  const sum = await command("crc32 $loadaddr $filesize");
  assert.match(sum, new RegExp(`==> ${checksum.toString(16).padStart(8, "0")}`), sum);
  console.log(`U-Boot, ${name}:\n${shown}${sum}`);
  await server.line(/DHCP: \S+ has 192\.168\.88\.10\d, told "image.bin"/, before);
  await server.line(/gets "image.bin": completed; 40000 bytes/, before);
}
process.exit(0);
