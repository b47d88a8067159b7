/** Real clients get an address, the server's address and a file's name, and fetch the file, with nobody typing an address. */
import assert from "node:assert/strict";
import { BOOT_PROGRAMS, BootClient } from "../../../support/boot-client.js";
import { ClientMachine, RANGE } from "../../../support/boot-network.js";
import { BOOT_CONTENT, ending, startBootFileServer } from "../../../support/boot-server.js";
import { loseAsAsked } from "../../../support/lossy-cable.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const server = await startBootFileServer(RANGE);
const machine = await ClientMachine.start("one");
await loseAsAsked(machine.cable);
const client = new BootClient(machine, temporaryFolder(ending));
for (const program of BOOT_PROGRAMS) {
  const before = server.lines.length;
  assert.equal(await client.boot(program), BOOT_CONTENT, program);
  await server.line(/DHCP: [0-9a-f-]{17} has 192\.168\.88\.10[01], told "boot.cfg"/, before);
  console.log(program, await server.line(/gets "boot.cfg": (?:probably )?completed/, before));
}
server.signal("SIGTERM");
assert.equal((await server.ended).code, 0);
process.exit(0);
