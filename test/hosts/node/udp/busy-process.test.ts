/** A process that could not run for a while handles what has arrived meanwhile before it repeats or gives up anything. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { TftpServer, TftpServerOptions } from "lockstep-tftp";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Limits that are exceeded on purpose, and by no other pause: a process may not run for some 100 ms. */
const GIVE_UP_MS = 1000;
const INTERVAL_MS = 1500;
/** The time by which a timer is late in the tests: it is due while the process cannot run. */
const LATE_MS = 20;
const NO_REPEATS_MS = 600_000;
/** More than Node reads from a socket in one turn of its event loop. */
const CLIENTS = 70;
const CONTENT = seededBytes(1, 1200);

/** Blocks this process. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function servingFile(t: TestContext, intervalMs: number, options: Partial<TftpServerOptions> = {}) {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, "file"), CONTENT);
  const intervals = { initialIntervalMs: intervalMs, minIntervalMs: intervalMs, maxIntervalMs: intervalMs };
  return await serving(t, { root, ...intervals, ...options });
}

/** Messages that running transfers have sent again so far. */
function repeatsOf(server: TftpServer): number {
  let repeats = 0;
  server.visitRunning(({ retransmissions }) => {
    repeats += retransmissions;
  });
  return repeats;
}

test("an ACK that arrived while the process could not run keeps its transfer alive", async (t) => {
  const { port } = await servingFile(t, 10_000, { giveUpMs: GIVE_UP_MS });
  // The ACK is sent after the step, and the immediate runs before the server's socket is read.
  const step = (blocks: number): void => {
    if (blocks === 2) {
      setImmediate(block, GIVE_UP_MS + LATE_MS);
    }
  };
  const fetched = await fetchFile("file", { port, step, intervalMs: 10_000 });
  assert.ok(fetched.content.equals(CONTENT));
});

for (const [title, clients, singlePort] of [
  ["an ACK that waits in its socket is read before its block is repeated", 1, false],
  ["more ACKs than Node reads at a time are read before a block is repeated", CLIENTS, true],
] as const) {
  test(title, async (t) => {
    const { server, port } = await servingFile(t, INTERVAL_MS, { singlePort });
    let repeats = 0;
    let repeatsBefore = -1;
    let arrived = 0;
    let ended = 0;
    const everyEnd = new Promise<void>((resolve) => {
      server.on("ended", ({ retransmissions }) => {
        repeats += retransmissions;
        if (++ended === clients) {
          resolve();
        }
      });
    });
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    // All ACKs of block 1 are sent when the last client has it, and the immediate runs before any of them is read.
    const step = (blocks: number): Promise<void> | undefined => {
      if (blocks === 1 && ++arrived === clients) {
        repeatsBefore = repeatsOf(server);
        setImmediate(block, INTERVAL_MS + LATE_MS);
        open();
      }
      return blocks === 1 ? gate : undefined;
    };
    for (let client = 0; client < clients; client++) {
      fetchFile("file", { port, step, intervalMs: NO_REPEATS_MS, requestIntervalMs: NO_REPEATS_MS }).catch(() => {});
    }
    await everyEnd;
    assert.equal(repeats, repeatsBefore, "nothing was sent again");
  });
}
