/** The simulation with storages that answer later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  FAILED,
  NOT_FOUND,
  OUTCOME_COMPLETED,
  OUTCOME_STOPPED,
  type ReadableFile,
  type Refusal,
  type WritableFile,
} from "lockstep-tftp/engine";
import {
  equalBytes,
  type LaterStorage,
  type LaterWritableFile,
  MemoryStorage,
  SeededRandom,
  Simulation,
  SimulationFailure,
} from "lockstep-tftp/simulated";
import { seedOr } from "../../support/seed.js";

const FIRST_SEED = seedOr(1);
const SEEDS = 100;
const CONTENT = new SeededRandom(1).bytes(2000);
const CLIENT = { address: "192.168.4.2", port: 2000, name: "file" };

/** Has the files of a storage in memory, a turn of the event loop later, and counts. */
class LaterFiles {
  readonly memory = new MemoryStorage();
  readonly asked: string[] = [];
  openFiles = 0;

  constructor() {
    this.memory.set("file", CONTENT);
  }

  async openForReading(name: string): Promise<ReadableFile | Refusal> {
    this.asked.push(name);
    await pause(0);
    const file = this.memory.openForReading(name);
    if (typeof file === "number") {
      return file;
    }
    this.openFiles++;
    return {
      sizeBytes: file.sizeBytes,
      read: (target, position) => file.read(target, position),
      close: () => {
        this.openFiles--;
        file.close();
      },
    };
  }

  async openForWriting(name: string, sizeBytes: number): Promise<LaterWritableFile | Refusal> {
    this.asked.push(name);
    await pause(0);
    return completedLater(this.memory.openForWriting(name, sizeBytes));
  }
}

function completedLater(file: WritableFile | Refusal): LaterWritableFile | Refusal {
  return typeof file === "number"
    ? file
    : {
        write: (...block) => file.write(...block),
        commit: async () => {
          await pause(0);
          return file.commit();
        },
        close: () => file.close(),
      };
}

/** Opens uploads at once, and completes them later. */
function lateCommits(memory = new MemoryStorage()): LaterStorage {
  return {
    openForReading: () => NOT_FOUND,
    openForWriting: (name, sizeBytes) => completedLater(memory.openForWriting(name, sizeBytes)),
  };
}

async function blamed(simulation: Simulation, what: RegExp): Promise<void> {
  await assert.rejects(simulation.runAsync(), (error: unknown) => {
    assert.ok(error instanceof SimulationFailure);
    assert.match(error.what, what);
    assert.equal(error.culprit, "storage");
    return true;
  });
}

test("files of promises arrive whole over lossy links, and their requests reach the storage once while they wait", async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const random = new SeededRandom(seed);
    const storage = new LaterFiles();
    const simulation = new Simulation({
      storage,
      seed,
      network: {
        delayMs: random.pick([0.5, 20]),
        lossPercent: random.pick([0, 10]),
        duplicatePercent: random.pick([0, 10]),
      },
      answerDelayMs: random.pick([0, 10, 1500, 4000]),
      singlePort: random.chance(30),
      maxTransfers: 2,
    });
    const upload = new SeededRandom(seed).bytes(random.between(0, 1500));
    const phone = simulation.get({ ...CLIENT, maxRetries: 60, ...(random.chance(30) ? { restartsAfter: 1 } : {}) });
    const other = simulation.put({
      address: "192.168.4.3",
      port: 2000,
      name: "backup",
      content: upload,
      maxRetries: 60,
    });
    const third = simulation.get({ address: "192.168.4.4", port: 2000, name: "missing", maxRetries: 60 });
    await simulation.runAsync();
    assert.equal(phone.state, "completed", `seed ${seed}: ${phone.reason}`);
    assert.ok(equalBytes(phone.content, CONTENT), `seed ${seed}`);
    assert.equal(other.state, "completed", `seed ${seed}: ${other.reason}`);
    assert.ok(equalBytes(storage.memory.get("backup") as Uint8Array, upload), `seed ${seed}`);
    assert.equal(third.reason, "ERROR 1", `seed ${seed}`);
    assert.equal(storage.openFiles, 0, `seed ${seed}`);
  }
});

test("while the storage works, repeats are not passed on", async () => {
  const storage = new LaterFiles();
  const simulation = new Simulation({ storage, answerDelayMs: 5500 });
  const phone = simulation.get(CLIENT);
  await simulation.runAsync();
  assert.equal(phone.state, "completed");
  assert.deepEqual(storage.asked, ["file"]);
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_COMPLETED, 1]]);
});

test("a client that has gone before the answer costs no transfer and no message", async () => {
  const storage = new LaterFiles();
  const simulation = new Simulation({ storage, answerDelayMs: 15_000 });
  simulation.get({ ...CLIENT, maxRetries: 2 });
  await simulation.runAsync();
  assert.equal(simulation.server.started, 0);
  assert.deepEqual([storage.asked, storage.openFiles], [["file"], 0]);
});

test("a client that asks rarely gets the answer when it asks again", async () => {
  const storage = new LaterFiles();
  const simulation = new Simulation({ storage, answerDelayMs: 12_000 });
  const phone = simulation.get({ ...CLIENT, retryMs: 20_000 });
  await simulation.runAsync();
  assert.equal(phone.state, "completed");
  assert.deepEqual(storage.asked, ["file"]);
});

test("a storage that does not answer for 30 s has failed", async () => {
  const simulation = new Simulation({ storage: new LaterFiles(), answerDelayMs: 40_000 });
  simulation.get({ ...CLIENT, maxRetries: 60 });
  await blamed(simulation, /answering later threw .*it has not answered for 30 s/s);
});

test("an upload that the storage has not completed in 20 s has failed", async () => {
  const simulation = new Simulation({ storage: lateCommits(), answerDelayMs: 22_000 });
  simulation.put({ ...CLIENT, content: CONTENT, maxRetries: 60 });
  await blamed(simulation, /answering later threw .*the upload was not completed in 20 s/s);
});

test("a server that is stopped while the storage completes an upload ends it, and the answer changes nothing", async () => {
  const simulation = new Simulation({ storage: lateCommits(), answerDelayMs: 15_000 });
  const client = simulation.put({ ...CLIENT, content: CONTENT, maxRetries: 60 });
  simulation.at(5000, () => simulation.server.stop());
  await simulation.runAsync();
  assert.equal(client.reason, "ERROR 0");
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_STOPPED, 1]]);
});

test("an upload whose client has gone is completed all the same, if the storage is quick", async () => {
  const memory = new MemoryStorage();
  const simulation = new Simulation({ storage: lateCommits(memory), answerDelayMs: 15_000 });
  simulation.put({ ...CLIENT, content: CONTENT, maxRetries: 0 });
  await simulation.runAsync();
  assert.ok(equalBytes(memory.get(CLIENT.name) as Uint8Array, CONTENT));
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_COMPLETED, 1]]);
});

test("a storage is blamed for a rejection, and for a promise of something else", async () => {
  const simulations = [
    async () => Promise.reject(new Error("the database is gone")),
    async () => undefined as unknown as Refusal,
  ].map((openForReading) => new Simulation({ storage: { openForReading, openForWriting: () => FAILED } }));
  for (const [index, what] of [
    /threw .*the database is gone/s,
    /the promise of openForReading brought undefined/,
  ].entries()) {
    const simulation = simulations[index] as Simulation;
    simulation.get(CLIENT);
    await blamed(simulation, what);
  }
});

test("run does not wait for a promise, and says what does", () => {
  const storage = { openForReading: async () => NOT_FOUND, openForWriting: () => FAILED };
  const simulation = new Simulation({ storage });
  simulation.get(CLIENT);
  assert.throws(() => simulation.run(), { what: /returned a promise.*runAsync/, culprit: "storage" });
});

test("a server that is stopped forgets requests that wait, and closes their files", async () => {
  const storage = new LaterFiles();
  const simulation = new Simulation({ storage, answerDelayMs: 2000 });
  simulation.get(CLIENT);
  simulation.at(1000, () => simulation.server.stop());
  await simulation.runAsync();
  assert.deepEqual([simulation.server.started, storage.openFiles], [0, 0]);
});

test("the same seed gives the same run, however long the promises take", async () => {
  const logs = await Promise.all(
    [0, 5].map(async (realMs) => {
      const memory = new MemoryStorage();
      memory.set("file", CONTENT);
      const storage = {
        openForReading: (name: string) => pause(realMs).then(() => memory.openForReading(name)),
        openForWriting: () => FAILED,
      };
      const simulation = new Simulation({ storage, seed: 3, network: { lossPercent: 20 }, answerDelayMs: 700 });
      simulation.get({ ...CLIENT, maxRetries: 60 });
      await simulation.runAsync();
      return simulation.log;
    }),
  );
  assert.equal(logs[0], logs[1]);
});
