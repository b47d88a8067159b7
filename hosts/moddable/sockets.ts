/**
 * The sockets of a board: one for each transfer (RFC 1350 §4), and for a server one on which requests arrive, which all
 * transfers may share.
 */
import { type Address, FIRST_LISTENER, HEADER_BYTES, type LocalPort, type Transport } from "../../src/index.js";
import type { LoopSockets } from "../common/loop.js";
import type { BufferUDP, BufferUDPOptions, UDP, UDPConstructor } from "./udp.js";

/** Datagrams read from one socket in a row, where the class of the sockets does not hand them on itself: see lockstep-udp.c. */
export const MAX_READS = 64;

/**
 * Further datagrams that are read and thrown away where the queue of a socket has no limit, as with the SDK's class: they
 * are a flood, and would take all memory.
 */
export const MAX_DROPS = 512;

/** The longest datagram that Ethernet and Wi-Fi carry in one piece. A longer one is neither a request nor a block. */
const MAX_DATAGRAM_BYTES = 1472;

/** Takes the datagrams of a port. None of this may throw: an exception that leaves the callback of a socket ends the machine. */
export interface DatagramHandler {
  receive(packet: DataView, length: number, localPort: LocalPort, address: Address, port: number): void;
  /** Datagrams are left in a socket that does not announce them again: `readWaiting` must be called soon. */
  wakeSoon(): void;
  /** A socket threw. */
  failed(error: unknown): void;
}

/** Called by a socket, as its method, which makes a buffer for each datagram. */
function onReadable(this: UDP): void {
  (this.target as Port).read();
}

/** Called by a socket, as its method, with each datagram. */
function onDatagram(this: UDP, packet: DataView, length: number, address: number, port: number): void {
  const owner = this.target as Port;
  owner.handler.receive(packet, length, owner.localPort, address, port);
}

export class Port {
  /** Null while the port is closed. */
  socket: UDP | null = null;
  /** Counts those of sockets that are closed, too. */
  private dropped = 0;
  /** Kept, so that a transfer makes no object for it. */
  private readonly options: BufferUDPOptions;

  /**
   * @param buffer receives datagrams; null for sockets that make a buffer for each.
   */
  constructor(
    readonly handler: DatagramHandler,
    readonly localPort: LocalPort,
    buffer: DataView | null,
  ) {
    this.options = buffer === null ? { target: this, onReadable } : { target: this, onDatagram, buffer };
  }

  get droppedDatagrams(): number {
    return this.dropped + droppedBy(this.socket);
  }

  /** Datagrams that the open socket has ignored, because they came to a broadcast or multicast address. */
  get ignoredDatagrams(): number {
    return (this.socket as Partial<BufferUDP> | null)?.ignoredDatagrams ?? 0;
  }

  /**
   * @param listening undefined for the port of a transfer, which is any free one.
   */
  open(io: UDPConstructor, listening?: Pick<BufferUDPOptions, "address" | "port" | "unicastOnly">): void {
    if (listening !== undefined) {
      Object.assign(this.options, listening);
    }
    this.socket = new io(this.options);
  }

  close(): void {
    const socket = this.socket;
    this.socket = null;
    try {
      this.dropped += droppedBy(socket);
      socket?.close();
    } catch (error) {
      this.handler.failed(error);
    }
  }

  /** Hands on what waits in the socket. Catches everything, as it is called by the callback of a socket. */
  read(): void {
    try {
      if (this.options.buffer === undefined) {
        this.readDatagrams();
      } else {
        (this.socket as BufferUDP | null)?.deliver();
      }
    } catch (error) {
      this.handler.failed(error);
    }
  }

  private readDatagrams(): void {
    const { socket, handler, localPort } = this;
    for (let count = 0; count < MAX_READS; count++) {
      const datagram = socket?.read();
      if (datagram === undefined) {
        return;
      }
      handler.receive(new DataView(datagram), datagram.byteLength, localPort, datagram.address, datagram.port);
      if (this.socket !== socket) {
        return;
      }
    }
    if (!this.dropRest(socket as UDP)) {
      handler.wakeSoon();
    }
  }

  /** @returns whether the socket is empty now. */
  private dropRest(socket: UDP): boolean {
    for (let count = 0; count < MAX_DROPS; count++) {
      if (socket.read() === undefined) {
        return true;
      }
      this.dropped++;
    }
    return false;
  }
}

/** The SDK's class does not count. */
function droppedBy(socket: UDP | null): number {
  return (socket as Partial<BufferUDP> | null)?.droppedDatagrams ?? 0;
}

export class Sockets implements Transport, LoopSockets {
  private listener: Port | null = null;
  /** One buffer serves all sockets: the engine is done with a datagram before the next one is read. */
  readonly buffer: DataView | null;
  /** By slot; made when a slot is first used, and kept. */
  private readonly transferPorts: Port[] = [];
  private handler: DatagramHandler | null = null;

  /** Views of the engine's transmit buffer, because a socket of the SDK's class sends all of its argument. */
  private acknowledgement: Uint8Array | null = null;
  private otherMessage: Uint8Array | null = null;

  constructor(private readonly io: UDPConstructor) {
    this.buffer = io.readsIntoBuffer === true ? new DataView(new ArrayBuffer(MAX_DATAGRAM_BYTES)) : null;
  }

  /** Sets the handler of the ports of transfers. */
  deliverTo(handler: DatagramHandler): void {
    this.handler = handler;
  }

  /**
   * Opens the port on which requests arrive. Its datagrams go to `handler`.
   *
   * @param unicastOnly ignores requests that come to a broadcast or multicast address, where the class of the sockets can
   * tell them.
   * @throws whatever `io` throws: no network yet, the port is taken, no memory.
   */
  listen(port: number, unicastOnly: boolean, handler: DatagramHandler): void {
    this.listener = new Port(handler, FIRST_LISTENER, this.buffer);
    this.listener.open(this.io, { port, unicastOnly });
  }

  stopListening(): void {
    this.listener?.close();
  }

  open(slot: number): boolean {
    const handler = this.handler as DatagramHandler;
    while (this.transferPorts.length <= slot) {
      this.transferPorts.push(new Port(handler, this.transferPorts.length, this.buffer));
    }
    try {
      this.port(slot).open(this.io);
      return true;
    } catch (error) {
      handler.failed(error);
      return false;
    }
  }

  close(slot: number): void {
    this.port(slot).close();
  }

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    const sender = localPort === FIRST_LISTENER ? this.listener : this.transferPorts[localPort];
    const socket = (sender as Port).socket;
    if (socket === null) {
      return;
    }
    if (this.buffer !== null) {
      (socket as BufferUDP).send(packet, length, address, port);
      return;
    }
    try {
      socket.write(length === packet.length ? packet : this.partOf(packet, length), address, port);
    } catch {
      // A datagram that cannot be sent, for want of memory or of a route, is a lost datagram.
    }
  }

  /** Reads every socket, since timers may fire before the system announces what has arrived. */
  readWaiting(): void {
    this.listener?.read();
    for (let slot = 0; slot < this.transferPorts.length; slot++) {
      this.port(slot).read();
    }
  }

  /** Datagrams that were thrown away because too many came at once. */
  get droppedDatagrams(): number {
    const dropped = this.listener?.droppedDatagrams ?? 0;
    return this.transferPorts.reduce((sum, port) => sum + port.droppedDatagrams, dropped);
  }

  /** Requests that were ignored because they came to a broadcast or multicast address, as long as the server listens. */
  get ignoredDatagrams(): number {
    return this.listener?.ignoredDatagrams ?? 0;
  }

  private port(slot: number): Port {
    return this.transferPorts[slot] as Port;
  }

  /**
   * A view of a message that is shorter than a full block. Nearly all of these are acknowledgements, whose view is kept. Any
   * other length needs a new view, which is kept in case the next message is as long.
   */
  private partOf(packet: Uint8Array, length: number): Uint8Array {
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
