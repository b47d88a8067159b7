/** Files of more than 65,535 blocks: block 65535 is followed by block 0. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  encodeNetascii,
  equalBytes,
  MemoryStorage,
  SeededRandom,
  Simulation,
  type TransferMode,
} from "lockstep-tftp/simulated";

const BLOCK_SIZE_BYTES = 8;
/** The last block is block 65,540, which has number 4. */
const FILE_BYTES = 65_539 * BLOCK_SIZE_BYTES + 3;
const NETWORK = { delayMs: 0.2, lossPercent: 1, duplicatePercent: 1, reorderPercent: 1, reorderDelayMs: 1 };
const ADDRESS = "192.168.4.2";
const CONTENT = new SeededRandom(3).bytes(FILE_BYTES);

/** A patient client, since the network may lose its last messages. */
const CLIENT = {
  address: ADDRESS,
  port: 2000,
  name: "file",
  blockSizeBytes: BLOCK_SIZE_BYTES,
  retryMs: 100,
  maxRetries: 50,
};

for (const windowSize of [1, 7, 16]) {
  for (const mode of ["octet", "netascii"] as const satisfies readonly TransferMode[]) {
    test(`a download in ${mode} with window ${windowSize} goes past block 65535`, () => {
      const storage = new MemoryStorage();
      storage.set("file", CONTENT);
      const simulation = new Simulation({ storage, network: NETWORK, seed: windowSize });
      const client = simulation.get({ ...CLIENT, windowSize, mode });
      simulation.run();
      assert.equal(client.state, "completed");
      assert.ok(equalBytes(client.content, CONTENT));
    });

    test(`an upload in ${mode} with window ${windowSize} goes past block 65535`, () => {
      const storage = new MemoryStorage();
      const simulation = new Simulation({ storage, network: NETWORK, seed: windowSize });
      const client = simulation.put({ ...CLIENT, windowSize, mode, content: CONTENT });
      simulation.run();
      assert.equal(client.state, "completed");
      assert.ok(equalBytes(storage.get("file") ?? new Uint8Array(), CONTENT));
    });
  }
}

test("the file past block 65535 is longer in netascii, so that its blocks differ from those of octet", () => {
  assert.ok(encodeNetascii(CONTENT).length > CONTENT.length);
});
