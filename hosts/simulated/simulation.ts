/**
 * A whole simulated world: a clock, a network, a server and its clients, all from one seed.
 */

import { RuleViolation } from "./checks/violation.js";
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
  /** What the network does to datagrams. Default: half a millisecond each way, and nothing bad. */
  network?: NetworkConditions;
  /** How many entries of the packet log are kept. Default 400. */
  maxLogEntries?: number;
}

/** More events than this are no simulation of anything: something goes round in circles. */
const MAX_EVENTS = 50_000_000;

/**
 * Tests a storage, and what is built upon the engine, without a board and without a network:
 *
 * ```js
 * const simulation = new Simulation({ storage: new MyStorage(), seed: 7, network: { lossPercent: 5 } });
 * const phone = simulation.get({ address: "192.168.4.20", port: 2000, name: "SEP001122334455.cnf.xml" });
 * simulation.run();
 * assert.equal(phone.state, "completed");
 * ```
 *
 * While it runs, everything that the engine sends and every call between engine and storage is checked; what must not
 * be ends the run with a {@link SimulationFailure}.
 */
export class Simulation {
  /** What chance is made from. */
  readonly seed: number;
  /** Virtual time. */
  readonly clock = new VirtualClock();
  /** What carries the datagrams. Its conditions may be changed while the simulation runs. */
  readonly network: SimulatedNetwork;
  /** The machine that runs the engine. */
  readonly server: SimulatedServer;
  /** Everybody else, in the order in which they were added. */
  readonly peers: SimulatedPeer[] = [];
  private readonly random: SeededRandom;
  private events = 0;

  constructor(options: SimulationOptions) {
    this.seed = options.seed ?? 1;
    this.random = new SeededRandom(this.seed);
    const log = new PacketLog(options.maxLogEntries);
    this.network = new SimulatedNetwork(this.clock, this.random.fork(), options.network, log);
    this.server = new SimulatedServer(this.clock, this.network, this.random.fork(), options);
  }

  /** The packet log, as text. */
  get log(): string {
    return this.network.log.toString();
  }

  /** Virtual time since the beginning, in milliseconds. */
  get nowMs(): number {
    return this.clock.nowUs / US_PER_MS;
  }

  /** A client that fetches. */
  get(options: GetClientOptions): GetClient {
    return this.add((world) => new GetClient(world, options));
  }

  /** A client that puts. */
  put(options: PutClientOptions): PutClient {
    return this.add((world) => new PutClient(world, options));
  }

  /** Any other peer: one of the models, or one of your own. */
  add<Kind extends SimulatedPeer>(make: (world: SimulatedWorld) => Kind): Kind {
    const peer = make(this.world());
    this.peers.push(peer);
    return peer;
  }

  /** What a peer is given to live in. */
  world(): SimulatedWorld {
    return {
      clock: this.clock,
      network: this.network,
      random: this.random.fork(),
      serverAddress: this.server.address,
      serverPort: this.server.port,
    };
  }

  /** Lets `action` happen at a time, in milliseconds since the beginning. */
  at(timeMs: number, action: () => void): void {
    this.clock.at(timeMs * US_PER_MS, action);
  }

  /**
   * Runs until nothing is left to happen, or until `untilMs`.
   *
   * @throws SimulationFailure when something happened that must not.
   */
  run(untilMs = Number.POSITIVE_INFINITY): void {
    const untilUs = untilMs * US_PER_MS;
    try {
      while (this.clock.nextAtUs <= untilUs && this.clock.step()) {
        if (++this.events > MAX_EVENTS) {
          throw new RuleViolation(`After ${MAX_EVENTS} events there is still no end`);
        }
      }
      if (this.clock.nextAtUs === Number.POSITIVE_INFINITY) {
        this.server.checkAtRest();
      }
    } catch (error) {
      throw error instanceof RuleViolation ? this.failure(error.message) : error;
    }
  }

  /** A failure that tells how to see it again. For checks of your own. */
  failure(what: string): SimulationFailure {
    return new SimulationFailure(what, this.seed, this.nowMs, this.log);
  }
}

/** Something happened that must not. The message has the seed and the packet log. */
export class SimulationFailure extends Error {
  /** The name of its class, as every error has it. */
  override readonly name: string = "SimulationFailure";

  constructor(
    /** What happened, without the rest. */
    readonly what: string,
    /** The seed that shows it again. */
    readonly seed: number,
    /** When, in milliseconds of virtual time. */
    readonly atMs: number,
    /** The last datagrams, one a line. */
    readonly packetLog: string,
  ) {
    super(`${what}\nSeed ${seed}, at ${atMs} ms. The packets:\n${packetLog}`);
  }
}
