/**
 * The simulation blames a storage that breaks its contract, and reports the seed and the packets.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILED, type Observer, type ReadableFile, type Storage, type WritableFile } from "lockstep-tftp/engine";
import {
  CheckedStorage,
  type Culprit,
  equalBytes,
  MemoryStorage,
  SeededRandom,
  Simulation,
  SimulationFailure,
} from "lockstep-tftp/simulated";

const CONTENT = new SeededRandom(1).bytes(5000);
const CLIENT = { address: "192.168.4.2", port: 2000, name: "file" };

/** A storage of one file, with a change. */
function storageWith(change: Partial<ReadableFile & WritableFile>): Storage {
  const read = (target: Uint8Array, position: number): number => {
    const part = CONTENT.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
  const file = { sizeBytes: CONTENT.length, read, write: () => 0, commit: () => 0, close: () => {}, ...change };
  return { openForReading: () => file, openForWriting: () => file };
}

function assertBlamed(culprit: Culprit, simulation: Simulation, what: RegExp): void {
  assert.throws(
    () => simulation.run(),
    (error: unknown) => {
      assert.ok(error instanceof SimulationFailure);
      assert.match(error.what, what);
      assert.equal(error.culprit, culprit);
      assert.equal(error.seed, 77);
      assert.ok(error.message.includes(`Culprit: ${culprit}. Seed 77`), error.message);
      assert.match(error.message, /[RW]RQ "file" "octet"/);
      return true;
    },
  );
}

function assertStorageBlamed(storage: Storage, what: RegExp, isUpload = false): void {
  const simulation = new Simulation({ storage, seed: 77, network: { lossPercent: 30 } });
  if (isUpload) {
    simulation.put({ ...CLIENT, content: CONTENT });
  } else {
    simulation.get(CLIENT);
  }
  assertBlamed("storage", simulation, what);
}

function throws(): never {
  throw new Error("flash is on fire");
}

test("a storage that keeps its contract is not blamed", () => {
  const simulation = new Simulation({ storage: storageWith({}), network: { lossPercent: 30 } });
  const client = simulation.get(CLIENT);
  simulation.run();
  assert.ok(client.state === "completed" && equalBytes(client.content, CONTENT));
});

test("a storage is blamed for other bytes when a block is read again", () => {
  let reads = 0;
  const read = (target: Uint8Array): number => {
    target.fill(++reads);
    return target.length;
  };
  assertStorageBlamed(storageWith({ read }), /read of "file" gave other bytes at \d+ when they were read again/);
});

test("a storage is blamed for a wrong size", () => {
  assertStorageBlamed(storageWith({ sizeBytes: CONTENT.length + 1 }), /its size was announced as 5001/);
});

test("a storage is blamed for more bytes than the buffer holds", () => {
  assertStorageBlamed(storageWith({ read: () => 513 }), /gave 513 bytes for a buffer of 512/);
});

test("a storage is blamed for a refusal that stands for no error code", () => {
  assertStorageBlamed(storageWith({ read: () => -0.5 }), /refused with -0.5/);
});

for (const [call, isUpload] of [
  ["read", false],
  ["write", true],
  ["commit", true],
  ["close", true],
] as const) {
  test(`a storage is blamed for an exception in ${call}, not the engine`, () => {
    const storage = storageWith({ [call]: throws });
    assertStorageBlamed(
      storage,
      /^The storage broke its contract: [a-z]+ of "file" threw .*flash is on fire/s,
      isUpload,
    );
  });
}

test("a storage is blamed for an exception in openForReading and openForWriting, not the engine", () => {
  const storage: Storage = { openForReading: throws, openForWriting: throws };
  assertStorageBlamed(storage, /openForReading of "file" threw .*flash is on fire/s);
  assertStorageBlamed(storage, /openForWriting of "file" threw .*flash is on fire/s, true);
});

test("a storage is blamed for a result that is neither a file nor a refusal", () => {
  const forgetful = { openForReading: () => undefined } as unknown as Storage;
  assertStorageBlamed(forgetful, /openForReading of "file" gave undefined without a method read/);
  const halfDone = { openForWriting: () => ({ write: () => 0, close: () => {} }) } as unknown as Storage;
  assertStorageBlamed(halfDone, /openForWriting of "file" gave a value of type object without a method commit/, true);
});

test("a storage is blamed for a size that is no whole number", () => {
  assertStorageBlamed(storageWith({ sizeBytes: 0.5 }), /a file of 0.5 bytes/);
  assertStorageBlamed(storageWith({ sizeBytes: undefined as unknown as number }), /a file of undefined bytes/);
});

test("a storage is blamed for a write that returns the number of bytes", () => {
  assertStorageBlamed(
    storageWith({ write: (_source, _offset, length) => length }),
    /write of "file" refused with 512/,
    true,
  );
});

test("an observer is blamed for what it throws, not the engine", () => {
  const observer: Observer = { started: throws, progressed: () => {}, ended: () => {}, refused: () => {} };
  const simulation = new Simulation({ storage: storageWith({}), seed: 77, observer });
  simulation.get(CLIENT);
  assertBlamed("observer", simulation, /^The observer's started threw .*flash is on fire/s);
});

test("a storage that is checked without its contents is held to the rest of its contract", () => {
  const open = (change: Partial<ReadableFile>): ReadableFile =>
    new CheckedStorage(storageWith(change), false).openForReading("file", "") as ReadableFile;
  const block = new Uint8Array(512);
  const file = open({});
  assert.equal(file.read(block, 0), 512);
  assert.throws(() => file.read(block, 1024), /past what it had read before/);
  assert.throws(() => open({ sizeBytes: 300, read: () => 100 }).read(block, 0), /ended at 100, .*announced as 300/);
  assert.throws(() => open({ read: () => 513 }).read(block, 0), /gave 513 bytes/);
});

function put(faults: object, capacityBytes?: number) {
  const storage = new MemoryStorage(capacityBytes === undefined ? {} : { capacityBytes });
  storage.set("file", CONTENT);
  const simulation = new Simulation({ storage, faults });
  const client = simulation.put({ ...CLIENT, content: new Uint8Array(3000) });
  simulation.run();
  return { storage, client, simulation };
}

test("every fault of a storage ends an upload with an ERROR, and leaves the old file", () => {
  const all = [{ writeErrorPercent: 100 }, { writeFullPercent: 100 }, { commitErrorPercent: 100 }];
  const reasons = all.map((faults) => {
    const { storage, client } = put(faults);
    assert.deepEqual(storage.versions("file"), [CONTENT]);
    return client.reason;
  });
  assert.deepEqual(reasons, ["ERROR 0", "ERROR 3", "ERROR 0"]);
});

test("a full storage refuses an upload with ERROR 3", () => {
  const { storage, client } = put({}, CONTENT.length + 2000);
  assert.equal(client.reason, "ERROR 3");
  assert.deepEqual(storage.versions("file"), [CONTENT]);
});

test("a request to a busy storage gets no answer, and the client gives up", () => {
  assert.equal(put({ openBusyPercent: 100 }).client.state, "gave up");
});

test("a failed read ends the transfer with ERROR 0, and none of its bytes is sent", () => {
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

test("messages that arrive during a slow commit wait, and none is lost", () => {
  const { client, simulation } = put({ commitMs: 4500 });
  assert.equal(client.state, "completed");
  assert.ok(simulation.nowMs > 4500);
});
