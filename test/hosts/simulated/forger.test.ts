/** Datagrams in the names of others, beside clients on a network that loses some: what they break, and what they bring. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type GetClient,
  MemoryStorage,
  type PutClient,
  readRequest,
  Simulation,
  writeRequest,
} from "lockstep-tftp/simulated";
import { contents } from "../../support/contents.js";
import { seedOr } from "../../support/seed.js";
import { Forger, type Impersonated, Victim } from "./forger.js";

const SEED = seedOr(12);
const RUNS = 20;
const VICTIMS = 6;
const LOSS_PERCENT = 5;
/** Blocks that a request and an ACK in a victim's name may bring it. */
const MAX_BLOCKS = 40;
const FIRST_PORT = 2000;
const FILES = { large: contents(40_000), small: contents(700) } as const;
const UPLOAD = contents(20_000);
const PATIENCE = { retryMs: 1000, maxRetries: 60 } as const;

interface Run {
  readonly simulation: Simulation;
  readonly storage: MemoryStorage;
  readonly gets: readonly GetClient[];
  readonly put: PutClient;
  readonly victims: readonly Victim[];
  readonly forger: Forger;
}

function run(seed: number, singlePort: boolean): Run {
  const storage = new MemoryStorage();
  for (const [name, content] of Object.entries(FILES)) {
    storage.set(name, content);
  }
  const network = { delayMs: 5, jitterMs: 1, lossPercent: LOSS_PERCENT };
  const simulation = new Simulation({ seed, storage, network, singlePort, maxTransfers: 64 });
  const get = (port: number, windowSize: number): GetClient =>
    simulation.get({ address: "192.168.4.20", port, name: "large", windowSize, ...PATIENCE });
  const gets = [get(FIRST_PORT, 1), get(FIRST_PORT + 1, 4)];
  const put = simulation.put({ address: "192.168.4.21", port: FIRST_PORT, name: "up", content: UPLOAD, ...PATIENCE });
  const clients: Impersonated[] = [
    ...gets.map((client, index) => ({
      client,
      port: FIRST_PORT + index,
      request: readRequest("large", ["windowsize", index === 0 ? "1" : "4"]),
    })),
    { client: put, port: FIRST_PORT, request: writeRequest("up", []) },
  ];
  /** Clients that take an ERROR from any port for the answer to their request are past it. */
  const underWay = (): Impersonated[] => {
    const ports = new Set<string>();
    simulation.server.engine.visitRunning(({ address, port, bytes }) => {
      if (bytes > 0) {
        ports.add(`${address} ${port}`);
      }
    });
    return clients.filter(({ client, port }) => !client.isOver && ports.has(`${client.address} ${port}`));
  };
  const areOver = () => clients.every(({ client }) => client.isOver);
  const victims = Array.from({ length: VICTIMS }, (_, index) =>
    simulation.add((world) => new Victim(world, { address: `198.51.100.${index + 1}`, port: FIRST_PORT })),
  );
  const forger = simulation.add(
    (world) =>
      new Forger(world, {
        address: "203.0.113.1",
        port: FIRST_PORT,
        names: Object.keys(FILES),
        victims,
        underWay,
        areOver,
        singlePort,
      }),
  );
  simulation.run();
  return { simulation, storage, gets, put, victims, forger };
}

for (const singlePort of [false, true]) {
  const ports = singlePort ? "a single port" : "a port for each transfer";
  test(`forged requests and ACKs, ${ports}: clients end whole, and a victim gets at most ${MAX_BLOCKS} blocks`, () => {
    let most = 0;
    for (let index = 0; index < RUNS; index++) {
      const seed = SEED + index;
      const { storage, gets, put, victims, forger } = run(seed, singlePort);
      assert.ok(forger.sent > 2 * VICTIMS, `seed ${seed}: ${forger.sent} forged datagrams`);
      for (const client of gets) {
        assert.equal(client.state, "completed", `seed ${seed}: ${client.reason}`);
        assert.deepEqual(client.content, FILES.large, `seed ${seed}`);
      }
      assert.equal(put.state, "completed", `seed ${seed}: ${put.reason}`);
      assert.deepEqual(storage.get("up"), UPLOAD, `seed ${seed}`);
      for (const { blocks, forged } of victims) {
        assert.equal(forged, 2, `seed ${seed}: datagrams in a victim's name`);
        assert.ok(blocks <= MAX_BLOCKS, `seed ${seed}: ${blocks} blocks came to a victim`);
        most = Math.max(most, blocks);
      }
    }
    assert.ok(most > 1, "an ACK was taken for a victim's");
  });
}
