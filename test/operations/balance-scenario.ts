/** A router that chooses one of two servers for each client, by the rules of the examples. This process is on the router. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CLIENT_INTERFACE, ClientMachine, makeServerNetwork, must } from "../support/boot-network.js";
import { PROJECT } from "../support/program.js";
import { seededBytes } from "../support/seed.js";
import { ServerProcess } from "../support/server-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const ending = { after: (action: () => void) => void process.once("exit", action) };
const CONTENT = seededBytes(9, 20 * 512 + 5);
/** The address that devices know, and the networks of clients and servers. */
const SHARED = "192.168.0.10";
const ROUTER = "192.168.1.1";
const SERVERS = ["192.168.1.11", "192.168.1.12"] as const;
/** Chance leads so many downloads to one server in one run of 2^63. */
const MAX_DOWNLOADS = 64;

async function startServer(address: string): Promise<ServerProcess> {
  const root = temporaryFolder(ending);
  writeFileSync(path.join(root, "file"), CONTENT);
  const machine = await ClientMachine.start(`server${address.split(".")[3]}`);
  await machine.must("ip", "addr", "add", `${address}/24`, "dev", CLIENT_INTERFACE);
  await machine.must("ip", "route", "add", "default", "via", ROUTER);
  const words = [root, "--host", address, "--port", "69", "--single-port"];
  return ServerProcess.start(ending, words, { launcher: machine.launcher });
}

await makeServerNetwork();
await must("ip", ["addr", "add", `${SHARED}/24`, "dev", "eth0"]);
await must("ip", ["addr", "add", `${ROUTER}/24`, "dev", "eth0"]);
writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
await must("nft", ["--file", path.join(PROJECT, "examples/operations/balance.nft")]);
const servers = await Promise.all(SERVERS.map(startServer));
const client = await ClientMachine.start("client");
await client.must("ip", "addr", "add", "192.168.0.100/24", "dev", CLIENT_INTERFACE);

const target = path.join(temporaryFolder(ending), "fetched");
for (let downloads = 1; !servers.every(hasServed); downloads++) {
  assert.ok(downloads <= MAX_DOWNLOADS, "one server gets all requests");
  await client.must("curl", "--silent", "--max-time", "60", "--output", target, `tftp://${SHARED}/file`);
  assert.deepEqual(readFileSync(target), CONTENT);
}
process.exit(0);

function hasServed(server: ServerProcess): boolean {
  return server.lines.some((line) => /completed/.test(line));
}
