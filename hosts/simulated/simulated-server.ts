/**
 * A machine on the simulated network that runs the engine: a whole host over `hosts/common`, in virtual time. Its engine is
 * watched ({@link WatchedEngine}).
 */
import { type Observer, type Outcome, type Server, type ServerOptions, TFTP_PORT } from "../../src/index.js";
import { AnsweredStorage } from "../common/later/answered-storage.js";
import { HeldRequests } from "../common/later/held-requests.js";
import type { LaterStorage } from "../common/later/later-storage.js";
import { PacedTransfers } from "../common/later/paced-transfers.js";
import { Loop } from "../common/loop.js";
import { violated, violationOf } from "./checks/violation.js";
import { WatchedEngine } from "./checks/watched-engine.js";
import { MachineClock } from "./network/machine-clock.js";
import { MachineSockets } from "./network/machine-sockets.js";
import type { SimulatedNetwork } from "./network/network.js";
import type { SeededRandom } from "./network/seeded-random.js";
import { US_PER_MS, type VirtualClock } from "./network/virtual-clock.js";
import { FaultyStorage, type StorageFaults } from "./storage/faulty-storage.js";
import { PromisedAnswers } from "./storage/promised-answers.js";

/** Options of the engine and of the simulated machine. */
export interface SimulatedServerOptions extends ServerOptions {
  /** The storage under test, or a `MemoryStorage`. If it returns promises, run the simulation with `runAsync`. */
  storage: LaterStorage;
  /** Time from a request until a promise of the storage is taken to settle, in milliseconds of virtual time. Default 0. */
  answerDelayMs?: number;
  /** Faults between engine and storage. */
  faults?: StorageFaults;
  /** Receives the engine's reports. */
  observer?: Observer;
  /** Default "192.168.4.1", the address of a board that is an access point. */
  address?: string;
  /** The listening port. Default 69. */
  port?: number;
}

export const SERVER_ADDRESS = "192.168.4.1";

/** A machine on the simulated network that runs the engine, watched. */
export class SimulatedServer {
  /** The machine's address. */
  readonly address: string;
  /** The listening port. */
  readonly port: number;

  private readonly machine: MachineClock;
  private readonly watched: WatchedEngine;
  private readonly loop: Loop<WatchedEngine>;
  private readonly promised: PromisedAnswers;
  private readonly held: HeldRequests;

  constructor(
    private readonly clock: VirtualClock,
    private readonly network: SimulatedNetwork,
    random: SeededRandom,
    options: SimulatedServerOptions,
  ) {
    this.address = options.address ?? SERVER_ADDRESS;
    this.port = options.port ?? TFTP_PORT;
    this.machine = new MachineClock(clock);
    const { faults, observer } = options;
    const stall = (durationMs: number): void => this.stall(durationMs);
    this.promised = new PromisedAnswers((answer) => this.after(options.answerDelayMs ?? 0, answer));
    this.held = this.heldRequests();
    const answered = new AnsweredStorage(options.storage, this.held, { refuse: brokenPromise });
    const storage = faults === undefined ? answered : new FaultyStorage(answered, faults, random, stall);
    const sockets = new MachineSockets(this.machine, network, this.address, this.port);
    const note = (line: string): void => this.note(line);
    const paced = this.pacedTransfers();
    this.watched = new WatchedEngine(sockets, storage, options, observer, note, this.held, paced);
    const timer = this.machine.timer(() => this.loop.wake());
    this.loop = new Loop(this.watched, timer, sockets, { failed });
    sockets.listen(this.loop);
  }

  /** The engine under test. */
  get engine(): Server {
    return this.watched.server;
  }

  /** Number of accepted transfers. */
  get started(): number {
    return this.watched.startedCount;
  }

  /** Number of transfers that ended with each outcome. */
  get outcomes(): ReadonlyMap<Outcome, number> {
    return this.watched.outcomes;
  }

  /** Messages sent again, over all transfers that ended. */
  get retransmissions(): number {
    return this.watched.retransmissions;
  }

  /** The machine's time, as the engine gets it: whole milliseconds. */
  get nowMs(): number {
    return this.machine.nowMs;
  }

  /** The machine's clock jumps, forwards or (negative) backwards. Its timers run on as they were set. */
  jumpClock(byMs: number): void {
    this.note(`the server's clock jumps by ${byMs} ms`);
    this.machine.jump(byMs);
    if (byMs < 0) {
      this.watched.clockWentBack(-byMs);
    }
  }

  /** The machine stands still: datagrams that arrive meanwhile wait, and messages leave afterwards. */
  stall(durationMs: number): void {
    this.machine.stall(durationMs);
  }

  /** Whether the storage has returned promises, for which `settle` waits. */
  get awaitsStorage(): boolean {
    return this.promised.areAwaited;
  }

  /** Waits for the promises of the storage, while virtual time stands still. */
  settle(): Promise<void> {
    return this.promised.settle();
  }

  /** Stops the server, as an orderly shutdown does. */
  stop(): void {
    this.note("the server is stopped");
    this.held.close();
    this.loop.close();
  }

  /** At the end of a simulation nothing may be left. */
  checkAtRest(): void {
    this.watched.checkAtRest();
    if (this.held.size > 0) {
      violated(`At the end ${this.held.size} requests wait for the storage`);
    }
  }

  private heldRequests(): HeldRequests {
    return new HeldRequests({
      request: (packet, length, listener, address, port) => this.loop.request(packet, length, listener, address, port),
      now: () => this.nowMs,
      lookAfter: (delayMs, look) => this.after(delayMs, look),
      whenSettled: (promise, settled) => this.promised.add(promise, settled),
      resumeCommits: () => this.loop.runLater((now) => this.watched.resumeCommits(now)),
    });
  }

  private pacedTransfers(): PacedTransfers {
    return new PacedTransfers({
      request: (...datagram) => this.machine.whenFree(() => this.loop.request(...datagram)),
      receive: (...datagram) => this.machine.whenFree(() => this.loop.receive(...datagram)),
      now: () => this.nowMs,
      lookAfter: (delayMs, look) => this.after(delayMs, look),
    });
  }

  private after(delayMs: number, action: () => void): void {
    this.clock.after(delayMs * US_PER_MS, () => this.machine.whenFree(action));
  }

  private note(line: string): void {
    this.network.log.note(this.clock.nowUs, line);
  }
}

/** A promise of the storage was rejected, or brought neither a file nor a refusal; or a file threw when it was closed. */
function brokenPromise(error: unknown): never {
  throw violationOf("storage", "The storage broke its contract: answering later", error);
}

/** A broken rule, or an exception of the engine, ends the run. */
function failed(error: unknown): never {
  throw error;
}
