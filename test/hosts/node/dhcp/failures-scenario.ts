/** What keeps DHCP from starting or serving is said in a line with its remedy; a server of a program closes in each way. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { once } from "node:events";
import path from "node:path";
import { DhcpServer } from "lockstep-tftp/node/dhcp-server";
import {
  CLIENT_INTERFACE,
  ClientMachine,
  makeServerNetwork,
  must,
  RANGE,
  SERVER_ADDRESS,
} from "../../../support/boot-network.js";
import { ending } from "../../../support/boot-server.js";
import { CLI, run } from "../../../support/program.js";
import { NOBODY } from "../../../support/rights.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const folder = temporaryFolder(ending);
Object.assign(process.env, { STATE_DIRECTORY: folder });

interface Start {
  readonly host?: string;
  readonly range?: string;
  readonly launcher?: readonly string[];
}

/** Starts the command, which must fail. Returns what it says. */
async function failure({ host = SERVER_ADDRESS, range = RANGE, launcher = [] }: Start = {}): Promise<string> {
  const words = [...launcher, process.execPath, CLI, "serve", "/tmp", "--port", "0", "--host", host, "--dhcp", range];
  const { code, stderr, signal } = await run(words[0] as string, words.slice(1));
  assert.equal(signal, null);
  assert.equal(code, 1, stderr);
  return stderr;
}

async function portTaken(address: string): Promise<void> {
  const other = dgram.createSocket("udp4").bind(67, address);
  await once(other, "listening");
  assert.match(
    await failure(),
    /DHCP cannot use port 67, which is taken by another DHCP program of this machine; stop/,
  );
  const server = new DhcpServer({ host: SERVER_ADDRESS, range: RANGE });
  await assert.rejects(server.listen(), { code: "EADDRINUSE" });
  other.close();
  await once(other, "close");
  await server.listen();
  await assert.rejects(server.listen(), /The server is listening already/);
  await server.close();
  await assert.rejects(server.listen(), /The server is closed/);
}

async function closing(): Promise<void> {
  const controller = new AbortController();
  const aborted = new DhcpServer({ host: SERVER_ADDRESS, range: RANGE, signal: controller.signal });
  await aborted.listen();
  const closed = once(aborted, "close");
  controller.abort();
  await closed;
  {
    await using disposed = new DhcpServer({ host: SERVER_ADDRESS, range: RANGE });
    await disposed.listen();
  }
  const early = new DhcpServer({ host: SERVER_ADDRESS, range: RANGE });
  const listening = early.listen();
  assert.equal(early.close(), early.close());
  await Promise.all([listening, early.close()]);
  // Each has given back its ports.
  await using last = new DhcpServer({ host: SERVER_ADDRESS, range: RANGE, signal: AbortSignal.abort() });
  await assert.rejects(last.listen(), /The server is closed/);
}

await makeServerNetwork();
const launcher = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
assert.match(
  await failure({ launcher }),
  /DHCP needs a permission this user does not have for the ports 67 and 68; run it as root, or give node the permission/,
);
assert.match(
  await failure({ range: "192.168.89.100-192.168.89.110" }),
  /DHCP cannot start: the range must lie in the network of the server's address/,
);
assert.match(
  await failure({ range: "192.168.88.1-192.168.88.9" }),
  /the range must not contain the server's own address/,
);
assert.match(
  await failure({ host: "192.168.90.1" }),
  /this machine has no address 192\.168\.90\.1; choose one that it has/,
);
assert.throws(
  () => new DhcpServer({ host: "192.168.90.1", range: RANGE }),
  /no interface that is up has the address 192\.168\.90\.1; set it first \(sudo ip addr add 192\.168\.90\.1\/24 dev eth0\)/,
);
await portTaken(SERVER_ADDRESS);
await portTaken("0.0.0.0");
await closing();

// Another server that is there already.
const machine = await ClientMachine.start("other");
await machine.must("ip", "addr", "add", "192.168.88.9/24", "dev", CLIENT_INTERFACE);
const other = machine.startProgram(
  ...(["dnsmasq", "-k", "-C", "/dev/null", "-p", "0", `-i${CLIENT_INTERFACE}`] as const),
  ...(["-F", "192.168.88.200,192.168.88.210", "-l", path.join(folder, "dnsmasq.leases"), "--no-ping"] as const),
);
const probe = await ClientMachine.start("probe");
await probe.must("busybox", "udhcpc", "-i", CLIENT_INTERFACE, "-nqf", "-t", "20", "-s", "/bin/true");
const words = [folder, "--host", SERVER_ADDRESS, "--dhcp", RANGE];
const server = await ServerProcess.start(ending, words);
await server.line(/192\.168\.88\.9 is another DHCP server in this network, so this one is silent; stop one of the two/);
assert.ok(!server.lines.some((line) => line.includes("DHCP: giving")));
server.signal("SIGTERM");
assert.equal((await server.ended).code, 0);
other.kill();

// Two interfaces in one network.
await must("ip", ["link", "add", "second", "type", "bridge"]);
await must("ip", ["addr", "add", "192.168.88.3/24", "dev", "second"]);
await must("ip", ["link", "set", "second", "up"]);
assert.match(
  await failure(),
  /eth0 and second are both in the network of 192\.168\.88\.1, so answers could leave by the wrong one; take the address/,
);
process.exit(0);
