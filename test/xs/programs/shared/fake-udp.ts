/** Stand-ins for the classes of UDP sockets on a board, and for the wire between them and a client. */
import type { UDPOptions } from "../../../../hosts/moddable/server.js";
import type { BufferUDPOptions } from "../../../../hosts/moddable/udp.js";

const CLIENT_NUMBER = 0xc0a80042;
export const CLIENT_TEXT = "192.168.0.66";
export const CLIENT_PORT = 2000;

/** What the sockets of a test receive and have sent. */
class Wire {
  readonly packet = new DataView(new ArrayBuffer(1500));
  /** Length of the datagram that waits; 0 if none does. */
  length = 0;
  sentCount = 0;
  /** Sockets in the order of their making: the listening one, then those of transfers. */
  readonly sockets: FakeUDP[] = [];
}

/** Those of the present server. */
export let wire = new Wire();

export function newWire(): void {
  wire = new Wire();
}

export abstract class FakeUDP {
  readonly target: unknown;
  peerPort = CLIENT_PORT;

  constructor({ target }: UDPOptions) {
    this.target = target;
    wire.sockets.push(this);
  }

  /** The datagram on the wire has arrived. */
  abstract arrive(): void;

  send(): void {
    wire.sentCount++;
  }

  write(): void {
    wire.sentCount++;
  }

  close(): void {}
}

/** Reads into the buffer of its options, as the project's own UDP does. */
export class OwnUDP extends FakeUDP {
  static readonly readsIntoBuffer = true;
  readonly droppedDatagrams = 0;
  private readonly onDatagram: NonNullable<BufferUDPOptions["onDatagram"]>;
  private readonly buffer: DataView;

  constructor(options: BufferUDPOptions) {
    super(options);
    this.onDatagram = options.onDatagram as typeof this.onDatagram;
    this.buffer = options.buffer as DataView;
  }

  arrive(): void {
    const { length, packet } = wire;
    const { buffer } = this;
    for (let at = 0; at < 32 && at < length; at += 4) {
      buffer.setUint32(at, packet.getUint32(at));
    }
    this.onDatagram.call(this as never, buffer, length, CLIENT_NUMBER, this.peerPort);
  }
}

/** Makes a buffer and a text for each datagram, as the SDK's UDP does. */
export class SdkUDP extends FakeUDP {
  private readonly onReadable: NonNullable<UDPOptions["onReadable"]>;

  constructor(options: UDPOptions) {
    super(options);
    this.onReadable = options.onReadable as typeof this.onReadable;
  }

  arrive(): void {
    this.onReadable.call(this as never, 1);
  }

  read(): ArrayBuffer | undefined {
    const { length, packet } = wire;
    if (length === 0) {
      return undefined;
    }
    wire.length = 0;
    const datagram = packet.buffer.slice(0, length);
    return Object.assign(datagram, { address: `${CLIENT_TEXT}`, port: CLIENT_PORT });
  }
}
