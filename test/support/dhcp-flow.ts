/** An engine of DHCP with an endless flow of messages that are made before. Nothing here allocates. */
import { DhcpEngine, type DhcpTransport } from "lockstep-tftp/dhcp";

/** More than the range has, so that leases pass from one client to another. */
const CLIENTS = 24;
const ADDRESSES = 16;
const MESSAGE_BYTES = 300;
const TRANSACTION = 0x51515151;
const SERVER = 0xc0a85801 | 0;
const FIRST = 0xc0a85864 | 0;
/** A lease of the shortest kind ends while the flow runs. */
const LEASE_SECONDS = 120;
const STEP_MS = 1000;

const AT_TRANSACTION = 4;
const AT_CLIENT_ADDRESS = 12;
const AT_YOUR_ADDRESS = 16;
const AT_HARDWARE = 28;
const AT_OPTIONS = 240;
const AT_TYPE = 242;
const TYPE_AND_LENGTH = 0x3501;
const AT_REQUESTED = 245;
const AT_SERVER = 251;

class EchoTransport implements DhcpTransport {
  sent = 0;
  /** `yiaddr` of the last answer. */
  offered = 0;
  private readonly view = new DataView(new ArrayBuffer(4));

  send(packet: Uint8Array): void {
    this.sent++;
    for (let index = 0; index < 4; index++) {
      this.view.setUint8(index, packet[AT_YOUR_ADDRESS + index] as number);
    }
    this.offered = this.view.getInt32(0);
  }
}

export class DhcpFlow {
  received = 0;
  readonly running = 1;
  private readonly transport = new EchoTransport();
  private readonly engine = new DhcpEngine(this.transport, {
    address: SERVER,
    netmask: 0xffffff00 | 0,
    rangeStart: FIRST,
    rangeEnd: FIRST + ADDRESSES - 1,
    leaseSeconds: LEASE_SECONDS,
    boot: [
      { userClass: "iPXE", file: "boot.ipxe" },
      { vendorClass: "PXEClient", architectures: [7], file: "{mac}/{address}.efi" },
    ],
    transactionId: TRANSACTION,
  });
  private readonly packet = new DataView(new ArrayBuffer(MESSAGE_BYTES));
  private now = 0;
  private client = 0;
  private random = 1;

  /** @param clients number of clients that take turns. Default: more than there are addresses. */
  constructor(private readonly clients = CLIENTS) {
    this.engine.start(0);
    for (this.now = 0; !this.engine.isServing; this.now += STEP_MS) {
      this.engine.poll(this.now);
    }
    this.write();
  }

  get sent(): number {
    return this.transport.sent;
  }

  /** The next client's DISCOVER, and REQUEST for what is offered. */
  lease(): void {
    const { packet } = this;
    this.next();
    packet.setInt32(AT_CLIENT_ADDRESS, 0);
    this.take(1);
    packet.setInt32(AT_REQUESTED, this.transport.offered);
    packet.setInt32(AT_SERVER, SERVER);
    this.take(3);
  }

  /** A request of BOOTP by the next client: one without a message type. */
  bootp(): void {
    const { packet } = this;
    this.next();
    packet.setInt32(AT_CLIENT_ADDRESS, 0);
    packet.setUint16(AT_OPTIONS, 0);
    this.take(0);
    packet.setUint16(AT_OPTIONS, TYPE_AND_LENGTH);
  }

  /** The whole exchange of the next client: DISCOVER, REQUEST, and sometimes RELEASE. */
  exchange(): void {
    const { packet } = this;
    this.lease();
    if (this.client % 3 === 0) {
      packet.setInt32(AT_CLIENT_ADDRESS, this.transport.offered);
      this.take(7);
    }
  }

  /** A client without an address asks with one that it has not, declines what it has, and informs itself. */
  strange(): void {
    const { packet } = this;
    this.next();
    packet.setInt32(AT_CLIENT_ADDRESS, 0);
    packet.setInt32(AT_SERVER, SERVER);
    packet.setInt32(AT_REQUESTED, FIRST + (this.client % (ADDRESSES + 2)));
    this.take(3);
    this.take(4);
    packet.setInt32(AT_CLIENT_ADDRESS, FIRST + ADDRESSES);
    this.take(8);
  }

  /** A message whose bytes after the header are random. */
  garbage(): void {
    const { packet } = this;
    this.next();
    for (let at = AT_OPTIONS; at < MESSAGE_BYTES; at += 4) {
      packet.setInt32(at, this.nextRandom());
    }
    this.receive(AT_OPTIONS + (this.nextRandom() & 63) - 4);
    this.write();
  }

  private next(): void {
    this.client = (this.client + 1) % this.clients;
    this.now = (this.now + STEP_MS) % 0x3fffffff;
    this.packet.setInt32(AT_TRANSACTION, this.client);
    this.packet.setInt16(AT_HARDWARE + 4, this.client);
  }

  private take(type: number): void {
    this.packet.setUint8(AT_TYPE, type);
    this.receive(MESSAGE_BYTES);
  }

  private receive(length: number): void {
    this.received++;
    this.engine.receive(this.packet, length, this.now);
    this.engine.poll(this.now);
  }

  /** Random numbers of 32 bits ("xorshift32", Marsaglia 2003), of which only 30 are used. */
  private nextRandom(): number {
    this.random ^= this.random << 13;
    this.random ^= this.random >>> 17;
    this.random ^= this.random << 5;
    return this.random & 0x3fffffff;
  }

  /** Writes the message: its header, and the options 53, 50, 54, 60, 93, 55 and 61. */
  private write(): void {
    const { packet } = this;
    for (let at = 0; at < MESSAGE_BYTES; at++) {
      packet.setUint8(at, 0);
    }
    packet.setUint32(0, 0x01010600);
    packet.setUint32(AT_HARDWARE, 0x52540000);
    packet.setUint32(236, 0x63825363);
    let at = AT_OPTIONS;
    for (let index = 0; index < OPTIONS.length; index++) {
      packet.setUint8(at++, OPTIONS[index] as number);
    }
  }
}

const PXE = [0x50, 0x58, 0x45, 0x43, 0x6c, 0x69, 0x65, 0x6e, 0x74];
const OPTIONS = [
  53,
  1,
  1,
  50,
  4,
  0,
  0,
  0,
  0,
  54,
  4,
  0,
  0,
  0,
  0,
  60,
  9,
  ...PXE,
  93,
  2,
  0,
  7,
  55,
  3,
  1,
  66,
  67,
  61,
  2,
  1,
  2,
  255,
];
