/** Two servers with one address between them: the one that has it dies in the middle of a download. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CLIENT_INTERFACE, ClientMachine, makeServerNetwork, must } from "../support/boot-network.js";
import { PROJECT } from "../support/program.js";
import { fetchFile } from "../support/retrying-client.js";
import { seededBytes } from "../support/seed.js";
import { ServerProcess } from "../support/server-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const ending = { after: (action: () => void) => void process.once("exit", action) };
const NAME = "file.bin";
const CONTENT = seededBytes(9, 20 * 512 + 5);
/** The address that devices know. */
const SHARED = "192.168.88.10";
const EXAMPLE = readFileSync(path.join(PROJECT, "examples/operations/keepalived.conf"), "utf8");

function configuration(priority: number): string {
  const changes = [
    ["eth0", CLIENT_INTERFACE],
    ["192.168.0.10/24", `${SHARED}/24`],
    ["priority 100", `priority ${priority}`],
    // A busy machine answers late at times.
    ["fall 2", "fall 5"],
  ] as const;
  let text = EXAMPLE;
  for (const [from, to] of changes) {
    const lines = text.split("\n").filter((line) => line.trim().startsWith("#") === false && line.includes(from));
    assert.equal(lines.length, 1, from);
    text = text.replace(lines[0] as string, (lines[0] as string).replace(from, to));
  }
  return text;
}

async function startServer(name: string, address: string, priority: number) {
  const root = temporaryFolder(ending);
  writeFileSync(path.join(root, NAME), CONTENT);
  const machine = await ClientMachine.start(name);
  await machine.must("ip", "link", "set", "lo", "up");
  await machine.must("ip", "addr", "add", `${address}/24`, "dev", CLIENT_INTERFACE);
  const words = [root, "--host", "0.0.0.0", "--port", "69", "--status-page", "127.0.0.1:8069"];
  const server = await ServerProcess.start(ending, words, { launcher: machine.launcher });
  await server.line(/Status page at/);
  const folder = temporaryFolder(ending);
  const file = path.join(folder, "keepalived.conf");
  writeFileSync(file, configuration(priority));
  const pidFiles = ["--pid", "--checkers_pid", "--vrrp_pid"].flatMap((flag) => [
    flag,
    path.join(folder, `${flag}.pid`),
  ]);
  machine.startProgram("keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file", file, ...pidFiles);
  return { machine, server };
}

async function hasAddress(machine: ClientMachine): Promise<boolean> {
  return (await machine.must("ip", "-oneline", "addr", "show", "dev", CLIENT_INTERFACE)).includes(`${SHARED}/`);
}

async function untilHasAddress(machine: ClientMachine): Promise<void> {
  while (!(await hasAddress(machine))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Both may have the address for a moment, until the second hears of the first. */
async function untilAlone(machine: ClientMachine, other: ClientMachine): Promise<void> {
  while (!(await hasAddress(machine)) || (await hasAddress(other))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

await makeServerNetwork();
const first = await startServer("first", "192.168.88.11", 100);
const second = await startServer("second", "192.168.88.12", 90);
await untilAlone(first.machine, second.machine);
assert.deepEqual((await fetchFile(NAME, { port: 69, host: SHARED })).content, CONTENT);
await first.server.line(/completed/);

// The first machine loses its network in the middle of a download.
const cut = fetchFile(NAME, {
  port: 69,
  host: SHARED,
  step: async (blocks) => {
    if (blocks === 3) {
      await must("ip", ["link", "set", first.machine.cable, "down"]);
      await untilHasAddress(second.machine);
    }
  },
});
await assert.rejects(cut, "a transfer belongs to one server");
const again = await fetchFile(NAME, { port: 69, host: SHARED });
assert.deepEqual(again.content, CONTENT);
assert.equal(again.address, SHARED);
await second.server.line(/completed/);

// A server that stops gives the address away before its machine is off.
await must("ip", ["link", "set", first.machine.cable, "up"]);
await untilAlone(first.machine, second.machine);
first.server.signal("SIGTERM");
await untilAlone(second.machine, first.machine);
assert.deepEqual((await fetchFile(NAME, { port: 69, host: SHARED })).content, CONTENT);
process.exit(0);
