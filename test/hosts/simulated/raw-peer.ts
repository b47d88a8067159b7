import { SimulatedPeer, type SimulatedPeerOptions, type SimulatedWorld } from "lockstep-tftp/simulated";

/** A message that a raw peer received. */
export interface Heard {
  readonly message: Uint8Array;
  readonly port: number;
  readonly atMs: number;
}

/** A peer without behaviour: a test decides what it sends, and looks at what it receives. */
export class RawPeer extends SimulatedPeer {
  readonly heard: Heard[] = [];

  constructor(world: SimulatedWorld, options: SimulatedPeerOptions) {
    super(world, options);
    this.state = "completed";
  }

  /** Sends to the port that the last message came from, or to the listening port. */
  say(message: Uint8Array, port = this.heard.at(-1)?.port ?? this.world.serverPort): void {
    this.send(message, port);
  }

  /** Sends to the listening port. */
  request(message: Uint8Array): void {
    this.send(message, this.world.serverPort);
  }

  get last(): Uint8Array {
    return this.heard.at(-1)?.message ?? new Uint8Array();
  }

  protected begin(): void {}

  protected timedOut(): void {}

  protected received(message: Uint8Array, _address: string, port: number): void {
    this.heard.push({ message, port, atMs: this.world.clock.nowUs / 1000 });
  }
}
