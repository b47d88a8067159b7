/**
 * The ports of an engine on the simulated network. Every message of the engine is checked before it leaves.
 */
import { type Address, FIRST_LISTENER, type LocalPort, MAX_PACKET_BYTES, type Transport } from "lockstep-tftp/engine";
import { PacketLog, SeededRandom, SimulatedNetwork, VirtualClock } from "lockstep-tftp/simulated";
import { ok } from "./assertions.js";
import { checkServerMessage, type MessageCheck } from "./message-checks.js";

/** The port where requests arrive on a host that listens on one address. */
export const LISTENER: LocalPort = FIRST_LISTENER;
/** The port of a second address. */
export const OTHER_LISTENER: LocalPort = FIRST_LISTENER + 1;

const ENGINE_ADDRESS = "192.0.2.200";
const MIN_MESSAGE_BYTES = 4;
/** A constant: on XS a text for each message would take much of the time. */
const LENGTH_RULE = `a message has from ${MIN_MESSAGE_BYTES} to ${MAX_PACKET_BYTES} bytes`;

/** Takes a datagram that arrived at a local port of the engine. */
export type TakeDatagram = (localPort: LocalPort, packet: Uint8Array, address: Address, port: number) => void;

/** Takes a message of the engine, with the local port that it left from. */
export type TakeMessage = (localPort: LocalPort, packet: Uint8Array) => void;

export class EngineTransport implements Transport {
  /** The open transfer ports, and the listener that each was opened for. */
  readonly openPorts = new Map<LocalPort, LocalPort>();
  /** Whether a transfer finds a free port. */
  portsAreFree = true;
  /** Ports that can be open at once. */
  maxPorts = Number.POSITIVE_INFINITY;
  sentCount = 0;
  openedCount = 0;

  private readonly clock = new VirtualClock();
  /** Without delay, so that an answer is there when a call returns. The log is off: some cases send a million packets. */
  private readonly network = new SimulatedNetwork(this.clock, new SeededRandom(1), { delayMs: 0 }, new PacketLog(0));
  /** The peers' addresses by their texts on the network: to the engine an address may be a number. */
  private readonly addresses = new Map<string, Address>();

  /**
   * @param take hands a datagram to the engine.
   * @param check looks at each message of the engine.
   * @param listeners the listening ports; a client has none.
   */
  constructor(
    private readonly take: TakeDatagram = () => {},
    private readonly check: MessageCheck = checkServerMessage,
    listeners: readonly LocalPort[] = [LISTENER, OTHER_LISTENER],
  ) {
    for (const listener of listeners) {
      this.bind(listener);
    }
  }

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    ok(length >= MIN_MESSAGE_BYTES && length <= MAX_PACKET_BYTES, LENGTH_RULE);
    ok(localPort >= FIRST_LISTENER || this.openPorts.has(localPort), "a message leaves from an open port");
    const sent = packet.slice(0, length);
    this.check(sent);
    this.sentCount++;
    const to = String(address);
    ok(this.addresses.get(to) === address && this.network.isBound(to, port), "a message goes to the port of a peer");
    this.network.send(ENGINE_ADDRESS, localPort, to, port, sent);
  }

  open(localPort: LocalPort, listener: LocalPort): boolean {
    ok(!this.openPorts.has(localPort), `port ${localPort} is not open when it is to be opened`);
    const isFree = this.portsAreFree && this.openPorts.size < this.maxPorts;
    if (isFree) {
      this.openPorts.set(localPort, listener);
      this.openedCount++;
      this.bind(localPort);
    }
    return isFree;
  }

  close(localPort: LocalPort): void {
    ok(this.openPorts.delete(localPort), `port ${localPort} is open when it is to be closed`);
    this.network.unbind(ENGINE_ADDRESS, localPort);
  }

  /** Puts a peer on the network. */
  addPeer(address: Address, port: number, take: TakeMessage): void {
    this.addresses.set(String(address), address);
    this.network.bind(String(address), port, (packet, _address, localPort) => take(localPort, packet));
  }

  /** Delivers a datagram of a peer. At the port of a transfer that has ended, it is lost. */
  deliver(packet: Uint8Array, localPort: LocalPort, address: Address, port: number): void {
    this.network.send(String(address), port, ENGINE_ADDRESS, localPort, packet);
    this.settle();
  }

  /** Delivers everything that is on its way. */
  settle(): void {
    while (this.clock.step()) {
      // Until nothing is on its way.
    }
  }

  private bind(localPort: LocalPort): void {
    this.network.bind(ENGINE_ADDRESS, localPort, (packet, address, port) =>
      this.take(localPort, packet, this.addresses.get(address) as Address, port),
    );
  }
}
