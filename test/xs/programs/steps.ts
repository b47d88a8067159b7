/**
 * Packets whose steps are counted: through the engine, through the minimum that any server must do (the floor), and through
 * nothing, which is the client's share.
 */
import {
  type Address,
  type LocalPort,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  type Transport,
} from "lockstep-tftp/engine";
import {
  Client,
  DOWNLOAD,
  EndlessFile,
  fillWithLines,
  OneFileStorage,
  type Receiver,
  type RequestText,
  UPLOAD,
  Workbench,
} from "./shared/workbench.js";

const WINDOW_BLOCKS = 16;
const WINDOWED = ["windowsize", String(WINDOW_BLOCKS)];
const NETASCII = "netascii";
const BLOCK_BYTES = 512;
const HEADER_BYTES = 4;
const BLOCK_NUMBER_MASK = 0xffff;
const LF = [0x0a];
const CR_LF = [0x0d, 0x0a];
/** A line longer than a block. */
const NO_LINE_END = BLOCK_BYTES;

/** A file in memory, each of whose blocks has these contents. */
class CopiedFile extends EndlessFile {
  constructor(private readonly contents: Uint8Array = new Uint8Array(BLOCK_BYTES)) {
    super();
  }

  override read(target: Uint8Array, _position: number): number {
    target.set(this.contents);
    return BLOCK_BYTES;
  }
}

class NoTransport implements Transport {
  send(_packet: Uint8Array, _length: number, _localPort: LocalPort, _address: unknown, _port: number): void {}

  open(): boolean {
    return true;
  }

  close(): void {}
}

class Nothing implements Receiver {
  receive(_packet: DataView, _length: number, _localPort: LocalPort, _address: unknown, _port: number): void {}
}

/** The minimum: read the header, read or write the file, write a header. */
class Floor implements Receiver {
  private readonly packet = new ArrayBuffer(HEADER_BYTES + BLOCK_BYTES);
  private readonly view = new DataView(this.packet);
  private readonly data = new Uint8Array(this.packet, HEADER_BYTES);

  constructor(private readonly file: EndlessFile) {}

  receive(packet: DataView, length: number): void {
    const header = packet.getUint32(0);
    if (header >>> 16 === OPCODE_ACKNOWLEDGEMENT) {
      const block = header & BLOCK_NUMBER_MASK;
      this.file.read(this.data, block * BLOCK_BYTES);
      this.view.setUint32(0, (OPCODE_DATA << 16) | ((block + 1) & BLOCK_NUMBER_MASK));
    } else {
      const block = header & BLOCK_NUMBER_MASK;
      this.file.write(packet, HEADER_BYTES, length - HEADER_BYTES, block * BLOCK_BYTES);
      this.view.setUint32(0, (OPCODE_ACKNOWLEDGEMENT << 16) | block);
    }
  }
}

function engine(file: EndlessFile, transport = new NoTransport()): Workbench {
  return new Workbench(new OneFileStorage(file), transport);
}

/** Sends packets to the engine or to its replacement. */
interface Run {
  begin(): void;
  receive(packets: number): void;
}

class Acknowledgements implements Run {
  constructor(
    private readonly client: Client,
    private readonly blocks = 1,
    private readonly request: RequestText = DOWNLOAD,
  ) {}

  begin(): void {
    this.client.begin(this.request);
  }

  receive(packets: number): void {
    this.client.acknowledge(packets, this.blocks);
  }
}

class Blocks implements Run {
  constructor(
    private readonly client: Client,
    private readonly request: RequestText = UPLOAD,
  ) {}

  begin(): void {
    this.client.begin(this.request);
  }

  receive(packets: number): void {
    this.client.sendBlocks(packets, 1);
  }
}

/** A block of a text whose lines have `lineBytes` letters. */
function linesOf(lineBytes: number, lineEnd: readonly number[]): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  fillWithLines(block, lineBytes, lineEnd);
  return block;
}

/** Uploads a text. Each block is written again, because the engine translates it in place. */
class TextBlocks implements Run {
  private readonly contents: Uint8Array;

  constructor(
    private readonly client: Client,
    lineBytes: number,
  ) {
    this.contents = linesOf(lineBytes, CR_LF);
  }

  begin(): void {
    this.client.begin({ ...UPLOAD, mode: NETASCII });
  }

  receive(packets: number): void {
    for (let count = 0; count < packets; count++) {
      this.client.bytes.set(this.contents, HEADER_BYTES);
      this.client.sendBlocks(1, 1);
    }
  }
}

function textDownload(lineBytes: number): Run {
  return new Acknowledgements(engine(new CopiedFile(linesOf(lineBytes, LF))), 1, { ...DOWNLOAD, mode: NETASCII });
}

function textUpload(lineBytes: number): Run {
  return new TextBlocks(engine(new EndlessFile()), lineBytes);
}

const runs: Record<string, Run> = {
  "nothing, with an ACK": new Acknowledgements(new Client(new Nothing())),
  "nothing, with DATA": new Blocks(new Client(new Nothing())),
  "floor down": new Acknowledgements(new Client(new Floor(new EndlessFile()))),
  "floor down, copied": new Acknowledgements(new Client(new Floor(new CopiedFile()))),
  "floor up": new Blocks(new Client(new Floor(new EndlessFile()))),
  down: new Acknowledgements(engine(new EndlessFile())),
  "down, copied": new Acknowledgements(engine(new CopiedFile())),
  "down, windowed": new Acknowledgements(engine(new EndlessFile()), WINDOW_BLOCKS, { ...DOWNLOAD, options: WINDOWED }),
  up: new Blocks(engine(new EndlessFile())),
  "up, windowed": new Blocks(engine(new EndlessFile()), { ...UPLOAD, options: WINDOWED }),
  "nothing, with text": new TextBlocks(new Client(new Nothing()), NO_LINE_END),
  "down, lines of 40 bytes": textDownload(40),
  "up, lines of 40 bytes": textUpload(40),
  "down, lines of 80 bytes": textDownload(80),
  "up, lines of 80 bytes": textUpload(80),
  "down, no line end": textDownload(NO_LINE_END),
  "up, no line end": textUpload(NO_LINE_END),
  "down, line ends alone": textDownload(0),
  "up, line ends alone": textUpload(0),
  "ignored ACK": new Acknowledgements(engine(new EndlessFile()), 1, UPLOAD),
  "ignored DATA": new Blocks(engine(new EndlessFile()), DOWNLOAD),
};

function named(name: string): Run {
  const found = runs[name];
  if (found === undefined) {
    throw new Error(`unknown run "${name}"`);
  }
  return found;
}

const begun = new Set<string>();

/** Begins a run, once only: a second request of the same client would begin a transfer whose port it does not answer. */
export function begin(name: string): void {
  if (begun.has(name)) {
    throw new Error(`the run "${name}" was measured before`);
  }
  begun.add(name);
  named(name).begin();
}

export function receive(name: string, packets: number): void {
  named(name).receive(packets);
}

/** Parts of the processing of a packet, divided by the engine's calls of the host. */
const BEFORE_STORAGE = 0;
const BEFORE_SEND = 1;
const AFTER_SEND = 2;
/** The client's share. */
const OUTSIDE = 3;
/** Cost of a mark itself: between two marks nothing happens. */
const NOTHING = 4;

const steps = [0, 0, 0, 0, 0];

/** Adds the steps since the last mark to this part. */
function mark(part: number): void {
  steps[part] = (steps[part] as number) + resetMeter(0, 0);
}

class MarkedFile extends EndlessFile {
  override read(): number {
    mark(BEFORE_STORAGE);
    mark(NOTHING);
    return BLOCK_BYTES;
  }

  override write(): number {
    mark(BEFORE_STORAGE);
    mark(NOTHING);
    return 0;
  }
}

class MarkedTransport extends NoTransport {
  override send(): void {
    mark(BEFORE_SEND);
    mark(NOTHING);
  }
}

class MarkedReceiver implements Receiver {
  private readonly server = engine(new MarkedFile(), new MarkedTransport()).server;

  request(packet: DataView, length: number, listener: LocalPort, address: Address, port: number, now: number): void {
    this.server.request(packet, length, listener, address, port, now);
  }

  receive(packet: DataView, length: number, slot: number, address: Address, port: number, now: number): void {
    mark(OUTSIDE);
    this.server.receive(packet, length, slot, address, port, now);
    mark(AFTER_SEND);
  }
}

export interface Parts {
  readonly beforeStorage: number;
  readonly beforeSend: number;
  readonly afterSend: number;
}

/** Steps of a packet in lock-step, by part. */
export function parts(isUpload: boolean, packets: number): Parts {
  const client = new Client(new MarkedReceiver());
  const run = isUpload ? new Blocks(client) : new Acknowledgements(client);
  run.begin();
  steps.fill(0);
  run.receive(packets);
  const [beforeStorage = 0, beforeSend = 0, afterSend = 0, _outside, nothing = 0] = steps;
  const marks = nothing / 2;
  return {
    beforeStorage: (beforeStorage - marks) / packets,
    beforeSend: (beforeSend - marks) / packets,
    afterSend: (afterSend - marks) / packets,
  };
}
