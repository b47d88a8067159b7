/**
 * A server that is killed in the middle of uploads, repeatedly, at moments that a seed decides. Each name has the whole old
 * file or the whole new one, and the next start removes temporary files.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { SeededRandom } from "lockstep-tftp/simulated";
import { putFile } from "../support/retrying-client.js";
import { SEED, seededBytes } from "../support/seed.js";
import { ServerProcess } from "../support/server-process.js";
import { hiddenFiles, temporaryFolder } from "../support/temporary-folder.js";

const ROUNDS = 12;
const BLOCKS = 40;
const SIZE_BYTES = BLOCKS * 512 - 1;
/** Half of the names have a file at the beginning. */
const NAMES = ["old 1", "old 2", "old 3", "new 1", "new 2", "new 3"];

/** The content of the file of a name, if there is one. */
type Content = Buffer | undefined;

function contentOf(file: string): Content {
  return existsSync(file) ? readFileSync(file) : undefined;
}

function isSame(one: Content, other: Content): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

test(`a server that is killed during uploads ${ROUNDS} times leaves whole files only (seed ${SEED})`, async (t) => {
  const root = temporaryFolder(t);
  const random = new SeededRandom(SEED);
  const counts = { litter: 0, old: 0, new: 0 };
  for (const name of NAMES.filter((name) => name.startsWith("old"))) {
    writeFileSync(path.join(root, name), seededBytes(SEED, SIZE_BYTES));
  }

  for (let round = 1; round <= ROUNDS; round++) {
    const before = new Map(NAMES.map((name) => [name, contentOf(path.join(root, name))]));
    const uploads = new Map(NAMES.map((name, index) => [name, seededBytes(SEED + 100 * round + index, SIZE_BYTES)]));
    const killedAt = random.below(NAMES.length * BLOCKS);

    const server = await ServerProcess.start(t, [root, "--overwrite"]);
    assert.deepEqual(hiddenFiles(root), [], `the start of round ${round} removed the litter`);
    const finished = await uploadAllAndKill(server, uploads, killedAt);

    counts.litter += hiddenFiles(root).length;
    for (const [name, uploaded] of uploads) {
      const found = contentOf(path.join(root, name));
      const where = `"${name}" in round ${round}, killed at block ${killedAt}, seed ${SEED}`;
      if (isSame(found, uploaded)) {
        counts.new++;
      } else {
        assert.ok(
          isSame(found, before.get(name)),
          `${where}: ${found?.length} bytes, neither the old nor the new file`,
        );
        assert.ok(!finished.has(name), `${where}: the client was told that the file is there`);
        counts.old++;
      }
    }
  }

  await ServerProcess.start(t, [root, "--overwrite"]);
  assert.deepEqual(hiddenFiles(root), []);
  for (const [what, count] of Object.entries(counts)) {
    assert.ok(count > 0, `the rounds had no case of: ${what} (seed ${SEED}, ${JSON.stringify(counts)})`);
  }
});

/** Returns the names whose uploads received their last ACK. */
async function uploadAllAndKill(
  server: ServerProcess,
  uploads: ReadonlyMap<string, Buffer>,
  killedAt: number,
): Promise<ReadonlySet<string>> {
  const { port } = server;
  const finished = new Set<string>();
  const clients = new AbortController();
  let blocks = 0;
  const step = async (): Promise<void> => {
    if (blocks++ === killedAt) {
      await server.kill();
      clients.abort(new Error("killed"));
    }
  };
  const running = [...uploads].map(async ([name, content]) => {
    await putFile(name, content, { port, step, signal: clients.signal });
    finished.add(name);
  });
  for (const { status, reason } of (await Promise.allSettled(running)) as PromiseRejectedResult[]) {
    assert.ok(status !== "rejected" || reason.message === "killed", `an upload failed before: ${reason}`);
  }
  return finished;
}
