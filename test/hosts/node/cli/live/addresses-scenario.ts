/** The live view of `serve --dhcp`, with a real client: it has an address, asks for its file, has it, and renews its lease. */
import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  CLIENT_INTERFACE,
  ClientMachine,
  makeServerNetwork,
  RANGE,
  SERVER_ADDRESS,
} from "../../../../support/boot-network.js";
import { ending } from "../../../../support/boot-server.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { Terminal } from "../../../../support/terminal.js";

const folder = temporaryFolder(ending);
const root = path.join(folder, "root.cfg");
const configuration = path.join(folder, "boot.toml");
const hook = path.join(folder, "hook.sh");
writeFileSync(root, "interface Ethernet0\n");
writeFileSync(configuration, `[dhcp]\nleases = "${folder}/leases.json"\n`);
writeFileSync(hook, `#!/bin/sh\n[ "$1" != bound ] || ip addr add "$ip/24" dev ${CLIENT_INTERFACE}\n`);
chmodSync(hook, 0o755);

await makeServerNetwork();
const words = [
  "serve",
  folder,
  "--host",
  SERVER_ADDRESS,
  "--port",
  "69",
  "--config",
  configuration,
  "--boot-file",
  "root.cfg",
];
const terminal = await Terminal.open(ending, [...words, "--dhcp", RANGE, "--log-level", "debug"], /DHCP: giving/, {
  columns: 140,
});
const machine = await ClientMachine.start("one");
const udhcpc = machine.startProgram("busybox", "udhcpc", "-f", "-i", CLIENT_INTERFACE, "-s", hook);
await terminal.shows(/^192\.168\.88\.100 \(\S+\) told "root\.cfg", has not asked for it$/m);
await machine.must("sh", "-c", `until ip addr show ${CLIENT_INTERFACE} | grep -q 192.168.88; do sleep 0.1; done`);
await machine.run("busybox", "tftp", "-g", "-r", "rot.cfg", "-l", "/dev/null", SERVER_ADDRESS);
await terminal.shows(/^192\.168\.88\.100 \(\S+\) told "root\.cfg", asked for "rot\.cfg"$/m);
await machine.must("busybox", "tftp", "-g", "-r", "root.cfg", "-l", "/dev/null", SERVER_ADDRESS);
await terminal.shows(/^192\.168\.88\.100 \(\S+\) told "root\.cfg", has it$/m);
await terminal.shows(/DHCP: 192\.168\.88\.100 \(\S+\) has fetched "root\.cfg"/);
udhcpc.kill("SIGUSR1");
await terminal.shows(/DHCP: \S+ keeps 192\.168\.88\.100, told "root\.cfg"/);
await terminal.shows(/^192\.168\.88\.100 \(\S+\) told "root\.cfg", has it$/m);
// In a third of five rows there is room for one line.
terminal.resize(140, 6);
await (await ClientMachine.start("two")).must("busybox", "udhcpc", "-i", CLIENT_INTERFACE, "-nqf", "-s", "/bin/true");
await terminal.shows(/^and 2 more clients of DHCP$/m);
terminal.type("\u0003");
await terminal.ended;
process.exit(0);
