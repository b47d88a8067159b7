/**
 * Somebody else on the simulated network: has an address and a port, and talks to the server.
 */
import type { SimulatedNetwork } from "../network/network.js";
import type { SeededRandom } from "../network/seeded-random.js";
import { US_PER_MS, type VirtualClock, VirtualTimer } from "../network/virtual-clock.js";

/** Where a peer lives. */
export interface SimulatedWorld {
  /** The time that everybody shares. */
  readonly clock: VirtualClock;
  /** The way to the server. */
  readonly network: SimulatedNetwork;
  /** The peer's own generator. */
  readonly random: SeededRandom;
  /** Where the server listens. */
  readonly serverAddress: string;
  /** The port on which the server listens. */
  readonly serverPort: number;
}

/** How it went, from the peer's side. */
export type PeerState =
  /** It is at it. */
  | "running"
  /** It has what it wanted. */
  | "completed"
  /** The server sent an ERROR. */
  | "refused"
  /** The server did not answer any more. */
  | "gave up"
  /** The peer did not like the answer, or broke off on purpose. */
  | "broke off"
  /** It is gone, without a word. */
  | "vanished";

/** Where a peer is, and when it begins. */
export interface SimulatedPeerOptions {
  /** The peer's address. Several peers may share one. */
  address: string;
  /** The peer's port. */
  port: number;
  /** When it begins, in milliseconds. Default 0. */
  startMs?: number;
}

/** Somebody on the simulated network. A model of your own extends this, or a client. */
export abstract class SimulatedPeer {
  /** How it stands, or how it ended. */
  state: PeerState = "running";
  /** What it has to say about its end. */
  reason = "";
  /** When it ended, in milliseconds since the simulation began; -1 while it runs. */
  endedAtMs = -1;
  /** The peer's address. */
  readonly address: string;

  /** The peer's port now. */
  protected port: number;
  /** The alarm that `wait` sets. */
  protected readonly timer: VirtualTimer;
  private isBound = false;

  constructor(
    /** Where it lives. */
    protected readonly world: SimulatedWorld,
    options: SimulatedPeerOptions,
  ) {
    this.address = options.address;
    this.port = options.port;
    this.timer = new VirtualTimer(world.clock, () => this.timedOut());
    world.clock.at((options.startMs ?? 0) * US_PER_MS, () => {
      this.bind(this.port);
      this.begin();
    });
  }

  /** Whether it has ended, well or not. */
  get isOver(): boolean {
    return this.state !== "running";
  }

  /** It is gone, without a word: nothing that is sent to it arrives. */
  vanish(): void {
    this.over("vanished", "");
    this.unbind();
  }

  /** Sends the first message. */
  protected abstract begin(): void;
  /** Takes a message. */
  protected abstract received(message: Uint8Array, address: string, port: number): void;
  /** The alarm that `wait` set. */
  protected abstract timedOut(): void;

  /** Takes a port, and lets go of the one it had. Somebody else may have it: then nothing arrives. */
  protected bind(port: number): void {
    this.unbind();
    this.port = port;
    this.isBound = this.world.network.bind(this.address, port, (message, address, from) =>
      this.received(message, address, from),
    );
  }

  /** Lets go of the port: what is sent there from now on is lost. */
  protected unbind(): void {
    if (this.isBound) {
      this.world.network.unbind(this.address, this.port);
      this.isBound = false;
    }
  }

  /** Sends to the server's port. */
  protected send(message: Uint8Array, port: number): void {
    this.world.network.send(this.address, this.port, this.world.serverAddress, port, message);
  }

  /** Sets the alarm. */
  protected wait(durationMs: number): void {
    this.timer.set(this.world.clock.nowUs + durationMs * US_PER_MS);
  }

  /** The end, once. */
  protected over(state: PeerState, reason: string): void {
    if (this.isOver) {
      return;
    }
    this.state = state;
    this.reason = reason;
    this.endedAtMs = this.world.clock.nowUs / US_PER_MS;
    this.timer.clear();
    const because = reason === "" ? "" : `: ${reason}`;
    this.world.network.log.note(this.world.clock.nowUs, `${this.address}:${this.port} ${state}${because}`);
  }
}
