/**
 * The sockets: one for each transfer (RFC 1350 §4), and for a server one on which requests arrive, which all may share.
 */
import { type Address, FIRST_LISTENER, HEADER_BYTES, type LocalPort, type Transport } from "../../src/index.js";
import type { BufferUDP, UDP, UDPConstructor } from "./udp.js";

/** How the engine knows the port on which requests arrive. */
export const LISTENER: LocalPort = FIRST_LISTENER;

/**
 * So many datagrams of one socket are taken at a time. The windows of several clients together are less. What is still
 * left has to wait: it is somebody else's turn, the timers', the other sockets' and that of the system's task that feeds
 * the watchdog.
 */
const TAKEN_AT_A_TIME = 64;

/**
 * Where datagrams wait in a queue without a limit, as with the SDK's class, what is left is a flood: so many of it are read
 * and thrown away, for it would take all memory.
 */
const DROPPED_AT_A_TIME = 512;

/** The longest datagram that Ethernet and Wi-Fi carry in one piece. What is longer is no request, and no block either. */
const MAX_DATAGRAM_BYTES = 1472;

/** Takes what arrives. None of this may throw. */
export interface DatagramHandler {
  received(packet: DataView, length: number, localPort: LocalPort, address: Address, port: number): void;
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
  /** Datagrams of sockets that are closed are in it, too. */
  private dropped = 0;

  /**
   * @param buffer where datagrams are read to, or null for sockets that make a buffer for each.
   */
  constructor(
    private readonly handler: DatagramHandler,
    private readonly localPort: LocalPort,
    private readonly buffer: DataView | null,
  ) {}

  get droppedDatagrams(): number {
    return this.dropped + this.droppedBy(this.socket);
  }

  open(io: UDPConstructor, port: number | undefined): void {
    const options = { target: this, onReadable };
    this.socket = new io(port === undefined ? options : { ...options, port });
  }

  close(): void {
    const socket = this.socket;
    this.hasMore = false;
    this.socket = null;
    try {
      this.dropped += this.droppedBy(socket);
      socket?.close();
    } catch (error) {
      this.handler.failed(error);
    }
  }

  write(message: Uint8Array, address: Address, port: number): void {
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
      if (socket === null || !this.takeOne(socket) || this.socket !== socket) {
        return;
      }
    }
    if (this.buffer !== null || !this.dropRest(socket as UDP)) {
      this.hasMore = true;
      this.handler.mustReadOn();
    }
  }

  /** Returns whether the socket is empty now. */
  private dropRest(socket: UDP): boolean {
    for (let count = 0; count < DROPPED_AT_A_TIME; count++) {
      if (socket.read() === undefined) {
        return true;
      }
      this.dropped++;
    }
    return false;
  }

  private droppedBy(socket: UDP | null): number {
    return socket === null || this.buffer === null ? 0 : (socket as BufferUDP).droppedDatagrams;
  }

  /** Returns whether there was a datagram. */
  private takeOne(socket: UDP): boolean {
    const { handler, localPort, buffer } = this;
    if (buffer === null) {
      const datagram = socket.read();
      if (datagram === undefined) {
        return false;
      }
      handler.received(new DataView(datagram), datagram.byteLength, localPort, datagram.address, datagram.port);
      return true;
    }
    const length = (socket as BufferUDP).read(buffer);
    if (length === undefined) {
      return false;
    }
    handler.received(buffer, length, localPort, (socket as BufferUDP).peerAddress, (socket as BufferUDP).peerPort);
    return true;
  }
}

export class Sockets implements Transport {
  private readonly listener: Port;
  /** One serves all sockets: the engine is done with a datagram before the next one is read. */
  private readonly buffer: DataView | null;
  /** By slot; made when a slot is first used, and kept. */
  private readonly transferPorts: Port[] = [];

  /** Views of the engine's transmit buffer, because a socket sends the whole of what it is given. */
  private acknowledgement: Uint8Array | null = null;
  private otherMessage: Uint8Array | null = null;

  constructor(
    private readonly io: UDPConstructor,
    private readonly handler: DatagramHandler,
  ) {
    this.buffer = io.readsIntoBuffer === true ? new DataView(new ArrayBuffer(MAX_DATAGRAM_BYTES)) : null;
    this.listener = new Port(handler, LISTENER, this.buffer);
  }

  /**
   * Opens the port on which requests arrive.
   *
   * @throws whatever `io` throws: no network yet, the port is taken, no memory.
   */
  listen(port: number): void {
    this.listener.open(this.io, port);
  }

  open(localPort: LocalPort): boolean {
    while (this.transferPorts.length <= localPort) {
      this.transferPorts.push(new Port(this.handler, this.transferPorts.length, this.buffer));
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
      this.port(localPort).write(this.exactly(packet, length), address, port);
    } catch {
      // A datagram that cannot be sent, for want of memory or of a route, is a lost datagram.
    }
  }

  /** How many datagrams were thrown away because too many came at once. */
  get droppedDatagrams(): number {
    return this.transferPorts.reduce((sum, port) => sum + port.droppedDatagrams, this.listener.droppedDatagrams);
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
    return localPort === LISTENER ? this.listener : (this.transferPorts[localPort] as Port);
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
