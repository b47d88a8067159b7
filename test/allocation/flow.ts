/**
 * An engine with an endless flow of packets. Its transport, storage and observer allocate nothing, so whatever the heap gains
 * was allocated by the engine.
 */
import {
  type Address,
  type LocalPort,
  type Observer,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  type ReadableFile,
  type Refusal,
  Server,
  type ServerOptions,
  type Storage,
  type Transport,
  type WritableFile,
} from "lockstep-tftp/engine";
import { LISTENER } from "../support/engine-transport.js";

const RECEIVE_BYTES = 2048;
const BLOCK_BYTES = 512;
const CLIENT: Address = "192.0.2.1";
const STRANGER: Address = "192.0.2.2";
const PORT = 2000;
/** Slot of an engine's first transfer. */
const TRANSFER_PORT: LocalPort = 0;
const PACKETS_IN_A_MS = 16;

/** A name unknown to the storage. */
export const MISSING_NAME = "missing";
const MISSING: Refusal = ~1;

/** A line, and every kind of byte that netascii translates; the file repeats it. */
const TEXT = new Uint8Array(32).fill(0x61);
TEXT.set([0x0a, 0x62, 0x0d, 0x63, 0x0d, 0x0a]);

/** Returns a block of the text from index `first`. */
export function textBlock(first: number): Uint8Array {
  return new Uint8Array(BLOCK_BYTES).map((_, index) => TEXT[(first + index) % TEXT.length] as number);
}

class CountingTransport implements Transport {
  sent = 0;
  /** Block number of the last DATA or ACK. */
  lastBlock = 0;

  send(packet: Uint8Array): void {
    this.sent++;
    if (packet[1] === OPCODE_DATA || packet[1] === OPCODE_ACKNOWLEDGEMENT) {
      this.lastBlock = ((packet[2] as number) << 8) | (packet[3] as number);
    }
  }

  open(): boolean {
    return true;
  }

  close(): void {}
}

/** A storage with one endless file. */
class EndlessFile implements Storage, ReadableFile, WritableFile {
  readonly sizeBytes = -1;
  /** A block for each index of the text at which a read may begin. */
  private readonly blocks = Array.from(TEXT, (_, first) => textBlock(first));

  openForReading(name: string): ReadableFile | Refusal {
    return name === MISSING_NAME ? MISSING : this;
  }

  openForWriting(): WritableFile {
    return this;
  }

  read(target: Uint8Array, position: number): number {
    target.set(this.blocks[position % TEXT.length] as Uint8Array);
    return BLOCK_BYTES;
  }

  write(): number {
    return 0;
  }

  commit(): number {
    return 0;
  }

  close(): void {}
}

class CountingObserver implements Observer {
  count = 0;

  started(): void {
    this.count++;
  }

  progressed(): void {
    this.count++;
  }

  ended(): void {
    this.count++;
  }

  refused(): void {
    this.count++;
  }
}

export class Flow {
  received = 0;
  private now = 0;
  private readonly transport = new CountingTransport();
  private readonly observer = new CountingObserver();
  private readonly server: Server;
  private readonly bytes = new Uint8Array(RECEIVE_BYTES);
  private readonly view = new DataView(this.bytes.buffer);

  constructor(options: ServerOptions = {}) {
    this.server = new Server(this.transport, new EndlessFile(), options, this.observer);
  }

  get sent(): number {
    return this.transport.sent;
  }

  /** Number of the block that the engine sent or acknowledged last. */
  get lastBlock(): number {
    return this.transport.lastBlock;
  }

  /** Number of running transfers: a flow without one would measure nothing. */
  get running(): number {
    return this.server.running;
  }

  /** A datagram of the client on the listening port. */
  request(packet: Uint8Array): void {
    this.arrive(packet, LISTENER, CLIENT);
  }

  /** A datagram of the client on the transfer's port. */
  fromClient(packet: Uint8Array): void {
    this.arrive(packet, TRANSFER_PORT, CLIENT);
  }

  /** A datagram of a stranger on the transfer's port. */
  fromStranger(packet: Uint8Array): void {
    this.arrive(packet, TRANSFER_PORT, STRANGER);
  }

  passTime(ms: number): void {
    this.now += ms;
    if (this.server.nextAt <= this.now) {
      this.server.poll(this.now);
    }
  }

  private arrive(packet: Uint8Array, localPort: LocalPort, address: Address): void {
    this.received++;
    if (this.received % PACKETS_IN_A_MS === 0) {
      this.passTime(1);
    }
    // The engine may write to the packet, so it gets a copy.
    this.bytes.set(packet);
    if (localPort === LISTENER) {
      this.server.request(this.view, packet.length, localPort, address, PORT, this.now);
    } else {
      this.server.receive(this.view, packet.length, localPort, address, PORT, this.now);
    }
  }
}
