/** Real clients get their address and their file while each message of DHCP is lost once, and one datagram of TFTP in 20. */
import assert from "node:assert/strict";
import { BOOT_PROGRAMS, BootClient, type BootProgram } from "../../../support/boot-client.js";
import { ClientMachine } from "../../../support/boot-network.js";
import { BOOT_CONTENT, ending, startBootFileServer } from "../../../support/boot-server.js";
import { lose, loseEveryTwentieth, loseMessage, lostFrames } from "../../../support/lossy-cable.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** DISCOVER, OFFER, REQUEST, ACK. */
const MESSAGES = [0, 1, 2, 3];

async function startMachine(program: BootProgram, message: number) {
  const machine = await ClientMachine.start(`${program}${message}`);
  const rules = [loseMessage(message, await machine.hardwareAddress()), loseEveryTwentieth(4 + message)];
  return { program, message, client: new BootClient(machine, temporaryFolder(ending)), cable: machine.cable, rules };
}

const server = await startBootFileServer("192.168.88.100-192.168.88.120");
const pairs = BOOT_PROGRAMS.flatMap((program) => MESSAGES.map((message) => [program, message] as const));
const machines = await Promise.all(pairs.map(([program, message]) => startMachine(program, message)));
await lose(machines);
const before = server.lines.length;
// At once, since each waits for its own time to ask again.
const boots = machines.map(async ({ client, program, message }) => {
  assert.equal(await client.boot(program), BOOT_CONTENT, `${program} without message ${message}`);
});
await Promise.all(boots);
for (const { cable } of machines) {
  const [message, datagrams] = (await lostFrames(cable)) as [number, number];
  assert.ok(message === 1 && datagrams > 1, `${cable} lost ${message} and ${datagrams}`);
}
const given = server.lines.slice(before).flatMap((line) => / has (\S+),/.exec(line)?.[1] ?? []);
assert.equal(new Set(given).size, machines.length);
server.signal("SIGTERM");
assert.equal((await server.ended).code, 0);
process.exit(0);
