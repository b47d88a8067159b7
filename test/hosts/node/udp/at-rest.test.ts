/** An idle server does nothing: it starts no timer, and does not keep the event loop turning. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fetchFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Nothing may happen in this time. Ports rest for 2 s before they are closed. */
const QUIET_MS = 3000;
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 30_000;

test("a server starts no timers some seconds after its last download", async (t) => {
  const root = temporaryFolder(t);
  const content = seededBytes(1, 20_000);
  writeFileSync(path.join(root, "file"), content);
  const { server, port } = await serving(t, { root, busyPolling: true });
  const timers = [
    t.mock.method(globalThis, "setImmediate").mock,
    t.mock.method(globalThis, "setTimeout").mock,
    t.mock.method(globalThis, "setInterval").mock,
  ];
  const started = (): number => timers.reduce((sum, mock) => sum + mock.callCount(), 0);
  for (let download = 0; download < 3; download++) {
    assert.deepEqual((await fetchFile("file", { port })).content, content);
  }
  assert.ok(started() > 0, "while it served, it used timers");

  let quietMs = 0;
  let before = started();
  for (let waitedMs = 0; quietMs < QUIET_MS; waitedMs += LOOK_EVERY_MS) {
    assert.ok(waitedMs < PATIENCE_MS, `timers are still started: ${started()} so far`);
    await wait(LOOK_EVERY_MS);
    quietMs = started() === before ? quietMs + LOOK_EVERY_MS : 0;
    before = started();
  }
  assert.equal(server.running, 0);
});
