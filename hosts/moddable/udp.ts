/**
 * The part of ECMA-419's UDP that the server uses. A firmware author passes the class, so that the server includes no network
 * module. Any such class works; the project's own (native/lockstep-udp.js) makes no garbage.
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
  /**
   * Address of the network interface that is used: datagrams leave by it, broadcasts too, and only what arrives there is
   * received. Default: all interfaces. The SDK's class on a board ignores it.
   */
  address?: string;
  /** Default: any free port. */
  port?: number;
  /** Ignores what comes to a broadcast or multicast address. Classes other than that of `lockstep-tftp/udp` do not know it. */
  unicastOnly?: boolean;
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

/** A socket that can also call back with each datagram, and makes neither an object nor a text for it. */
export interface BufferUDP extends UDP {
  /**
   * Calls `onDatagram` for datagrams that wait, 64 at most, before the system announces them. For the rest `onDatagram` is
   * called later. Does nothing without `onDatagram`.
   */
  deliver(): void;
  /** Sends the first `length` bytes of `message`. Returns whether they were sent: memory or a route may be missing. */
  send(message: Uint8Array, length: number, address: Address, port: number): boolean;
  /**
   * Datagrams that were thrown away because too many waited. On a computer the number is updated when the next datagram is
   * read.
   */
  readonly droppedDatagrams: number;
  /** Datagrams that were thrown away because of the option `unicastOnly`. */
  readonly ignoredDatagrams: number;
  /**
   * Receives what is sent to a multicast address, on every network interface that is up, until `remove` or `close`.
   *
   * @param address a text from 224.0.0.0 to 239.255.255.255. A second time it does nothing.
   * @throws RangeError if it is another text; Error if no interface takes it, or with more than four addresses on a board.
   */
  add(address: string): void;
  /**
   * Ends what `add` began.
   *
   * @throws Error if the address was not added.
   */
  remove(address: string): void;
}

/** How a socket of the class of `lockstep-tftp/udp` is opened. */
export interface BufferUDPOptions extends UDPOptions {
  /**
   * Called for each datagram, in place of `onReadable`: its first `length` bytes are in `buffer` during the call, the rest of a
   * longer one than that is lost. The sender's IPv4 address is a number: 192.168.0.66 is 0xc0a80042. An exception that
   * leaves it ends the machine.
   */
  onDatagram?(this: BufferUDP, buffer: DataView, length: number, address: number, port: number): void;
  /** Receives the datagrams for `onDatagram`, of this socket or of several. */
  buffer?: DataView;
  /** Hops that a datagram may take, 1 to 255, multicast included. Default: the system's, 1 for multicast on a computer. */
  timeToLive?: number;
  /** The only format that there is. */
  format?: "buffer";
}

/** The class of `lockstep-tftp/udp`. Broadcasts may be sent without more ado. */
export interface BufferUDPConstructor {
  /** Throws if no network interface is up or none has the address, if the port is taken, or without memory. */
  new (options: BufferUDPOptions): BufferUDP;
  /** Says that the class knows `onDatagram`. */
  readonly readsIntoBuffer: true;
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
