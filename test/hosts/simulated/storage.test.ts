/**
 * A storage that breaks its contract is found, and told with the seed and the packets.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILED, type ReadableFile, type Storage, type WritableFile } from "lockstep-tftp/engine";
import { equalBytes, MemoryStorage, SeededRandom, Simulation, SimulationFailure } from "lockstep-tftp/simulated";

const CONTENT = new SeededRandom(1).bytes(5000);
const CLIENT = { address: "192.168.4.2", port: 2000, name: "file" };

/** A storage of one file, in which a test changes something. */
function storageWith(change: Partial<ReadableFile & WritableFile>): Storage {
  const read = (target: Uint8Array, position: number): number => {
    const part = CONTENT.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
  const file = { sizeBytes: CONTENT.length, read, write: () => 0, commit: () => 0, close: () => {}, ...change };
  return { openForReading: () => file, openForWriting: () => file };
}

function assertFound(storage: Storage, what: RegExp): void {
  const simulation = new Simulation({ storage, seed: 77, network: { lossPercent: 30 } });
  simulation.get(CLIENT);
  assert.throws(
    () => simulation.run(),
    (error: unknown) =>
      error instanceof SimulationFailure &&
      what.test(error.what) &&
      error.seed === 77 &&
      error.message.includes("Seed 77") &&
      error.message.includes('RRQ "file" "octet"'),
  );
}

test("a storage that keeps its contract is not complained of", () => {
  const simulation = new Simulation({ storage: storageWith({}), network: { lossPercent: 30 } });
  const client = simulation.get(CLIENT);
  simulation.run();
  assert.ok(client.state === "completed" && equalBytes(client.content, CONTENT));
});

test("other bytes when a block is read again are found", () => {
  let reads = 0;
  const read = (target: Uint8Array): number => {
    target.fill(++reads);
    return target.length;
  };
  assertFound(storageWith({ read }), /other bytes .* when read again/);
});

test("a size that is not true is found", () => {
  assertFound(storageWith({ sizeBytes: CONTENT.length + 1 }), /had said that its size is 5001/);
});

test("more bytes than the buffer holds are found", () => {
  assertFound(storageWith({ read: () => 513 }), /read 513 bytes .* into a buffer of 512/);
});

test("a refusal that is no error code's complement is found", () => {
  assertFound(storageWith({ read: () => -0.5 }), /refused with -0.5/);
});

test("a storage that throws is found", () => {
  const read = (): number => {
    throw new Error("flash is on fire");
  };
  assertFound(storageWith({ read }), /The engine threw .*flash is on fire/s);
});

function put(faults: object, capacityBytes?: number) {
  const storage = new MemoryStorage(capacityBytes === undefined ? {} : { capacityBytes });
  storage.set("file", CONTENT);
  const simulation = new Simulation({ storage, faults });
  const client = simulation.put({ ...CLIENT, content: new Uint8Array(3000) });
  simulation.run();
  return { storage, client, simulation };
}

test("every fault of a storage ends an upload with a reason, and leaves the old file", () => {
  const all = [{ writeErrorPercent: 100 }, { writeFullPercent: 100 }, { commitErrorPercent: 100 }];
  const reasons = all.map((faults) => {
    const { storage, client } = put(faults);
    assert.deepEqual(storage.versions("file"), [CONTENT]);
    return client.reason;
  });
  assert.deepEqual(reasons, ["ERROR 0", "ERROR 3", "ERROR 0"]);
});

test("a storage that is full refuses with ERROR 3", () => {
  const { storage, client } = put({}, CONTENT.length + 2000);
  assert.equal(client.reason, "ERROR 3");
  assert.deepEqual(storage.versions("file"), [CONTENT]);
});

test("a storage that is busy for the moment gets no answer, and the client gives up", () => {
  assert.equal(put({ openBusyPercent: 100 }).client.state, "gave up");
});

test("a read that fails is told as ERROR 0, and not a byte of it is sent", () => {
  let reads = 0;
  const read = (target: Uint8Array): number => {
    target.fill(0xaa);
    return ++reads > 3 ? FAILED : target.length;
  };
  const simulation = new Simulation({ storage: storageWith({ read }) });
  const client = simulation.get(CLIENT);
  simulation.run();
  assert.equal(client.reason, "ERROR 0");
  assert.equal(client.content.length, 3 * 512);
});

test("while a slow commit holds the machine, messages wait, and none is lost", () => {
  const { client, simulation } = put({ commitMs: 4500 });
  assert.equal(client.state, "completed");
  assert.ok(simulation.nowMs > 4500);
});
