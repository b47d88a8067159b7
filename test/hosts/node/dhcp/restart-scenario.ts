/** The leases survive a restart, and a client that does not fetch its file is named. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
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

const ending = { after: (action: () => void) => void process.once("exit", action) };
const folder = temporaryFolder(ending);
const configuration = path.join(folder, "boot.toml");
writeFileSync(
  configuration,
  `root = "${folder}"
[dhcp]
range = "${RANGE}"
leases = "${folder}/leases.json"
[[dhcp.boot]]
file = "boot.cfg"
`,
);
const words = ["--host", SERVER_ADDRESS, "--port", "69", "--config", configuration, "--boot-file", "other.cfg"];

/** Asks for an address, and does nothing with it. Returns the server's line. */
async function ask(server: ServerProcess, machine: ClientMachine, ...wanted: readonly string[]): Promise<string> {
  const udhcpc = ["udhcpc", "-i", CLIENT_INTERFACE, "-n", "-q", "-f", "-s", "/bin/true"];
  await machine.must("busybox", ...udhcpc, ...wanted);
  return server.line(/DHCP: \S+ has/);
}

await makeServerNetwork();
const first = await ServerProcess.start(ending, words);
await first.line(/DHCP: giving/);
const line = await ask(first, await ClientMachine.start("one"));
assert.match(line, /has 192\.168\.88\.100,/);
first.signal("SIGTERM");
assert.equal((await first.ended).code, 0);

// Another client gets another address, though it wants the first one.
const second = await ServerProcess.start(ending, words);
await second.line(/DHCP: giving/);
const other = await ask(second, await ClientMachine.start("two"), "-r", "192.168.88.100");
assert.match(other, /has 192\.168\.88\.101,/);

await second.line(/192\.168\.88\.101 \(\S+\) was told "boot.cfg" 30 s ago and has not asked for it/);
second.signal("SIGTERM");
assert.equal((await second.ended).code, 0);
process.exit(0);
