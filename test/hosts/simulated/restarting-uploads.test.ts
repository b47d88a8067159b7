/**
 * Uploads of a client that begins its wait anew at whatever it receives, as tftp-hpa's `put` does, and that waits for longer than
 * the `timeout` it asked for: an ACK at every interval would keep it from ever repeating a lost block.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerOptions } from "lockstep-tftp/engine";
import { MemoryStorage, PutClient, Simulation } from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { loseOnce } from "./lose-once.js";

const BLOCKS = 6;
const CONTENT = contents(512 * (BLOCKS - 1) + 7);

class RestartingPutClient extends PutClient {
  protected override received(message: Uint8Array, address: string, port: number): void {
    super.received(message, address, port);
    if (!this.isOver) {
      this.wait(this.retryMs());
    }
  }
}

function upload(
  lostBlock: number,
  timeoutSeconds: number | undefined,
  clientWaitMs: number,
  patience: ServerOptions = {},
): RestartingPutClient {
  const storage = new MemoryStorage();
  const simulation = new Simulation({ storage, ...patience });
  const isLost = loseOnce(simulation, lostBlock);
  const client = simulation.add(
    (world) =>
      new RestartingPutClient(world, {
        address: "192.168.4.2",
        port: 2000,
        name: "file",
        content: CONTENT,
        retryMs: clientWaitMs,
        ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      }),
  );
  simulation.run();
  assert.ok(isLost());
  assert.deepEqual(storage.get("file"), client.state === "completed" ? CONTENT : undefined);
  return client;
}

/** Agreed interval in seconds, and the wait of the client. */
const WAITS: readonly (readonly [number | undefined, number])[] = [
  [undefined, 5000],
  [1, 1500],
  [1, 5000],
  [2, 4000],
  [3, 5000],
  [5, 10_000],
  // The longest for which the patience before a second answer suffices.
  [6, 12_000],
];

for (const [timeoutSeconds, clientWaitMs] of WAITS) {
  const agreed = timeoutSeconds === undefined ? "without a timeout" : `with a timeout of ${timeoutSeconds} s`;
  test(`an upload ${agreed} completes, whichever block is lost, at a client that waits for ${clientWaitMs} ms`, () => {
    for (let lost = 1; lost <= BLOCKS; lost++) {
      assert.equal(upload(lost, timeoutSeconds, clientWaitMs).state, "completed", `block ${lost} was lost`);
    }
  });
}

test("an upload with a timeout of 7 s is given up, as docs/protocol.md says, or survives with more patience", () => {
  assert.equal(upload(1, 7, 14_000).state, "gave up");
  assert.equal(upload(1, 7, 14_000, { giveUpMs: 29_000 }).state, "completed");
});

test("an upload with a timeout of 12 s survives the silence after its second block", () => {
  for (let lost = 3; lost <= BLOCKS; lost++) {
    assert.equal(upload(lost, 12, 24_000).state, "completed", `block ${lost} was lost`);
  }
});
