/** A TFTP server on XS without sockets: datagrams arrive as commands, and its messages are the answers to them. */
import {
  type Address,
  FIRST_LISTENER,
  type LocalPort,
  MAX_PACKET_BYTES,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  Server,
  type Storage,
  type Transport,
  type WritableFile,
} from "lockstep-tftp/engine";
import {
  ACTION_BYTES,
  ACTION_CLOSE,
  ACTION_NEXT_AT,
  ACTION_OPEN,
  ACTION_SEND,
  ADDRESS_AT,
  KIND_AT,
  LENGTH_AT,
  LOCAL_PORT_AT,
  MESSAGE_BYTES,
  MESSAGE_DATAGRAM,
  NOW_AT,
  PORT_AT,
} from "./shared/bridge-messages.js";

/** A window of 16 blocks with a margin. */
const MAX_ACTIONS_BYTES = 32 * (ACTION_BYTES + MAX_PACKET_BYTES);

class MemoryFile implements ReadableFile, WritableFile {
  constructor(
    private readonly files: Map<string, Uint8Array>,
    private readonly name: string,
    private bytes: Uint8Array,
  ) {}

  get sizeBytes(): number {
    return this.bytes.length;
  }

  read(target: Uint8Array, position: number): number {
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    if (position + length > this.bytes.length) {
      const larger = new Uint8Array(2 * (position + length));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(new Uint8Array(source.buffer, source.byteOffset + offset, length), position);
    this.end = position + length;
    return 0;
  }

  private end = 0;

  commit(): number {
    this.files.set(this.name, this.bytes.slice(0, this.end));
    return 0;
  }

  close(): void {}
}

class MemoryStorage implements Storage {
  private readonly files = new Map<string, Uint8Array>();

  openForReading(name: string): ReadableFile | Refusal {
    const bytes = this.files.get(name);
    return bytes === undefined ? NOT_FOUND : new MemoryFile(this.files, name, bytes);
  }

  openForWriting(name: string): WritableFile {
    return new MemoryFile(this.files, name, new Uint8Array(0));
  }
}

/** Collects the engine's actions. */
class BridgedTransport implements Transport {
  private readonly bytes = new Uint8Array(MAX_ACTIONS_BYTES);
  private readonly view = new DataView(this.bytes.buffer);
  private length = 0;

  send(packet: Uint8Array, length: number, localPort: LocalPort, address: Address, port: number): void {
    this.add(ACTION_SEND, localPort, address, port, length);
    this.bytes.set(packet.subarray(0, length), this.length);
    this.length += length;
  }

  open(localPort: LocalPort): boolean {
    this.add(ACTION_OPEN, localPort, 0, 0, 0);
    return true;
  }

  close(localPort: LocalPort): void {
    this.add(ACTION_CLOSE, localPort, 0, 0, 0);
  }

  /** Returns the actions since the last call, and the time of the next poll. */
  take(nextAt: number): ArrayBuffer {
    this.view.setUint8(this.length, ACTION_NEXT_AT);
    this.view.setFloat64(this.length + 1, nextAt);
    const actions = this.bytes.buffer.slice(0, this.length + 9);
    this.length = 0;
    return actions;
  }

  private add(kind: number, localPort: LocalPort, address: Address, port: number, length: number): void {
    const { view, length: at } = this;
    view.setUint8(at + KIND_AT, kind);
    view.setInt32(at + LOCAL_PORT_AT, localPort);
    view.setUint16(at + PORT_AT, port);
    view.setUint32(at + ADDRESS_AT, address as number);
    view.setUint16(at + LENGTH_AT, length);
    this.length = at + ACTION_BYTES;
  }
}

const transport = new BridgedTransport();
const server = new Server(transport, new MemoryStorage());

function handleCommand(message: ArrayBuffer): ArrayBuffer {
  const header = new DataView(message);
  const now = header.getFloat64(NOW_AT);
  if (header.getUint8(KIND_AT) === MESSAGE_DATAGRAM) {
    const packet = new DataView(message, MESSAGE_BYTES);
    const address = header.getUint32(ADDRESS_AT);
    const port = header.getUint16(PORT_AT);
    const localPort = header.getInt32(LOCAL_PORT_AT);
    if (localPort >= FIRST_LISTENER) {
      server.request(packet, packet.byteLength, localPort, address, port, now);
    } else {
      server.receive(packet, packet.byteLength, localPort, address, port, now);
    }
  } else {
    server.poll(now);
  }
  return transport.take(server.nextAt);
}

Object.assign(globalThis, { handleCommand });
