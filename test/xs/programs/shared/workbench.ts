/**
 * The simplest possible host, so that only the engine's work is counted: an endless file that copies nothing, a transport that
 * keeps nothing, and a client that makes no mistake.
 */
import {
  type Address,
  FIRST_LISTENER,
  type LocalPort,
  NOT_FOUND,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  type ReadableFile,
  type Refusal,
  Server,
  type ServerOptions,
  type Storage,
  type Transport,
  type WritableFile,
} from "lockstep-tftp/engine";

export const LISTENER: LocalPort = FIRST_LISTENER;
/** Address and port of the only client; any other sender is a stranger. */
export const CLIENT_ADDRESS: Address = 1;
export const CLIENT_PORT = 2000;
export const FILE_NAME = "recovery.bin";

/** Local port of the only transfer, which has the first slot. */
export const TRANSFER_PORT: LocalPort = 0;
/** More than the blocks of any run here. */
const FILE_BYTES = 1e15;
const FULL_BLOCK_BYTES = 512;
const HEADER_BYTES = 4;
const PACKET_BYTES = 2048;
const BLOCK_NUMBER_MASK = 0xffff;
const LETTER = 0x61;

export class EndlessFile implements ReadableFile, WritableFile {
  readonly sizeBytes = FILE_BYTES;

  read(_target: Uint8Array, _position: number): number {
    return FULL_BLOCK_BYTES;
  }

  write(_source: DataView, _offset: number, _length: number, _position: number): number {
    return 0;
  }

  commit(): number {
    return 0;
  }

  close(): void {}
}

/** Fills a block with lines of `lineBytes` letters, each followed by `lineEnd`. */
export function fillWithLines(block: Uint8Array, lineBytes: number, lineEnd: readonly number[]): void {
  const period = lineBytes + lineEnd.length;
  for (let at = 0; at < block.length; at++) {
    const place = at % period;
    block[at] = place < lineBytes ? LETTER : (lineEnd[place - lineBytes] as number);
  }
}

export class OneFileStorage implements Storage {
  constructor(readonly file: EndlessFile) {}

  openForReading(name: string): ReadableFile | Refusal {
    return name === FILE_NAME ? this.file : NOT_FOUND;
  }

  openForWriting(): WritableFile | Refusal {
    return this.file;
  }
}

export class CountingTransport implements Transport {
  sentCount = 0;

  send(): void {
    this.sentCount++;
  }

  open(): boolean {
    return true;
  }

  close(): void {}
}

/** A request in the words of the wire. */
export interface RequestText {
  readonly opcode: number;
  readonly name: string;
  readonly mode: string;
  /** Alternating options and values. */
  readonly options: readonly string[];
}

export const DOWNLOAD: RequestText = { opcode: OPCODE_READ_REQUEST, name: FILE_NAME, mode: "octet", options: [] };
export const UPLOAD: RequestText = { ...DOWNLOAD, opcode: OPCODE_WRITE_REQUEST };

/** Receives datagrams: an engine or its replacement. */
export type Receiver = Pick<Server, "receive"> & Partial<Pick<Server, "request">>;

export class Client {
  /** The client's next message. */
  readonly packet = new DataView(new ArrayBuffer(PACKET_BYTES));
  /** The same bytes. */
  readonly bytes = new Uint8Array(this.packet.buffer);
  now = 1000;
  private block = 0;

  constructor(private readonly receiver: Receiver) {}

  /** Writes a request. Returns its length. */
  write(request: RequestText): number {
    this.packet.setUint16(0, request.opcode);
    let at = this.writeText(2, request.name);
    at = this.writeText(at, request.mode);
    for (const text of request.options) {
      at = this.writeText(at, text);
    }
    return at;
  }

  private writeText(start: number, text: string): number {
    let at = start;
    for (let index = 0; index < text.length; index++) {
      this.packet.setUint8(at++, text.charCodeAt(index));
    }
    this.packet.setUint8(at++, 0);
    return at;
  }

  /** Requests a file, and acknowledges the OACK of a download. */
  begin(request: RequestText): void {
    this.sendRequest(this.write(request));
    if (request.options.length > 0 && request.opcode === OPCODE_READ_REQUEST) {
      this.acknowledge(1, 0);
    }
  }

  /** Sends the request in the packet. */
  sendRequest(length: number): void {
    this.receiver.request?.(this.packet, length, LISTENER, CLIENT_ADDRESS, CLIENT_PORT, this.now);
    this.block = 0;
  }

  /** Sends `count` ACKs, each `blocks` after the one before. */
  acknowledge(count: number, blocks: number): void {
    const { packet, receiver } = this;
    for (let index = 0; index < count; index++) {
      this.block = (this.block + blocks) & BLOCK_NUMBER_MASK;
      packet.setUint32(0, (OPCODE_ACKNOWLEDGEMENT << 16) | this.block);
      receiver.receive(packet, HEADER_BYTES, TRANSFER_PORT, CLIENT_ADDRESS, CLIENT_PORT, ++this.now);
    }
  }

  /** Sends ACKs in lock-step on the listening port. */
  acknowledgeOnListener(count: number): void {
    const { packet, receiver } = this;
    for (let index = 0; index < count; index++) {
      this.block = (this.block + 1) & BLOCK_NUMBER_MASK;
      packet.setUint32(0, (OPCODE_ACKNOWLEDGEMENT << 16) | this.block);
      receiver.request?.(packet, HEADER_BYTES, LISTENER, CLIENT_ADDRESS, CLIENT_PORT, ++this.now);
    }
  }

  /** Sends blocks, each `step` after the one before (0: the same block again). */
  sendBlocks(count: number, step: number, blockSizeBytes = FULL_BLOCK_BYTES): void {
    const { packet, receiver } = this;
    const length = HEADER_BYTES + blockSizeBytes;
    for (let index = 0; index < count; index++) {
      this.block = (this.block + step) & BLOCK_NUMBER_MASK;
      packet.setUint32(0, (OPCODE_DATA << 16) | this.block);
      receiver.receive(packet, length, TRANSFER_PORT, CLIENT_ADDRESS, CLIENT_PORT, ++this.now);
    }
  }
}

/** A client with an engine. */
export class Workbench extends Client {
  readonly server: Server;

  constructor(storage: Storage, transport: Transport, options: ServerOptions = {}) {
    const server = new Server(transport, storage, options);
    super(server);
    this.server = server;
  }
}
