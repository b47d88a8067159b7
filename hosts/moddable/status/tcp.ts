/**
 * TCP as ECMA-419 has it, as far as the status page uses it. A firmware author hands the listener's class in, so that the
 * page brings no network of its own.
 */

/** What a connection is made of. */
export interface TCPOptions {
  /** A connection that was accepted; it is this one from now on. */
  from: TCP;
  /** What the callbacks find as `this.target`. */
  target?: unknown;
  /** So many bytes have arrived that were not read yet. */
  onReadable?(this: TCP, count: number): void;
  /** So many bytes can be written. */
  onWritable?(this: TCP, count: number): void;
  /** The other end has gone, or the connection is broken. */
  onError?(this: TCP): void;
}

/** A connection of ECMA-419, as far as it is used here. */
export interface TCP {
  /** What was given as the option `target`. */
  readonly target: unknown;
  /** Who is at the other end. */
  readonly remoteAddress: string;
  /** The next bytes, `count` of them, which must be there. */
  read(count: number): ArrayBuffer | undefined;
  /** Returns how many more bytes can be written. Throws when it cannot be written. */
  write(bytes: Uint8Array): number | undefined;
  /** Ends the connection; what was written still arrives. */
  close(): void;
}

/** The class of the connections that a listener gives. */
export type TCPConstructor = new (options: TCPOptions) => TCP;

/** What a listener is made of. */
export interface ListenerOptions {
  /** Where it listens. */
  port: number;
  /** What the callback finds as `this.target`. */
  target?: unknown;
  /** So many connections wait to be read. */
  onReadable?(this: Listener, count: number): void;
}

/** A listener of ECMA-419, as far as it is used here. */
export interface Listener {
  /** What was given as the option `target`. */
  readonly target: unknown;
  /** The next connection, or undefined when there is none. */
  read(): TCP | undefined;
  /** Takes no more connections. */
  close(): void;
}

/** Throws as long as no network interface is up, when the port is taken, or without memory. */
export type ListenerConstructor = new (options: ListenerOptions) => Listener;
