/**
 * UDP as ECMA-419 has it, as far as the server uses it. A firmware author hands the class in, so that the server brings
 * no network of its own and another class can take the place of the SDK's.
 */

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
  write(message: Uint8Array, address: string, port: number): void;
  /** Closes the socket. A second call does nothing. */
  close(): void;
}

/** The class of the sockets. Its constructor throws as long as no network interface is up, when the port is taken, or without memory. */
export type UDPConstructor = new (options: UDPOptions) => UDP;
