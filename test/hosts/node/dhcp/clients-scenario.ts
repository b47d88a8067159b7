/**
 * Real clients get an address, the server's address and a file's name, and fetch the file, with nobody typing an address.
 */
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  CLIENT_INTERFACE,
  ClientMachine,
  makeServerNetwork,
  RANGE,
  SERVER_ADDRESS,
} from "../../../support/boot-network.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CONTENT = "interface Ethernet0\n".repeat(100);
const ending = { after: (action: () => void) => void process.once("exit", action) };
const folder = temporaryFolder(ending);
const root = temporaryFolder(ending);
writeFileSync(path.join(root, "boot.cfg"), CONTENT);
const leases = path.join(folder, "leases.json");
const configuration = path.join(folder, "boot.toml");
writeFileSync(
  configuration,
  `root = "${root}"
log = "text"
[dhcp]
range = "${RANGE}"
leases = "${leases}"
lease-time = "10m"
[[dhcp.boot]]
file = "boot.cfg"
`,
);

/** What a client's program does with what it was told: takes the address, and fetches the file. */
const hook = path.join(folder, "hook.sh");
writeFileSync(
  hook,
  `#!/bin/sh
address="\${ip:-$new_ip_address}"
file="\${boot_file:-$new_filename}"
server="\${siaddr:-$new_dhcp_server_identifier}"
[ -n "$address" ] && [ -n "$file" ] || exit 0
ip addr replace "$address/24" dev ${CLIENT_INTERFACE}
busybox tftp -g -r "$file" -l "${folder}/fetched" "$server"
`,
);
chmodSync(hook, 0o755);

function fetched(): string {
  const content = readFileSync(path.join(folder, "fetched"), "utf8");
  writeFileSync(path.join(folder, "fetched"), "");
  return content;
}

await makeServerNetwork();
const words = ["--host", SERVER_ADDRESS, "--port", "69", "--config", configuration];
const server = await ServerProcess.start(ending, words);
await server.line(/DHCP: giving/);

const machine = await ClientMachine.start("one");
const clients: readonly (readonly [program: string, ...words: string[]])[] = [
  ["busybox", "udhcpc", "-i", CLIENT_INTERFACE, "-n", "-q", "-f", "-s", hook],
  [
    ...["dhclient", "-1", "-sf", hook, "-lf", path.join(folder, "dhclient.leases")],
    ...["-pf", path.join(folder, "dhclient.pid"), CLIENT_INTERFACE],
  ] as [string, ...string[]],
  ["dhcpcd", "-4", "-1", "--noipv4ll", "-t", "30", "-c", hook, CLIENT_INTERFACE],
];
for (const client of clients) {
  await machine.must("ip", "addr", "flush", "dev", CLIENT_INTERFACE);
  const before = server.lines.length;
  await machine.must(...client);
  assert.equal(fetched(), CONTENT, client.join(" "));
  await server.line(/DHCP: [0-9a-f-]{17} has 192\.168\.88\.10[01], told "boot.cfg"/, before);
  await server.line(/gets "boot.cfg": completed/, before);
  await machine.run("dhclient", "-x", "-pf", path.join(folder, "dhclient.pid"));
}

server.signal("SIGTERM");
assert.equal((await server.ended).code, 0);
process.exit(0);
