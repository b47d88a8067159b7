/** 50 clients at once want the 16 addresses of a range: each address is given once, and the others hear nothing. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ClientMachine } from "../../../support/boot-network.js";
import { ending, startBootFileServer } from "../../../support/boot-server.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CLIENTS = 50;
const ADDRESSES = 16;

const folder = temporaryFolder(ending);
const hook = path.join(folder, "hook.sh");
writeFileSync(hook, `#!/bin/sh\n[ "$1" = bound ] && echo "$ip $boot_file" > "${folder}/$interface.lease"\nexit 0\n`);
chmodSync(hook, 0o755);

/** What the clients with these interfaces were told, those that got no address left out. */
function leasesOf(interfaces: readonly string[]): string[] {
  const files = interfaces.map((name) => path.join(folder, `${name}.lease`)).filter((file) => existsSync(file));
  return files.map((file) => readFileSync(file, "utf8").trim());
}

const server = await startBootFileServer("192.168.88.100-192.168.88.115");
// One machine with many cards: the clients' programs tell them apart.
const machine = await ClientMachine.startUnplugged("rack");
const interfaces = Array.from({ length: CLIENTS }, (_, index) => `card${index}`);
await machine.plugIn(interfaces);

/** Asks for an address on each of the interfaces at once. Returns those that got one. */
async function ask(wanting: readonly string[]): Promise<string[]> {
  const ended = await Promise.all(
    wanting.map((name) => machine.run("busybox", "udhcpc", "-i", name, "-n", "-q", "-f", "-t", "4", "-s", hook)),
  );
  return wanting.filter((_, index) => ended[index]?.code === 0);
}

const first = await ask(interfaces);
assert.equal(first.length, ADDRESSES);
const leases = leasesOf(interfaces);
assert.equal(new Set(leases).size, ADDRESSES, leases.join("\n"));
assert.ok(
  leases.every((lease) => /^192\.168\.88\.1(0\d|1[0-5]) boot\.cfg$/.test(lease)),
  leases.join("\n"),
);
assert.equal(readdirSync(folder).length, ADDRESSES + 1);
await server.line(/DHCP: no address of \S+ is left for/);
server.signal("SIGTERM");
assert.equal((await server.ended).code, 0);
process.exit(0);
