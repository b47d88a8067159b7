/** A process that could not run for longer than transfers may wait handles what has arrived meanwhile first. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const GIVE_UP_MS = 200;

/** Blocks this process. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("an ACK that arrived while the process could not run keeps its transfer alive", async (t) => {
  const root = temporaryFolder(t);
  const content = seededBytes(1, 2000);
  writeFileSync(path.join(root, "file"), content);
  const { port } = await serving(t, {
    root,
    giveUpMs: GIVE_UP_MS,
    initialIntervalMs: 10_000,
    minIntervalMs: 10_000,
    maxIntervalMs: 10_000,
  });
  // The ACK is sent after the step, and the immediate runs before the server's socket is read.
  const step = (blocks: number): void => {
    if (blocks === 2) {
      setImmediate(block, 3 * GIVE_UP_MS);
    }
  };
  const fetched = await fetchFile("file", { port, step, intervalMs: 10_000 });
  assert.ok(fetched.content.equals(content));
});
