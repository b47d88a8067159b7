/**
 * A peer of the server on the simulated network, with an address and a port.
 */
import type { SimulatedNetwork } from "../network/network.js";
import type { SeededRandom } from "../network/seeded-random.js";
import { US_PER_MS, type VirtualClock, VirtualTimer } from "../network/virtual-clock.js";

/** The surroundings of a peer. */
export interface SimulatedWorld {
  /** The clock that all peers share. */
  readonly clock: VirtualClock;
  /** The network to the server. */
  readonly network: SimulatedNetwork;
  /** The peer's random numbers. */
  readonly random: SeededRandom;
  /** The server's address. */
  readonly serverAddress: string;
  /** The server's listening port. */
  readonly serverPort: number;
}

/** State of a peer: running, or how it ended. */
export type PeerState =
  /** It has not ended. */
  | "running"
  /** It has what it wanted. */
  | "completed"
  /** The server sent an ERROR. */
  | "refused"
  /** The server stopped answering. */
  | "gave up"
  /** The peer rejected an answer, or aborted on purpose. */
  | "broke off"
  /** It stopped silently. */
  | "vanished";

/** Options of a peer: its place, and when it starts. */
export interface SimulatedPeerOptions {
  /** The peer's address. Several peers may share one. */
  address: string;
  /** The peer's port. */
  port: number;
  /** Time at which it starts, in milliseconds. Default 0. */
  startMs?: number;
}

/** A peer on the simulated network. Extend it, or a client, to model another product. */
export abstract class SimulatedPeer {
  /** Its present state, or how it ended. */
  state: PeerState = "running";
  /** The reason of its end. */
  reason = "";
  /** Time of its end, in milliseconds of virtual time; -1 while it runs. */
  endedAtMs = -1;
  /** The peer's address. */
  readonly address: string;

  /** The peer's port now. */
  protected port: number;
  /** The timer that `wait` sets. */
  protected readonly timer: VirtualTimer;
  private isBound = false;

  constructor(
    /** Its surroundings. */
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

  /** Whether it has ended, in whatever state. */
  get isOver(): boolean {
    return this.state !== "running";
  }

  /** Stops it silently: messages to it are lost from now on. */
  vanish(): void {
    this.over("vanished", "");
    this.unbind();
  }

  /** Sends the first message. */
  protected abstract begin(): void;
  /** Takes a message. */
  protected abstract received(message: Uint8Array, address: string, port: number): void;
  /** Called when the time of `wait` is over. */
  protected abstract timedOut(): void;

  /** Opens a port, and closes the present one. If another peer has the port, no message arrives. */
  protected bind(port: number): void {
    this.unbind();
    this.port = port;
    this.isBound = this.world.network.bind(this.address, port, (message, address, from) =>
      this.received(message, address, from),
    );
  }

  /** Closes the port: messages to it are lost from now on. */
  protected unbind(): void {
    if (this.isBound) {
      this.world.network.unbind(this.address, this.port);
      this.isBound = false;
    }
  }

  /** Sends a message to a port of the server. */
  protected send(message: Uint8Array, port: number): void {
    this.world.network.send(this.address, this.port, this.world.serverAddress, port, message);
  }

  /** Sets the timer. */
  protected wait(durationMs: number): void {
    this.timer.set(this.world.clock.nowUs + durationMs * US_PER_MS);
  }

  /** Ends it, once. */
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
