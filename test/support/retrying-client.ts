/**
 * A TFTP client over a real socket, for tests: both directions, options, windows, repeats. It is written from the RFCs
 * and shares nothing with the engine, so that the two check each other.
 */
import dgram from "node:dgram";
import { isIPv6 } from "node:net";

const READ_REQUEST = 1;
const WRITE_REQUEST = 2;
const DATA = 3;
const ACKNOWLEDGEMENT = 4;
const ERROR = 5;
const OPTION_ACKNOWLEDGEMENT = 6;

const HEADER_BYTES = 4;
const BLOCK_BYTES = 512;
const BLOCK_NUMBERS = 0x10000;

/** The options of RFC 2348, 2349 and 7440, by their names on the wire. */
export interface TransferOptions {
  readonly blksize?: number;
  readonly timeout?: number;
  readonly tsize?: number;
  readonly windowsize?: number;
}

export interface ClientOptions {
  /** Where requests go. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Where the client sends from. Default: the system chooses. */
  readonly localAddress?: string;
  /** Default octet. */
  readonly mode?: string;
  /** What is asked for (RFC 2347); the server's answer decides. */
  readonly options?: TransferOptions;
  /** Time before the last message is sent again. Default 250 ms. */
  readonly intervalMs?: number;
  /**
   * The same for the request, as long as nothing has answered it. Default 5 s, as tftp-hpa has it: a request that is
   * sent again although its answer is on the way, and comes late, ends the transfer for a new one.
   */
  readonly requestIntervalMs?: number;
  /** Called with the number of blocks that are through, before the client goes on. What it throws aborts the transfer. */
  readonly step?: (blocks: number) => void | Promise<void>;
  /** Makes the client vanish without a word. */
  readonly signal?: AbortSignal;
}

/** The server has answered with an ERROR. */
export class ErrorAnswer extends Error {
  constructor(
    readonly errorCode: number,
    text: string,
    /** Where the answer came from. */
    readonly address: string,
  ) {
    super(`ERROR ${errorCode}: ${text}`);
  }
}

/** Nothing answers any more. */
export class NoAnswer extends Error {}

export interface Fetched {
  readonly content: Buffer;
  /** Where the answers came from. */
  readonly address: string;
  readonly port: number;
  /** What the server granted, or undefined when it sent no OACK. */
  readonly granted: TransferOptions | undefined;
}

/** Fetches a file. Rejects with {@link ErrorAnswer}, {@link NoAnswer}, or what `step` has thrown. */
export async function fetchFile(name: string, options: ClientOptions): Promise<Fetched> {
  const download = new Download(name, options);
  await download.ended;
  return {
    content: Buffer.concat(download.blocks),
    address: download.peerAddress,
    port: download.peerPort,
    granted: download.granted,
  };
}

/** Puts a file. Rejects as {@link fetchFile} does. */
export async function putFile(name: string, content: Buffer, options: ClientOptions): Promise<void> {
  await new Upload(name, content, options).ended;
}

const REQUEST_INTERVAL_MS = 5000;
/** Longer than the server is silent in any test. */
const PATIENCE_MS = 20_000;
/** As much as a window of 16 needs, many times over. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/** What both directions have in common: a request, a peer, the last message, and when it is sent again. */
abstract class Conversation {
  readonly ended: Promise<void>;
  peerAddress = "";
  peerPort = 0;
  granted: TransferOptions | undefined;

  protected readonly intervalMs: number;
  private readonly socket: dgram.Socket;
  private readonly request: Buffer;
  private timer: NodeJS.Timeout | undefined;
  private heardAt = Date.now();
  private isBusy = false;
  private isOver = false;
  private end!: (failure?: unknown) => void;

  constructor(
    opcode: number,
    name: string,
    protected readonly options: ClientOptions,
  ) {
    this.intervalMs = options.intervalMs ?? 250;
    this.request = requestPacket(opcode, name, options);
    this.socket = dgram.createSocket({
      type: isIPv6(this.host) ? "udp6" : "udp4",
      // Answers at once, so that what is sent is out when the socket is closed.
      lookup: (address, _options, done) => done(null, address, isIPv6(address) ? 6 : 4),
    });
    this.ended = new Promise((resolve, reject) => {
      this.end = (failure) => {
        if (!this.isOver) {
          this.isOver = true;
          clearTimeout(this.timer);
          this.socket.close();
          options.signal?.removeEventListener("abort", this.vanish);
          failure === undefined ? resolve() : reject(failure);
        }
      };
    });
    this.socket.on("error", (error) => this.end(error));
    this.socket.on("message", (message, { address, port }) => void this.heard(message, address, port));
    this.socket.bind(0, options.localAddress, () => this.begin());
  }

  /** Sends again what waits for an answer. */
  protected abstract repeat(): void;
  /** An OACK, DATA or ACK has come. */
  protected abstract received(opcode: number, message: Buffer): Promise<boolean>;

  protected send(packet: Buffer): void {
    this.socket.send(packet, this.peerPort, this.peerAddress);
  }

  /** Starts the wait for an answer anew. */
  protected wait(): void {
    this.waitFor(this.intervalMs);
  }

  private get host(): string {
    return this.options.host ?? "127.0.0.1";
  }

  private readonly vanish = (): void => this.end(this.options.signal?.reason);

  private begin(): void {
    this.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    if (this.options.signal?.aborted) {
      this.vanish();
      return;
    }
    this.options.signal?.addEventListener("abort", this.vanish);
    this.sendRequest();
  }

  private sendRequest(): void {
    this.socket.send(this.request, this.options.port, this.host);
    this.waitFor(this.options.requestIntervalMs ?? REQUEST_INTERVAL_MS);
  }

  private waitFor(ms: number): void {
    clearTimeout(this.timer);
    if (!this.isOver) {
      this.timer = setTimeout(() => this.waitedInVain(), ms);
    }
  }

  private waitedInVain(): void {
    if (!this.isBusy && Date.now() - this.heardAt > PATIENCE_MS) {
      this.end(new NoAnswer(`Nothing has come from the server for ${PATIENCE_MS} ms`));
    } else if (this.peerPort === 0) {
      this.sendRequest();
    } else {
      if (!this.isBusy) {
        this.repeat();
      }
      this.wait();
    }
  }

  /** What comes while a `step` is waited for is ignored, as if it were lost. */
  private async heard(message: Buffer, address: string, port: number): Promise<void> {
    if (this.isBusy || this.isOver || (this.peerPort !== 0 && port !== this.peerPort)) {
      return;
    }
    this.peerAddress = address;
    this.peerPort = port;
    this.heardAt = Date.now();
    const opcode = message.readUInt16BE(0);
    if (opcode === ERROR) {
      const text = message.toString("latin1", HEADER_BYTES, message.length - 1);
      this.end(new ErrorAnswer(message.readUInt16BE(2), text, address));
      return;
    }
    this.isBusy = true;
    try {
      if (opcode === OPTION_ACKNOWLEDGEMENT) {
        this.granted ??= optionsOf(message);
      }
      if (await this.received(opcode, message)) {
        this.end();
      }
    } catch (failure) {
      this.abort();
      this.end(failure);
    } finally {
      this.isBusy = false;
    }
  }

  /** Tells the server that nothing more will come. */
  private abort(): void {
    if (!this.isOver) {
      this.send(Buffer.from([0, ERROR, 0, 0, 0]));
    }
  }

  protected get blockBytes(): number {
    return this.granted?.blksize ?? BLOCK_BYTES;
  }

  protected get windowSize(): number {
    return this.granted?.windowsize ?? 1;
  }
}

class Download extends Conversation {
  readonly blocks: Buffer[] = [];
  private acknowledged = 0;
  private isGapReported = false;

  constructor(name: string, options: ClientOptions) {
    super(READ_REQUEST, name, options);
  }

  protected override repeat(): void {
    this.acknowledge();
  }

  protected override async received(opcode: number, message: Buffer): Promise<boolean> {
    if (opcode === OPTION_ACKNOWLEDGEMENT && this.blocks.length === 0) {
      await this.options.step?.(0);
      this.acknowledge();
    }
    if (opcode !== DATA) {
      return false;
    }
    const ahead = (message.readUInt16BE(2) - this.blocks.length) & (BLOCK_NUMBERS - 1);
    if (ahead !== 1) {
      this.receivedOutOfOrder(ahead);
      return false;
    }
    this.isGapReported = false;
    this.blocks.push(message.subarray(HEADER_BYTES));
    await this.options.step?.(this.blocks.length);
    const isLast = message.length - HEADER_BYTES < this.blockBytes;
    if (isLast || this.blocks.length - this.acknowledged >= this.windowSize) {
      this.acknowledge();
    }
    return isLast;
  }

  /**
   * The block that was acknowledged last gets its ACK again (RFC 1350 §2). A gap in a window is reported once
   * (RFC 7440 §4).
   */
  private receivedOutOfOrder(ahead: number): void {
    const isRepeated = ahead === 0 && this.acknowledged === this.blocks.length;
    const isGap = ahead > 1 && ahead <= this.windowSize;
    if (isRepeated || (isGap && !this.isGapReported)) {
      this.isGapReported ||= isGap;
      this.acknowledge();
    }
  }

  private acknowledge(): void {
    this.acknowledged = this.blocks.length;
    this.send(packet(ACKNOWLEDGEMENT, this.acknowledged));
    this.wait();
  }
}

class Upload extends Conversation {
  private confirmed = 0;
  private sent = 0;

  constructor(
    name: string,
    private readonly content: Buffer,
    options: ClientOptions,
  ) {
    super(WRITE_REQUEST, name, options);
  }

  protected override repeat(): void {
    this.sendWindow();
  }

  protected override async received(opcode: number, message: Buffer): Promise<boolean> {
    if (opcode === OPTION_ACKNOWLEDGEMENT || (opcode === ACKNOWLEDGEMENT && this.sent === 0)) {
      if (this.sent > 0) {
        return false;
      }
      await this.options.step?.(0);
      this.sendWindow();
      return false;
    }
    const ahead = (message.readUInt16BE(2) - this.confirmed) & (BLOCK_NUMBERS - 1);
    if (opcode !== ACKNOWLEDGEMENT || ahead === 0 || ahead > this.sent - this.confirmed) {
      return false;
    }
    this.confirmed += ahead;
    await this.options.step?.(this.confirmed);
    if (this.confirmed === this.blockCount) {
      return true;
    }
    this.sendWindow();
    return false;
  }

  /** The last block is shorter than the others, and empty if need be. */
  private get blockCount(): number {
    return Math.floor(this.content.length / this.blockBytes) + 1;
  }

  private sendWindow(): void {
    const size = this.blockBytes;
    this.sent = Math.min(this.confirmed + this.windowSize, this.blockCount);
    for (let block = this.confirmed; block < this.sent; block++) {
      this.send(Buffer.concat([packet(DATA, block + 1), this.content.subarray(block * size, (block + 1) * size)]));
    }
    this.wait();
  }
}

function packet(opcode: number, blockNumber: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt16BE(opcode, 0);
  bytes.writeUInt16BE(blockNumber % BLOCK_NUMBERS, 2);
  return bytes;
}

function requestPacket(opcode: number, name: string, { mode = "octet", options = {} }: ClientOptions): Buffer {
  const texts = [name, mode, ...Object.entries(options).flat()];
  return Buffer.concat([Buffer.from([0, opcode]), ...texts.map((text) => Buffer.from(`${text}\0`))]);
}

function optionsOf(message: Buffer): TransferOptions {
  const texts = message.toString("latin1", 2).split("\0");
  const options: [name: string, value: number][] = [];
  for (let index = 0; index + 1 < texts.length; index += 2) {
    options.push([texts[index] as string, Number(texts[index + 1])]);
  }
  return Object.fromEntries(options);
}
