/** After a long mixture of transfers of every kind, memory use and open descriptors are as before. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { SeededRandom } from "lockstep-tftp/simulated";
import { memoryInUse, openFiles, untilFilesAreClosed } from "../support/process-resources.js";
import { fetchFile, putFile } from "../support/retrying-client.js";
import { SEED, seededBytes } from "../support/seed.js";
import { serving } from "../support/serving.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const ROUNDS = 40;
/** A single object that stays for each transfer of the second half would exceed this. */
const HEAP_TOLERANCE_BYTES = 512 * 1024;

const NAME = "file";
const CONTENT = seededBytes(SEED, 300_000);

function breakOff(): never {
  throw new Error("broken off");
}

async function runMixture(port: number, random: SeededRandom): Promise<void> {
  const below = (limit: number): number => random.below(limit);
  for (let round = 0; round < ROUNDS; round++) {
    const upload = `upload-${below(5)}`;
    const options = { windowsize: 1 + below(16) };
    const ended = await Promise.allSettled([
      fetchFile(NAME, { port, options }),
      fetchFile(NAME, { port, mode: "netascii" }),
      putFile(upload, seededBytes(round, below(20_000)), { port, options }),
      fetchFile("missing", { port }),
      putFile("../outside", CONTENT, { port }),
      fetchFile(NAME, { port, step: breakOff }),
      putFile(upload, CONTENT, { port, step: breakOff }),
      // Vanishes silently; the server gives the transfer up later.
      fetchFile(NAME, { port, signal: AbortSignal.timeout(1 + below(5)) }),
    ]);
    assert.deepEqual(
      ended.slice(0, 7).map(({ status }) => status),
      ["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected", "rejected", "rejected"],
    );
  }
}

test("a long mixture of transfers gives back memory and descriptors", async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, NAME), CONTENT);
  const { server, port } = await serving(t, { root, write: "overwrite", giveUpMs: 5000, lingerMs: 500 });
  const random = new SeededRandom(SEED);
  const openBefore = openFiles();

  // After the first half the process has all that it keeps.
  await runMixture(port, random);
  await untilFilesAreClosed(openBefore);
  const memoryBefore = await memoryInUse();
  await runMixture(port, random);
  await untilFilesAreClosed(openBefore);
  const grown = (await memoryInUse()) - memoryBefore;
  assert.ok(grown < HEAP_TOLERANCE_BYTES, `${grown} bytes more than after the first half, seed ${SEED}`);
  assert.equal(server.running, 0, "running transfers");
});
