/**
 * An engine through which packets flow without end, with a transport, a storage and an observer that allocate nothing:
 * what the heap gains meanwhile, the engine has taken.
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
/** The first transfer of an engine has the first slot. */
const TRANSFER_PORT: LocalPort = 0;
const PACKETS_IN_A_MS = 16;

/** A name that the storage does not know. */
export const MISSING_NAME = "missing";
const MISSING: Refusal = ~1;

/** Some of everything that netascii translates; a file repeats it. */
export const TEXT = Uint8Array.of(0x61, 0x0a, 0x62, 0x0d, 0x63, 0x0d, 0x0a, 0x64);

/** A block of the text that begins with its byte number `first`. */
export function textBlock(first: number): Uint8Array {
  return new Uint8Array(BLOCK_BYTES).map((_, index) => TEXT[(first + index) % TEXT.length] as number);
}

class CountingTransport implements Transport {
  sent = 0;
  /** The block of the last DATA or ACK. */
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

/** One file without end. */
class EndlessFile implements Storage, ReadableFile, WritableFile {
  readonly sizeBytes = -1;
  /** A block for each place in the text where a read may begin. */
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

  /** The block that the engine sent or acknowledged last. */
  get lastBlock(): number {
    return this.transport.lastBlock;
  }

  /** Transfers that run: a flow that has lost its own would measure nothing. */
  get running(): number {
    return this.server.running;
  }

  /** At the listening port, from the client. */
  request(packet: Uint8Array): void {
    this.arrive(packet, LISTENER, CLIENT);
  }

  /** At the transfer's port, from the client. */
  fromClient(packet: Uint8Array): void {
    this.arrive(packet, TRANSFER_PORT, CLIENT);
  }

  /** At the transfer's port, from somebody else. */
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
    // A copy, since the engine may write to it.
    this.bytes.set(packet);
    if (localPort === LISTENER) {
      this.server.request(this.view, packet.length, localPort, address, PORT, this.now);
    } else {
      this.server.receive(this.view, packet.length, localPort, address, PORT, this.now);
    }
  }
}
