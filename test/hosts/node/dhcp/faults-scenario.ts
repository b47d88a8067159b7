/** The network is not as it should be: an address is used, the range runs out, another server starts. */
import assert from "node:assert/strict";
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
Object.assign(process.env, { STATE_DIRECTORY: folder });
const words = ["--host", SERVER_ADDRESS, "--port", "69", "--dhcp", RANGE];

function udhcpc(machine: ClientMachine, tries: string) {
  const hook = "/bin/true";
  return machine.run("busybox", "udhcpc", "-i", CLIENT_INTERFACE, "-n", "-q", "-f", "-t", tries, "-s", hook);
}

await makeServerNetwork();
const server = await ServerProcess.start(ending, [...words, folder]);
await server.line(/DHCP: giving/);

// An address that a machine has without asking is not given to another.
const squatter = await ClientMachine.start("squatter");
await squatter.must("ip", "addr", "add", "192.168.88.100/24", "dev", CLIENT_INTERFACE);
const one = await ClientMachine.start("one");
assert.equal((await udhcpc(one, "4")).code, 0);
await server.line(/another machine uses 192\.168\.88\.100/);
await server.line(/has 192\.168\.88\.101, told no file/);
const two = await ClientMachine.start("two");
assert.equal((await udhcpc(two, "1")).code, 1);
await server.line(/no address of .* is left/);

// A server that starts later in this network makes this one silent.
await squatter.must("ip", "addr", "flush", "dev", CLIENT_INTERFACE);
await squatter.must("ip", "addr", "add", "192.168.88.9/24", "dev", CLIENT_INTERFACE);
const other = squatter.startProgram(
  ...(["dnsmasq", "-k", "-C", "/dev/null", "-p", "0", `-i${CLIENT_INTERFACE}`] as const),
  ...(["-F", "192.168.88.200,192.168.88.210", "-l", path.join(folder, "dnsmasq.leases"), "--no-ping"] as const),
);
await udhcpc(two, "10");
await server.line(/192\.168\.88\.9 is another DHCP server/);
const silentFrom = server.lines.length;
const three = await ClientMachine.start("three");
assert.match((await udhcpc(three, "10")).stderr, /lease of 192\.168\.88\.2\d\d obtained from 192\.168\.88\.9/);
assert.deepEqual(server.lines.slice(silentFrom), []);
other.kill();

server.signal("SIGTERM");
assert.equal((await server.ended).code, 0);
process.exit(0);
