/** Files that are sent while they still grow, over the simulated network. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FAILED,
  OUTCOME_COMPLETED,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
  type ReadableFile,
} from "lockstep-tftp/engine";
import {
  acknowledgement,
  equalBytes,
  GetClient,
  numberOf,
  type OptionTexts,
  readRequest,
  SeededRandom,
  Simulation,
  type SimulationOptions,
} from "lockstep-tftp/simulated";
import { seedOr } from "../../support/seed.js";
import { RawPeer } from "./raw-peer.js";

const FIRST_SEED = seedOr(1);
const SEEDS = 150;
const CLIENT = { address: "192.168.4.2", port: 2000, name: "file", maxRetries: 60 };
const CONTENT = new SeededRandom(1).bytes(20_000);

interface Growth {
  /** Bytes that are there when the file is opened first. */
  readonly firstBytes?: number;
  /** Bytes that come at once, and the time between two of these steps. */
  readonly stepBytes: number;
  readonly everyMs: number;
  /** Bytes after which nothing comes any more. */
  readonly stopsAt?: number;
  /** Bytes after which it turns out that the rest will not come. */
  readonly failsAt?: number;
}

/** Has one file, which grows from the first request on. */
class GrowingFiles {
  openFiles = 0;
  readonly stalls: number[] = [];
  private hasFailed = false;
  private grownBytes = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly content: Uint8Array,
    private readonly growth: Growth,
    private readonly after: (delayMs: number, action: () => void) => void,
  ) {}

  openForReading(): ReadableFile {
    if (this.grownBytes === 0) {
      this.grow(this.growth.firstBytes ?? 512);
    }
    this.openFiles++;
    const file = {
      sizeBytes: this.content.length,
      readyBytes: () => (this.hasFailed ? this.content.length : this.grownBytes),
      onGrowth() {},
      stall: (seconds: number) => {
        this.stalls.push(seconds);
        this.hasFailed = true;
      },
      read: (target: Uint8Array, position: number) => this.read(target, position),
      close: () => {
        this.openFiles--;
        this.listeners.delete(grew);
      },
    };
    const grew = (): void => file.onGrowth();
    this.listeners.add(grew);
    return Object.defineProperty(file, "readyBytes", { get: file.readyBytes });
  }

  openForWriting(): number {
    return FAILED;
  }

  private read(target: Uint8Array, position: number): number {
    const part = this.content.subarray(position, position + target.length);
    if (this.hasFailed) {
      return FAILED;
    }
    assert.ok(position + part.length <= this.grownBytes, `read at ${position} of ${this.grownBytes} bytes`);
    target.set(part);
    return part.length;
  }

  private grow(bytes: number): void {
    const { stepBytes, everyMs, stopsAt = this.content.length, failsAt = Number.POSITIVE_INFINITY } = this.growth;
    this.grownBytes = Math.min(this.grownBytes + bytes, stopsAt);
    this.hasFailed = this.grownBytes >= failsAt;
    for (const grew of this.listeners) {
      grew();
    }
    if (this.grownBytes < stopsAt && !this.hasFailed) {
      this.after(everyMs, () => this.grow(stepBytes));
    }
  }
}

class Quitter extends GetClient {
  quit(): void {
    this.breakOff(0, "enough");
  }
}

function simulate(
  growth: Growth,
  { content = CONTENT, ...options }: Partial<SimulationOptions> & { content?: Uint8Array } = {},
): { files: GrowingFiles; simulation: Simulation } {
  const files = new GrowingFiles(content, growth, (delayMs, action) =>
    simulation.at(simulation.nowMs + delayMs, action),
  );
  const simulation = new Simulation({ ...options, storage: files });
  return { files, simulation };
}

test("growing files arrive whole over lossy links, in windows, in netascii, and on a single port", () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const random = new SeededRandom(seed);
    const content = random.bytes(random.between(0, 30_000));
    const { files, simulation } = simulate(
      {
        firstBytes: random.pick([512, 8192]),
        stepBytes: random.pick([100, 512, 5000]),
        everyMs: random.pick([1, 20, 300]),
      },
      {
        content,
        seed,
        network: {
          delayMs: random.pick([0.5, 20]),
          lossPercent: random.pick([0, 5]),
          duplicatePercent: random.pick([0, 5]),
        },
        singlePort: random.chance(30),
      },
    );
    const clients = [2, 3, 4].map((host) =>
      simulation.get({
        ...CLIENT,
        address: `192.168.4.${host}`,
        startMs: random.between(0, 2000),
        mode: random.chance(20) ? "netascii" : "octet",
        tellsSize: random.chance(50),
        ...(random.chance(40) ? { windowSize: random.pick([2, 4, 16]) } : {}),
        ...(random.chance(40) ? { blockSizeBytes: random.pick([8, 100, 512]) } : {}),
      }),
    );
    simulation.run();
    for (const client of clients) {
      assert.equal(client.state, "completed", `seed ${seed}: ${client.reason}`);
      assert.ok(equalBytes(client.content, content), `seed ${seed}`);
    }
    assert.equal(files.openFiles, 0);
  }
});

for (const [title, options, windowSize] of [
  ["a client in lock-step", {}, 1],
  ["a client with windows", {}, 8],
  ["a client of a single port", { singlePort: true }, 4],
] as const) {
  test(`${title} gets blocks as they come, and the last one at once`, () => {
    const everyMs = 100;
    const { simulation } = simulate({ firstBytes: 4096, stepBytes: 4096, everyMs }, options);
    const client = simulation.get({ ...CLIENT, windowSize });
    const steps = Math.ceil(CONTENT.length / 4096);
    simulation.run((steps - 1.5) * everyMs);
    assert.ok(client.content.length >= 4096 * (steps - 2), String(client.content.length));
    simulation.run();
    assert.equal(client.state, "completed");
    assert.ok(client.endedAtMs < steps * everyMs, String(client.endedAtMs));
    assert.equal(simulation.server.retransmissions, 0);
  });
}

test("a file that fails in the middle is an ERROR for each of its clients, at once and not at its end", () => {
  const { files, simulation } = simulate({ stepBytes: 1000, everyMs: 10, failsAt: 12_000 });
  const clients = [2, 3].map((host) => simulation.get({ ...CLIENT, address: `192.168.4.${host}`, startMs: host }));
  simulation.run();
  for (const client of clients) {
    assert.equal(client.reason, "ERROR 0");
    assert.ok(client.endedAtMs < 200);
  }
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_STORAGE_FAILED, 2]]);
  assert.equal(files.openFiles, 0);
});

test("a file that stands still is an ERROR before the engine gives up", () => {
  for (const [giveUpMs, seconds] of [
    [25_000, 15],
    [2000, 1.2],
  ] as const) {
    const { files, simulation } = simulate({ stepBytes: 1000, everyMs: 10, stopsAt: 12_000 }, { giveUpMs });
    const client = simulation.get(CLIENT);
    simulation.run();
    assert.equal(client.reason, "ERROR 0");
    assert.deepEqual(files.stalls, [seconds]);
    assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_STORAGE_FAILED, 1]]);
  }
});

test("a file that pauses for 10 s is waited for", () => {
  const { simulation } = simulate({ firstBytes: 10_000, stepBytes: 10_000, everyMs: 10_000 });
  const client = simulation.get(CLIENT);
  simulation.run();
  assert.equal(client.state, "completed");
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_COMPLETED, 1]]);
});

test("a client that goes away while its ACK is held ends as any other", () => {
  const { files, simulation } = simulate({ firstBytes: 8192, stepBytes: 5000, everyMs: 2000 });
  const client = simulation.get({ ...CLIENT, vanishesAfter: 16 });
  simulation.run();
  assert.equal(client.state, "vanished");
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_TIMED_OUT, 1]]);
  assert.deepEqual([files.openFiles, files.stalls], [0, []]);
});

test("an ERROR of the client is not held", () => {
  const { files, simulation } = simulate({ stepBytes: 1, everyMs: 5000, stopsAt: 600 });
  const client = simulation.add((world) => new Quitter(world, CLIENT));
  simulation.at(100, () => client.quit());
  simulation.run(1000);
  assert.equal(files.openFiles, 0);
});

/** A peer that asks for the file at 0 ms. */
function ask(simulation: Simulation, options: OptionTexts = []): RawPeer {
  const peer = simulation.add((world) => new RawPeer(world, CLIENT));
  simulation.at(0, () => peer.request(readRequest("file", options)));
  return peer;
}

test("of several ACKs that are held the furthest counts, once", () => {
  const { simulation } = simulate({ firstBytes: 2048, stepBytes: 2048, everyMs: 100 });
  const peer = ask(simulation, ["windowsize", "4"]);
  simulation.at(10, () => peer.say(acknowledgement(0)));
  for (const [index, number] of [2, 4, 3, 4].entries()) {
    simulation.at(20 + index, () => peer.say(acknowledgement(number)));
  }
  simulation.run(150);
  const blocks = peer.heard.slice(1).map(({ message }) => numberOf(message));
  assert.deepEqual(blocks, [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("an ACK that is held does not decide which of two transfers a client wants", () => {
  const { simulation } = simulate({ firstBytes: 1024, stepBytes: 512, everyMs: 200 });
  const peer = ask(simulation);
  simulation.at(10, () => peer.say(acknowledgement(1)));
  simulation.at(20, () => peer.say(acknowledgement(2)));
  simulation.at(100, () => peer.request(readRequest("file")));
  simulation.at(410, () => peer.say(acknowledgement(1)));
  simulation.run(450);
  assert.deepEqual([...simulation.server.outcomes], [[OUTCOME_SUPERSEDED, 1]]);
  const [first, ...others] = peer.heard;
  assert.deepEqual(
    others.filter(({ port }) => port !== first?.port).map(({ message }) => numberOf(message)),
    [1, 2],
  );
});
