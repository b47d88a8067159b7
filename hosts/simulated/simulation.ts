/**
 * A simulated world: a clock, a network, a server and its clients, all made from one seed.
 */

import { checkedObserver } from "./checks/checked-observer.js";
import { type Culprit, RuleViolation } from "./checks/violation.js";
import { type NetworkConditions, SimulatedNetwork } from "./network/network.js";
import { PacketLog } from "./network/packet-log.js";
import { SeededRandom } from "./network/seeded-random.js";
import { US_PER_MS, VirtualClock } from "./network/virtual-clock.js";
import { GetClient, type GetClientOptions } from "./peers/get-client.js";
import type { SimulatedPeer, SimulatedWorld } from "./peers/peer.js";
import { PutClient, type PutClientOptions } from "./peers/put-client.js";
import { SimulatedServer, type SimulatedServerOptions } from "./simulated-server.js";

export interface SimulationOptions extends SimulatedServerOptions {
  /** The same seed, options and calls give the same run, packet by packet. Default 1. */
  seed?: number;
  /** Conditions of the network. Default: half a millisecond each way, and no faults. */
  network?: NetworkConditions;
  /** Entries of the packet log that are kept, the latest. Default 400. */
  maxLogEntries?: number;
}

/** A run with more events than this is in an endless loop. */
const MAX_EVENTS = 50_000_000;

/**
 * Tests a storage, or anything else built on the engine, without a board and without a network:
 *
 * ```js
 * const simulation = new Simulation({ storage: new MyStorage(), seed: 7, network: { lossPercent: 5 } });
 * const phone = simulation.get({ address: "192.168.4.20", port: 2000, name: "SEP001122334455.cnf.xml" });
 * simulation.run();
 * assert.equal(phone.state, "completed");
 * ```
 *
 * While it runs, every message of the engine and every call between engine and storage is checked. The first one that
 * breaks a rule ends the run with a {@link SimulationFailure}, which names the culprit: the engine or the storage.
 */
export class Simulation {
  /** The seed of all random decisions. */
  readonly seed: number;
  /** Virtual time. */
  readonly clock = new VirtualClock();
  /** The network. Its conditions may be changed while the simulation runs. */
  readonly network: SimulatedNetwork;
  /** The machine that runs the engine. */
  readonly server: SimulatedServer;
  /** The clients, in the order in which they were added. */
  readonly peers: SimulatedPeer[] = [];
  private readonly random: SeededRandom;
  private events = 0;

  constructor(options: SimulationOptions) {
    this.seed = options.seed ?? 1;
    this.random = new SeededRandom(this.seed);
    const log = new PacketLog(options.maxLogEntries);
    this.network = new SimulatedNetwork(this.clock, this.random.fork(), options.network, log);
    const { observer } = options;
    const serverOptions = observer === undefined ? options : { ...options, observer: checkedObserver(observer) };
    this.server = new SimulatedServer(this.clock, this.network, this.random.fork(), serverOptions);
  }

  /** The packet log, as text. */
  get log(): string {
    return this.network.log.toString();
  }

  /** The present, in milliseconds of virtual time. */
  get nowMs(): number {
    return this.clock.nowUs / US_PER_MS;
  }

  /** Adds a client that downloads a file. */
  get(options: GetClientOptions): GetClient {
    return this.add((world) => new GetClient(world, options));
  }

  /** Adds a client that uploads a file. */
  put(options: PutClientOptions): PutClient {
    return this.add((world) => new PutClient(world, options));
  }

  /** Adds any other peer: one of the models, or one of your own. */
  add<Kind extends SimulatedPeer>(make: (world: SimulatedWorld) => Kind): Kind {
    const peer = make(this.world());
    this.peers.push(peer);
    return peer;
  }

  /** Makes the world that a peer is constructed with. */
  world(): SimulatedWorld {
    return {
      clock: this.clock,
      network: this.network,
      random: this.random.fork(),
      serverAddress: this.server.address,
      serverPort: this.server.port,
    };
  }

  /** Schedules an action, in milliseconds of virtual time. */
  at(timeMs: number, action: () => void): void {
    this.clock.at(timeMs * US_PER_MS, action);
  }

  /**
   * Runs until no event is left, or until `untilMs`.
   *
   * @throws SimulationFailure when a rule is broken, or the storage returns a promise.
   */
  run(untilMs = Number.POSITIVE_INFINITY): void {
    if (!this.runUnlessAwaiting(untilMs)) {
      throw this.failure(
        "The storage returned a promise, for which run does not wait; use await runAsync()",
        "storage",
      );
    }
  }

  /**
   * Runs as `run` does, with a storage that may answer later. Virtual time stands still until a promise has settled; its
   * answer arrives `answerDelayMs` later. A promise must not depend on virtual time.
   *
   * @throws SimulationFailure when a rule is broken.
   */
  async runAsync(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    while (!this.runUnlessAwaiting(untilMs)) {
      await this.server.settle();
    }
  }

  /** Returns false as soon as the storage has returned a promise. */
  private runUnlessAwaiting(untilMs: number): boolean {
    const untilUs = untilMs * US_PER_MS;
    try {
      while (!this.server.awaitsStorage && this.clock.nextAtUs <= untilUs && this.clock.step()) {
        if (++this.events > MAX_EVENTS) {
          throw new RuleViolation(`The run has not ended after ${MAX_EVENTS} events`, "unknown");
        }
      }
      if (!this.server.awaitsStorage && this.clock.nextAtUs === Number.POSITIVE_INFINITY) {
        this.server.checkAtRest();
      }
      return !this.server.awaitsStorage;
    } catch (error) {
      throw error instanceof RuleViolation ? this.failure(error.message, error.culprit) : error;
    }
  }

  /** Makes a failure that tells how to reproduce it. For checks of your own. */
  failure(what: string, culprit: Culprit = "unknown"): SimulationFailure {
    return new SimulationFailure(what, culprit, this.seed, this.nowMs, this.log);
  }
}

/** A rule was broken. The message has the culprit, the seed and the packet log. */
export class SimulationFailure extends Error {
  /** The name of its class, as every error has it. */
  override readonly name: string = "SimulationFailure";

  constructor(
    /** The broken rule, in words. */
    readonly what: string,
    /** The part that broke the rule: the engine, or the storage or observer under test. */
    readonly culprit: Culprit,
    /** The seed that reproduces it. */
    readonly seed: number,
    /** The moment, in milliseconds of virtual time. */
    readonly atMs: number,
    /** The last datagrams, one a line. */
    readonly packetLog: string,
  ) {
    super(`${what}\nCulprit: ${culprit}. Seed ${seed}, at ${atMs} ms. The packets:\n${packetLog}`);
  }
}
