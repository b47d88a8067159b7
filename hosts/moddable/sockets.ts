/**
 * The sockets: one on which requests arrive, and one for each transfer (RFC 1350 §4) unless all share the first.
 */
import { type Address, HEADER_BYTES, type LocalPort, type Transport } from "../../src/index.js";
import type { Datagram, UDP, UDPConstructor } from "./udp.js";

/** How the engine knows the port on which requests arrive. */
export const LISTENER: LocalPort = -1;

/** So many datagrams of one socket are taken at a time. The windows of several clients together are less. */
const TAKEN_AT_A_TIME = 64;

/**
 * More is a flood. So many further datagrams are read and thrown away, because the queue below has no limit of its own and
 * would take all memory. What is still left then has to wait: it is somebody else's turn, the timers', the other sockets'
 * and that of the system's task that feeds the watchdog.
 */
const DROPPED_AT_A_TIME = 512;

/** Takes what arrives. None of this may throw. */
export interface DatagramHandler {
  received(datagram: Datagram, localPort: LocalPort): void;
  /** Datagrams are left in a socket that will not say so again: `Sockets.readOn` is to be called soon. */
  mustReadOn(): void;
  /** A socket threw. */
  failed(error: unknown): void;
}

/** What a socket calls, with itself as `this`. */
function onReadable(this: UDP): void {
  (this.target as Port).readable();
}

class Port {
  hasMore = false;
  private socket: UDP | null = null;

  constructor(
    private readonly handler: DatagramHandler,
    private readonly localPort: LocalPort,
  ) {}

  open(io: UDPConstructor, port: number | undefined): void {
    const options = { target: this, onReadable };
    this.socket = new io(port === undefined ? options : { ...options, port });
  }

  close(): void {
    const socket = this.socket;
    this.hasMore = false;
    this.socket = null;
    try {
      socket?.close();
    } catch (error) {
      this.handler.failed(error);
    }
  }

  write(message: Uint8Array, address: string, port: number): void {
    this.socket?.write(message, address, port);
  }

  /** Nothing that is thrown here may reach the socket: an exception that leaves its callback ends the machine. */
  readable(): void {
    try {
      this.read();
    } catch (error) {
      this.handler.failed(error);
    }
  }

  private read(): void {
    const socket = this.socket;
    this.hasMore = false;
    for (let count = 0; count < TAKEN_AT_A_TIME; count++) {
      const datagram = socket?.read();
      if (datagram === undefined) {
        return;
      }
      this.handler.received(datagram, this.localPort);
      if (this.socket !== socket) {
        return;
      }
    }
    for (let count = 0; count < DROPPED_AT_A_TIME; count++) {
      if (socket?.read() === undefined) {
        return;
      }
    }
    this.hasMore = true;
    this.handler.mustReadOn();
  }
}

export class Sockets implements Transport {
  private readonly listener: Port;
  /** By slot; made when a slot is first used, and kept. */
  private readonly transferPorts: Port[] = [];

  /** Views of the engine's transmit buffer, because a socket sends the whole of what it is given. */
  private acknowledgement: Uint8Array | null = null;
  private otherMessage: Uint8Array | null = null;

  /**
   * Opens the port on which requests arrive.
   *
   * @throws whatever `io` throws: no network yet, the port is taken, no memory.
   */
  constructor(
    private readonly io: UDPConstructor,
    port: number,
    private readonly handler: DatagramHandler,
  ) {
    this.listener = new Port(handler, LISTENER);
    this.listener.open(io, port);
  }

  open(localPort: LocalPort): boolean {
    while (this.transferPorts.length <= localPort) {
      this.transferPorts.push(new Port(this.handler, this.transferPorts.length));
    }
    try {
      this.port(localPort).open(this.io, undefined);
      return true;
    } catch (error) {
      this.handler.failed(error);
      return false;
    }
  }

  close(localPort: LocalPort): void {
    this.port(localPort).close();
  }

  /** Closes the port on which requests arrive. The engine closes the others. */
  stopListening(): void {
    this.listener.close();
  }

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    try {
      this.port(localPort).write(this.exactly(packet, length), address as string, port);
    } catch {
      // A datagram that cannot be sent, for want of memory or of a route, is a lost datagram.
    }
  }

  /** Reads the sockets that were left with datagrams in them. */
  readOn(): void {
    if (this.listener.hasMore) {
      this.listener.readable();
    }
    for (let slot = 0; slot < this.transferPorts.length; slot++) {
      if (this.port(slot).hasMore) {
        this.port(slot).readable();
      }
    }
  }

  private port(localPort: LocalPort): Port {
    return localPort < 0 ? this.listener : (this.transferPorts[localPort] as Port);
  }

  /**
   * A view of the message alone. Full blocks and acknowledgements, which are nearly all, have theirs already; any other
   * length needs a new one, which is kept in case the next message is as long.
   */
  private exactly(packet: Uint8Array, length: number): Uint8Array {
    if (length === packet.length) {
      return packet;
    }
    if (length === HEADER_BYTES) {
      this.acknowledgement ??= new Uint8Array(packet.buffer, packet.byteOffset, HEADER_BYTES);
      return this.acknowledgement;
    }
    if (this.otherMessage === null || this.otherMessage.length !== length) {
      this.otherMessage = new Uint8Array(packet.buffer, packet.byteOffset, length);
    }
    return this.otherMessage;
  }
}
