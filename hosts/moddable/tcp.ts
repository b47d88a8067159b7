/**
 * TCP as ECMA-419 has it, as far as the status page uses it. A firmware author hands the listener's class in, so that the
 * page brings no network of its own.
 */

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

export interface TCP {
  readonly target: unknown;
  readonly remoteAddress: string;
  /** The next bytes, `count` of them, which must be there. */
  read(count: number): ArrayBuffer | undefined;
  /** Returns how many more bytes can be written. Throws when it cannot be written. */
  write(bytes: Uint8Array): number | undefined;
  close(): void;
}

export type TCPConstructor = new (options: TCPOptions) => TCP;

export interface ListenerOptions {
  port: number;
  target?: unknown;
  /** So many connections wait to be read. */
  onReadable?(this: Listener, count: number): void;
}

export interface Listener {
  readonly target: unknown;
  /** The next connection, or undefined when there is none. */
  read(): TCP | undefined;
  close(): void;
}

/** Throws as long as no network interface is up, when the port is taken, or without memory. */
export type ListenerConstructor = new (options: ListenerOptions) => Listener;
