/** The example `boot-network.js` gives a real client its address and its file. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { BootClient } from "../support/boot-client.js";
import { ClientMachine, endWithProcess, makeServerNetwork, RANGE, SERVER_ADDRESS } from "../support/boot-network.js";
import { BOOT_CONTENT, BOOT_FILE, ending } from "../support/boot-server.js";
import { PROJECT } from "../support/program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const EXAMPLE = path.join(PROJECT, "examples/node/boot-network.js");

const root = temporaryFolder(ending);
writeFileSync(path.join(root, BOOT_FILE), BOOT_CONTENT);
await makeServerNetwork();
const words = [EXAMPLE, root, SERVER_ADDRESS, RANGE, BOOT_FILE];
const example = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
endWithProcess(example);
const ended = once(example, "close");
let said = "";
example.stdout.setEncoding("utf8").on("data", (text) => {
  said += text;
});

async function says(text: RegExp): Promise<void> {
  while (!text.test(said)) {
    await Promise.race([once(example.stdout, "data"), ended.then(() => assert.fail(`it ended: ${said}`))]);
  }
}

await says(/^Giving 192\.168\.88\.100-192\.168\.88\.101$/m);
const client = new BootClient(await ClientMachine.start("one"), temporaryFolder(ending));
assert.equal(await client.boot("udhcpc"), BOOT_CONTENT);
await says(/ has 192\.168\.88\.100\n(?:.*\n)*192\.168\.88\.100 has its file\n/);
example.kill("SIGINT");
assert.deepEqual(await ended, [0, null]);
process.exit(0);
