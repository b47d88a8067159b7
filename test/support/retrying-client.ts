/**
 * A TFTP client over a real socket, for tests: both directions, options, windows, repeats. It is written from the RFCs
 * and shares nothing with the engine, so that the two check each other.
 */
import { HEADER_BYTES, OPCODE_ACKNOWLEDGEMENT, OPCODE_DATA, OPCODE_OPTION_ACKNOWLEDGEMENT } from "lockstep-tftp/engine";
import { acknowledgement, dataMessage, numberOf, readRequest, writeRequest } from "lockstep-tftp/simulated";
import { type ClientOptions, Conversation, optionTexts, type TransferOptions } from "./retrying-conversation.js";

export { type ClientOptions, ErrorAnswer, NoAnswer, type TransferOptions } from "./retrying-conversation.js";

const BLOCK_NUMBERS = 0x10000;

export interface Fetched {
  readonly content: Buffer;
  /** The address and port that the answers came from. */
  readonly address: string;
  readonly port: number;
  /** The options that the server granted, or undefined without an OACK. */
  readonly granted: TransferOptions | undefined;
}

/** Downloads a file. Rejects with {@link ErrorAnswer}, {@link NoAnswer}, or what `step` threw. */
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

/** Uploads a file. Rejects as {@link fetchFile} does. */
export async function putFile(name: string, content: Buffer, options: ClientOptions): Promise<void> {
  await new Upload(name, content, options).ended;
}

class Download extends Conversation {
  readonly blocks: Buffer[] = [];
  private acknowledged = 0;
  private isGapReported = false;

  constructor(name: string, options: ClientOptions) {
    super(readRequest(name, optionTexts(options), options.mode), options);
  }

  protected override repeat(): void {
    this.acknowledge();
  }

  protected override async received(opcode: number, message: Buffer): Promise<boolean> {
    if (opcode === OPCODE_OPTION_ACKNOWLEDGEMENT && this.blocks.length === 0) {
      await this.options.step?.(0);
      this.acknowledge();
    }
    if (opcode !== OPCODE_DATA) {
      return false;
    }
    const ahead = (numberOf(message) - this.blocks.length) & (BLOCK_NUMBERS - 1);
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
    this.send(acknowledgement(this.acknowledged));
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
    super(writeRequest(name, optionTexts(options), options.mode), options);
  }

  protected override repeat(): void {
    this.sendWindow();
  }

  protected override async received(opcode: number, message: Buffer): Promise<boolean> {
    if (opcode === OPCODE_OPTION_ACKNOWLEDGEMENT || (opcode === OPCODE_ACKNOWLEDGEMENT && this.sent === 0)) {
      if (this.sent > 0) {
        return false;
      }
      await this.options.step?.(0);
      this.sendWindow();
      return false;
    }
    const ahead = (numberOf(message) - this.confirmed) & (BLOCK_NUMBERS - 1);
    if (opcode !== OPCODE_ACKNOWLEDGEMENT || ahead === 0 || ahead > this.sent - this.confirmed) {
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

  /** Number of blocks: the last one is shorter than the others, and may be empty. */
  private get blockCount(): number {
    return Math.floor(this.content.length / this.blockBytes) + 1;
  }

  private sendWindow(): void {
    const size = this.blockBytes;
    this.sent = Math.min(this.confirmed + this.windowSize, this.blockCount);
    for (let block = this.confirmed; block < this.sent; block++) {
      this.send(dataMessage(block + 1, this.content.subarray(block * size, (block + 1) * size)));
    }
    this.wait();
  }
}
