/** The ports of a simulated machine: one for requests, and one for each transfer. */
import { type Address, FIRST_LISTENER, type LocalPort, MAX_PORT, type Transport } from "../../../src/index.js";
import type { Loop, LoopSockets, ServerLoopEngine } from "../../common/loop.js";
import { violated } from "../checks/violation.js";
import type { MachineClock } from "./machine-clock.js";
import type { SimulatedNetwork } from "./network.js";

const FIRST_TRANSFER_PORT = 49_152;
/** Long enough for a request with options that fills an Ethernet frame, as in the other hosts. */
const RECEIVE_BYTES = 2048;
/** Fills the rest of the receive buffer, so that reading past a datagram's end gives nonsense. */
const REST = 0xa5;

/** A datagram that waits in a socket. */
interface Arrival {
  readonly bytes: Uint8Array;
  readonly localPort: LocalPort;
  /** The port at which it arrived. */
  readonly at: number;
  readonly address: string;
  readonly port: number;
}

export class MachineSockets implements Transport, LoopSockets {
  private loop: Loop<ServerLoopEngine> | undefined;
  private readonly arrivals: Arrival[] = [];
  private readonly receiveBuffer = new Uint8Array(RECEIVE_BYTES);
  private readonly receiveView = new DataView(this.receiveBuffer.buffer);
  /** The port of each slot, 0 without one. */
  private readonly ports: number[] = [];
  private nextPort = FIRST_TRANSFER_PORT;

  constructor(
    private readonly clock: MachineClock,
    private readonly network: SimulatedNetwork,
    private readonly address: string,
    private readonly listeningPort: number,
  ) {}

  /** Opens the listening port. */
  listen(loop: Loop<ServerLoopEngine>): void {
    this.loop = loop;
    this.bind(this.listeningPort, FIRST_LISTENER);
  }

  stopListening(): void {
    this.network.unbind(this.address, this.listeningPort);
  }

  /** Gives a transfer a port that no transfer had shortly before. */
  open(slot: number): boolean {
    if ((this.ports[slot] ?? 0) !== 0) {
      violated(`The port of slot ${slot} was opened twice`);
    }
    const port = this.nextPort;
    this.nextPort = port === MAX_PORT ? FIRST_TRANSFER_PORT : port + 1;
    const isOpen = this.bind(port, slot);
    this.ports[slot] = isOpen ? port : 0;
    return isOpen;
  }

  close(slot: number): void {
    this.network.unbind(this.address, this.ports[slot] ?? 0);
    this.ports[slot] = 0;
  }

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    const bytes = packet.slice(0, length);
    const from = localPort === FIRST_LISTENER ? this.listeningPort : (this.ports[localPort] as number);
    this.clock.whenFree(() => this.network.send(this.address, from, address as string, port, bytes));
  }

  readWaiting(): void {
    while (!this.clock.isBusy) {
      const arrival = this.arrivals.shift();
      if (arrival === undefined) {
        return;
      }
      this.receive(arrival);
    }
  }

  private bind(at: number, localPort: LocalPort): boolean {
    return this.network.bind(this.address, at, (bytes, address, port) => {
      this.arrivals.push({ bytes, localPort, at, address, port });
      this.clock.whenFree(() => this.readWaiting());
    });
  }

  private receive({ bytes, localPort, at, address, port }: Arrival): void {
    const message = bytes.length > RECEIVE_BYTES ? bytes.subarray(0, RECEIVE_BYTES) : bytes;
    this.receiveBuffer.fill(REST, message.length);
    this.receiveBuffer.set(message);
    if (localPort === FIRST_LISTENER) {
      this.loop?.request(this.receiveView, message.length, localPort, address, port);
    } else if (this.ports[localPort] === at) {
      // A datagram whose port was closed while it waited is dropped.
      this.loop?.receive(this.receiveView, message.length, localPort, address, port);
    }
  }
}
