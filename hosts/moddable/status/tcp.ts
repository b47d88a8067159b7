/**
 * The part of ECMA-419's TCP that the status page uses. A firmware author passes the listener's class, so that the page
 * includes no network module.
 */

/** Options of a connection. */
export interface TCPOptions {
  /** An accepted connection, which this one takes over. */
  from: TCP;
  /** `this.target` in the callbacks. */
  target?: unknown;
  /** `count` unread bytes have arrived. */
  onReadable?(this: TCP, count: number): void;
  /** `count` bytes can be written. */
  onWritable?(this: TCP, count: number): void;
  /** The other end has gone, or the connection is broken. */
  onError?(this: TCP): void;
}

/** A connection of ECMA-419. */
export interface TCP {
  /** The option `target`. */
  readonly target: unknown;
  /** Address of the peer. */
  readonly remoteAddress: string;
  /** Reads the next `count` bytes, which must have arrived. */
  read(count: number): ArrayBuffer | undefined;
  /** Returns the number of further bytes that can be written. Throws if `bytes` cannot be written. */
  write(bytes: Uint8Array): number | undefined;
  /** Ends the connection; bytes that were written still arrive. */
  close(): void;
}

/** The class of accepted connections. */
export type TCPConstructor = new (options: TCPOptions) => TCP;

/** Options of a listener. */
export interface ListenerOptions {
  /** The listening port. */
  port: number;
  /** `this.target` in the callback. */
  target?: unknown;
  /** `count` connections wait to be accepted. */
  onReadable?(this: Listener, count: number): void;
}

/** A listener of ECMA-419. */
export interface Listener {
  /** The option `target`. */
  readonly target: unknown;
  /** The next connection, or undefined if none waits. */
  read(): TCP | undefined;
  /** Takes no more connections. */
  close(): void;
}

/**
 * Any listener class in the manner of ECMA-419. The SDK's typings of its class leave out methods that it has, so they do not
 * fit {@link ListenerConstructor}; this asks for the method that each version of them has.
 */
export type ListenerClass = new (
  options: never,
) => {
  /** The next connection. */
  read(): unknown;
};

/** Throws if no network interface is up, if the port is taken, or without memory. */
export type ListenerConstructor = new (options: ListenerOptions) => Listener;
