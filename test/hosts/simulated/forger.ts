import { OPCODE_DATA } from "lockstep-tftp/engine";
import {
  acknowledgement,
  dataMessage,
  type OptionTexts,
  opcodeOf,
  readRequest,
  type SimulatedClient,
  SimulatedPeer,
  type SimulatedPeerOptions,
  type SimulatedWorld,
  writeRequest,
} from "lockstep-tftp/simulated";

const EVERY_MS = 20;
const FIRST_TRANSFER_PORT = 49_152;
const TRANSFER_PORTS = 16_384;
const OPTIONS: readonly OptionTexts[] = [
  [],
  ["windowsize", "65535"],
  ["timeout", "1", "windowsize", "65535"],
  ["blksize", "8"],
  ["timeout", "255"],
];

/** A client in whose name a forger sends, with a copy of its request. */
export interface Impersonated {
  readonly client: SimulatedClient;
  readonly port: number;
  readonly request: Uint8Array;
}

export interface ForgerOptions extends SimulatedPeerOptions {
  readonly victims: readonly Victim[];
  /** The clients that have acknowledged a block, or sent one. */
  underWay(): readonly Impersonated[];
  /** Whether all clients have ended. */
  areOver(): boolean;
  readonly names: readonly string[];
  readonly singlePort: boolean;
}

/** A machine that has asked for nothing, and counts what comes. */
export class Victim extends SimulatedPeer {
  blocks = 0;
  bytes = 0;
  /** Datagrams that were sent in its name. */
  forged = 0;
  /** Port that sent to it last, which a forger could only guess. */
  heardFrom = 0;

  constructor(
    world: SimulatedWorld,
    readonly options: SimulatedPeerOptions,
  ) {
    super(world, options);
    this.state = "completed";
  }

  protected begin(): void {}

  protected timedOut(): void {}

  protected received(message: Uint8Array, _address: string, port: number): void {
    this.heardFrom = port;
    this.bytes += message.length;
    this.blocks += opcodeOf(message) === OPCODE_DATA ? 1 : 0;
  }
}

/**
 * Sends in the names of others, whose answers it does not see: to each victim a request and an ACK, and to the transfers of
 * clients requests, ACKs and DATA. It knows each client's port and request. It guesses the server's port of a client, and
 * luckily knows that of a victim.
 */
export class Forger extends SimulatedPeer {
  sent = 0;
  private nextVictim = 0;

  constructor(
    world: SimulatedWorld,
    private readonly options: ForgerOptions,
  ) {
    super(world, options);
    this.state = "completed";
  }

  protected begin(): void {
    this.timedOut();
  }

  protected received(): void {}

  protected timedOut(): void {
    const victim = this.options.victims[this.nextVictim];
    const running = this.options.underWay();
    if (victim === undefined && this.options.areOver()) {
      return;
    }
    if (victim !== undefined && (running.length === 0 || this.world.random.chance(30))) {
      this.sendTo(victim);
    } else if (running.length > 0) {
      this.impersonate(this.world.random.pick(running));
    }
    this.wait(EVERY_MS);
  }

  private sendTo(victim: Victim): void {
    const { random, serverPort } = this.world;
    const { address, port } = victim.options;
    if (victim.forged++ === 0) {
      this.forge(address, port, readRequest(random.pick(this.options.names), random.pick(OPTIONS)), serverPort);
    } else {
      this.nextVictim++;
      this.forge(address, port, acknowledgement(random.below(2)), victim.heardFrom || serverPort);
    }
  }

  private impersonate({ client, port, request }: Impersonated): void {
    const { random, serverPort } = this.world;
    const { names, singlePort } = this.options;
    const requests = [
      request,
      ...names.map((name) => readRequest(name, random.pick(OPTIONS))),
      readRequest("missing", []),
      writeRequest("planted", random.pick(OPTIONS)),
    ];
    const isRequest = singlePort || random.chance(60);
    if (isRequest) {
      // With a single port, a client's port is the only secret of its transfer, and other requests take its place.
      this.forge(client.address, port, singlePort ? request : random.pick(requests), serverPort);
    } else {
      const message = random.chance(50)
        ? acknowledgement(random.below(40))
        : dataMessage(random.below(40), new Uint8Array(9));
      this.forge(client.address, port, message, FIRST_TRANSFER_PORT + random.below(TRANSFER_PORTS));
    }
  }

  private forge(address: string, port: number, message: Uint8Array, to: number): void {
    const { network, serverAddress } = this.world;
    this.sent++;
    network.send(address, port, serverAddress, to, message);
  }
}
