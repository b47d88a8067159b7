/** A client that speaks BOOTP alone gets its address and the file's name in one answer, and fetches the file. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { CLIENT_INTERFACE, ClientMachine, RANGE, SERVER_ADDRESS } from "../../../support/boot-network.js";
import { BOOT_CONTENT, BOOT_FILE, ending, startBootFileServer } from "../../../support/boot-server.js";
import { loseAsAsked } from "../../../support/lossy-cable.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const server = await startBootFileServer(RANGE);
const machine = await ClientMachine.start("one");
await loseAsAsked(machine.cable);
await machine.must("ip", "route", "add", "255.255.255.255", "dev", CLIENT_INTERFACE);
const words = ["--dev", CLIENT_INTERFACE, "--serverbcast", "--returniffail", "--timeoutwait", "60"];
const told = await machine.must("bootpc", ...words);
const values = Object.fromEntries([...told.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]));
console.log(told);
assert.equal(values.SERVER, SERVER_ADDRESS, told);
assert.equal(values.BOOTFILE, BOOT_FILE, told);
const file = path.join(temporaryFolder(ending), "fetched");
await machine.must("ip", "addr", "add", `${values.IPADDR}/24`, "dev", CLIENT_INTERFACE);
await machine.must("busybox", "tftp", "-g", "-r", BOOT_FILE, "-l", file, SERVER_ADDRESS);
assert.equal(readFileSync(file, "utf8"), BOOT_CONTENT);
await server.line(/told "boot.cfg"/);
process.exit(0);
