/**
 * The SDK's UDP, on a network in memory. As in the SDK's lwIP variant, one callback announces all waiting datagrams, and an
 * exception that leaves it ends the machine: here it leaves `deliver` and fails the test.
 */
import SDKTimer from "./timer.js";

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

interface BufferOptions extends Options {
  onDatagram?(this: UDP, buffer: DataView, length: number, address: number, port: number): void;
  buffer?: DataView;
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
  protected isClosed = false;

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

/** Datagrams that are handed on in a row. */
const IN_A_ROW = 64;

/**
 * The board's own UDP, which hands datagrams on in a buffer and has numbers for addresses. Reading one by one throws here,
 * because it would make garbage.
 */
export class BufferUDP extends UDP {
  static readonly readsIntoBuffer = true;
  /** The buffers that were read into. */
  static readonly buffers = new Set<DataView>();
  droppedDatagrams = 0;
  ignoredDatagrams = 0;
  readonly unicastOnly: boolean;
  private readonly onDatagram: NonNullable<BufferOptions["onDatagram"]>;
  private readonly buffer: DataView;

  constructor(options: BufferOptions) {
    super(options);
    this.unicastOnly = options.unicastOnly === true;
    this.onDatagram = options.onDatagram ?? (() => {});
    this.buffer = options.buffer ?? new DataView(new ArrayBuffer(0));
  }

  override deliver(arrivals: readonly Arrival[] = []): void {
    this.hold(...arrivals);
    for (let count = 0; count < IN_A_ROW; count++) {
      const datagram = this.isClosed ? undefined : super.read();
      if (datagram === undefined) {
        return;
      }
      this.handOn(datagram);
    }
    SDKTimer.set(() => this.deliver());
  }

  override read(): never {
    throw new Error("a buffer is made for a datagram");
  }

  override write(view: Uint8Array, address: string | number, port: number): void {
    if (typeof address !== "number") {
      throw new Error("this address is not a number");
    }
    const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
    super.write(view, bytes.join("."), port);
  }

  send(packet: Uint8Array, length: number, address: number, port: number): boolean {
    if (network.canSend) {
      this.write(packet.subarray(0, length), address, port);
    }
    return network.canSend;
  }

  private handOn(datagram: Datagram): void {
    const { buffer } = this;
    BufferUDP.buffers.add(buffer);
    const length = Math.min(buffer.byteLength, datagram.byteLength);
    new Uint8Array(buffer.buffer).set(new Uint8Array(datagram, 0, length), buffer.byteOffset);
    const address = datagram.address.split(".").reduce((bits, byte) => bits * 256 + Number(byte), 0);
    this.onDatagram(buffer, length, address, datagram.port);
  }
}
