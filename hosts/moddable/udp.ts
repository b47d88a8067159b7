/**
 * The part of ECMA-419's UDP that the server uses. A firmware author passes the class, so that the server includes no network
 * module. Any such class works; the board's own (native/udp.js) makes no garbage.
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
  /** Default: any free port. */
  port?: number;
  /** `this.target` in the callback. */
  target?: unknown;
  /** Datagrams have arrived: at least one, perhaps more than `count` by the time they are read. */
  onReadable?(this: UDP, count: number): void;
}

/** An open socket. */
export interface UDP {
  /** The option `target`. */
  readonly target: unknown;
  /** The next datagram, or undefined if none waits. */
  read(): Datagram | undefined;
  /** Sends all of `message`. Throws if it cannot be sent. */
  write(message: Uint8Array, address: Address, port: number): void;
  /** Closes the socket. A second call does nothing. */
  close(): void;
}

/** A socket that can also read into the caller's buffer, and makes neither an object nor a text for a datagram. */
export interface BufferUDP extends UDP {
  read(): Datagram | undefined;
  /**
   * Fills `buffer` with the next datagram; the rest of a longer one is lost.
   *
   * @returns the number of bytes in `buffer`, or undefined if no datagram waits.
   */
  read(buffer: DataView): number | undefined;
  /** IPv4 address of the sender of the last datagram; 192.168.0.66 is 0xc0a80042. */
  readonly peerAddress: number;
  /** Port of that sender. */
  readonly peerPort: number;
  /**
   * Datagrams that were thrown away because too many waited. On a computer the number is updated when the next datagram is
   * read.
   */
  readonly droppedDatagrams: number;
}

/**
 * Any class of UDP sockets in the manner of ECMA-419. The SDK's typings of its class leave out methods that it has, so they do
 * not fit {@link UDPConstructor}; this asks for the methods that each version of them has.
 */
export type UDPClass = new (
  options: never,
) => {
  /** The next datagram. */
  read(): unknown;
  /** Sends a datagram. */
  write(message: never, address: never, port: number): void;
};

/** The class of the sockets, with all that the server and the client use. */
export interface UDPConstructor {
  /** Throws if no network interface is up, if the port is taken, or without memory. */
  new (options: UDPOptions): UDP;
  /** Whether the sockets are of the kind {@link BufferUDP}. */
  readonly readsIntoBuffer?: boolean;
}
