/**
 * The SDK's UDP, on a network in memory. As in the SDK's lwIP variant, one callback announces all waiting datagrams, and an
 * exception that leaves it ends the machine: here it leaves `deliver` and fails the test.
 */
export interface Datagram extends ArrayBuffer {
  readonly address: string;
  readonly port: number;
}

interface Options {
  address?: string;
  port?: number;
  unicastOnly?: boolean;
  target?: unknown;
  onReadable?(this: UDP, count: number): void;
}

/** A message that a socket sent. */
export interface SentMessage {
  /** The port of the socket. */
  readonly from: number;
  readonly address: string;
  readonly port: number;
  readonly bytes: Uint8Array;
  /** The view that was given, not a copy. */
  readonly view: Uint8Array;
}

const FIRST_EPHEMERAL_PORT = 49_152;

export const network = {
  isUp: true,
  /** Makes `write` throw, as for want of memory. */
  canSend: true,
  /** How many sockets there can be. */
  maxSockets: Number.POSITIVE_INFINITY,
  sockets: new Map<number, UDP>(),
  sent: [] as SentMessage[],
  nextPort: FIRST_EPHEMERAL_PORT,
};

export function resetNetwork(): void {
  Object.assign(network, { isUp: true, canSend: true, maxSockets: Number.POSITIVE_INFINITY, sent: [] });
  network.sockets = new Map();
}

export interface Arrival {
  readonly address: string;
  readonly port: number;
  readonly message: Uint8Array;
}

/** Datagrams arrive at a port all at once, and its callback is called. */
export function deliver(port: number, ...arrivals: Arrival[]): void {
  network.sockets.get(port)?.deliver(arrivals);
}

export default class UDP {
  readonly target: unknown;
  /** The option: the interface that the socket uses. */
  readonly address: string | undefined;
  private readonly port: number;
  private readonly onReadable: ((this: UDP, count: number) => void) | undefined;
  private readonly queue: Datagram[] = [];
  private isClosed = false;

  constructor(options: Options) {
    this.port = options.port ?? network.nextPort++;
    if (!network.isUp) {
      throw new Error("no network");
    }
    if (network.sockets.has(this.port) || network.sockets.size >= network.maxSockets) {
      throw new Error("no socket");
    }
    this.target = options.target;
    this.address = options.address;
    this.onReadable = options.onReadable;
    network.sockets.set(this.port, this);
  }

  /** Datagrams that have not been read. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Datagrams arrive, and the callback has not been called yet. */
  hold(...arrivals: readonly Arrival[]): void {
    for (const { address, port, message } of arrivals) {
      this.queue.push(Object.assign(new Uint8Array(message).buffer, { address, port }));
    }
  }

  deliver(arrivals: readonly Arrival[]): void {
    this.hold(...arrivals);
    this.onReadable?.call(this, this.queue.length);
  }

  read(): Datagram | undefined {
    this.checkOpen();
    return this.queue.shift();
  }

  write(view: Uint8Array, address: string | number, port: number): void {
    if (typeof address !== "string") {
      throw new Error("this address is not a text");
    }
    this.checkOpen();
    if (!network.canSend) {
      throw new Error("UDP send failed");
    }
    network.sent.push({ from: this.port, address, port, bytes: view.slice(), view });
  }

  close(): void {
    this.isClosed = true;
    network.sockets.delete(this.port);
  }

  private checkOpen(): void {
    if (this.isClosed) {
      throw new Error("this socket is closed");
    }
  }
}

/**
 * The board's own UDP, which reads into a buffer and has numbers for addresses. Reading without a buffer throws here, because
 * it would make garbage.
 */
export class BufferUDP extends UDP {
  static readonly readsIntoBuffer = true;
  /** The buffers that were read into. */
  static readonly buffers = new Set<DataView>();
  peerAddress = 0;
  peerPort = 0;
  droppedDatagrams = 0;
  ignoredDatagrams = 0;
  readonly unicastOnly: boolean;

  constructor(options: Options) {
    super(options);
    this.unicastOnly = options.unicastOnly === true;
  }

  override read(buffer?: DataView): undefined;
  override read(buffer: DataView): number | undefined;
  override read(buffer?: DataView): unknown {
    const datagram = super.read();
    if (buffer === undefined) {
      throw new Error("a buffer is made for a datagram");
    }
    if (datagram === undefined) {
      return undefined;
    }
    BufferUDP.buffers.add(buffer);
    const length = Math.min(buffer.byteLength, datagram.byteLength);
    new Uint8Array(buffer.buffer).set(new Uint8Array(datagram, 0, length), buffer.byteOffset);
    this.peerAddress = datagram.address.split(".").reduce((bits, byte) => bits * 256 + Number(byte), 0);
    this.peerPort = datagram.port;
    return length;
  }

  override write(view: Uint8Array, address: string | number, port: number): void {
    if (typeof address !== "number") {
      throw new Error("this address is not a number");
    }
    const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
    super.write(view, bytes.join("."), port);
  }
}
