/**
 * UDP as ECMA-419 has it, as far as the server uses it. A firmware author hands the class in, so that the server brings
 * no network of its own. It works with the SDK's class, and makes no garbage with the board's own (native/udp.js).
 */
import type { Address } from "../../src/index.js";

/** A datagram, with its sender. */
export interface Datagram extends ArrayBuffer {
  /** The sender's address. */
  readonly address: string;
  /** The sender's port. */
  readonly port: number;
}

/** How a socket is opened. */
export interface UDPOptions {
  /** Any free port when it is absent. */
  port?: number;
  /** What the callback finds as `this.target`. */
  target?: unknown;
  /** Datagrams have arrived: at least one, perhaps more than `count` by the time they are read. */
  onReadable?(this: UDP, count: number): void;
}

/** An open socket. */
export interface UDP {
  /** What was given as the option `target`. */
  readonly target: unknown;
  /** The next datagram, or undefined when there is none. */
  read(): Datagram | undefined;
  /** Sends the whole of `message`. Throws when it cannot be sent. */
  write(message: Uint8Array, address: Address, port: number): void;
  /** Closes the socket. A second call does nothing. */
  close(): void;
}

/** A socket that also reads into a buffer of its user's, and makes neither an object nor a text for a datagram. */
export interface BufferUDP extends UDP {
  read(): Datagram | undefined;
  /**
   * Fills `buffer` with the next datagram; what of it is longer is lost.
   *
   * @returns how many bytes it has now, or undefined when there is no datagram.
   */
  read(buffer: DataView): number | undefined;
  /** The sender of the datagram that was read last: its IPv4 address, where 192.168.0.66 is 0xc0a80042. */
  readonly peerAddress: number;
  /** The port of that sender. */
  readonly peerPort: number;
  /**
   * How many datagrams were thrown away because too many waited to be read. On a computer it is known when the next
   * datagram is read.
   */
  readonly droppedDatagrams: number;
}

/** The class of the sockets. */
export interface UDPConstructor {
  /** Throws as long as no network interface is up, when the port is taken, or without memory. */
  new (options: UDPOptions): UDP;
  /** True when the sockets are of the kind {@link BufferUDP}. */
  readonly readsIntoBuffer?: boolean;
}
