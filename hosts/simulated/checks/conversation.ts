/**
 * What the checker knows of one transfer, from the messages alone: what was asked, what is agreed, what is through.
 */

import { GrowingBytes } from "../wire/bytes.js";
import { blockOf } from "../wire/messages.js";
import { encodeNetascii } from "../wire/netascii.js";
import { type Agreement, type AskedRequest, agreementOf } from "./asked-request.js";
import type { OpenedFile } from "./checked-storage.js";

const BLOCK_NUMBER_MASK = 0xffff;

/** What a received message means to a conversation. */
export type Meaning = "advances" | "repeated" | "ahead" | "too large" | "ends" | "nothing";

export class Conversation {
  asked: AskedRequest;
  agreement: Agreement;
  /** The peer has acknowledged something, so it is there. */
  isAnswered = false;
  /** An upload is finished; its last ACK may be repeated. */
  isLingering = false;
  /** Blocks that are through, counted without wrapping. */
  confirmed = 0;
  /** Fetching: the last block that is out. Putting: the last that was acknowledged. */
  sentUpTo = 0;
  /** Fetching: the number of the file's last block, when it was sent. */
  lastBlock = -1;
  /** Putting: the file's end is in. */
  isComplete = false;
  /** Putting: all payloads in their order. */
  readonly payloads = new GrowingBytes();
  /** Engine's times in milliseconds. */
  progressAt: number;
  waitsSince: number;
  /** The clock went back, and all of this may take longer by so much, until something new gets through. */
  longerMs = 0;
  /** How often DATA was repeated by the timer before the first ACK. */
  unansweredRepeats = 0;
  /** The number of the engine call in which it sent last. */
  sentInCall = -1;

  private readonly wire = new GrowingBytes();
  private encodedBytes = 0;

  constructor(
    asked: AskedRequest,
    readonly file: OpenedFile,
    readonly slot: number,
    readonly address: string,
    readonly port: number,
    private readonly maxWindowSize: number,
    now: number,
  ) {
    this.asked = asked;
    this.agreement = agreementOf(asked, file.sizeBytes, maxWindowSize);
    this.progressAt = now;
    this.waitsSince = now;
  }

  get isUpload(): boolean {
    return this.asked.isUpload;
  }

  /** Whether an OACK opens it. */
  get isOffered(): boolean {
    return this.agreement.acknowledged.length > 0;
  }

  /** Whether `asked` repeats the request that began it. */
  isBegunBy(asked: AskedRequest): boolean {
    return !this.isAnswered && asked.isUpload === this.isUpload && asked.name === this.asked.name;
  }

  /** The first request has come again, perhaps with other options: somebody is there, and waits anew. */
  askedAgain(asked: AskedRequest, now: number): void {
    this.progressAt = now;
    this.asked = asked;
    this.agreement = agreementOf(asked, this.file.sizeBytes, this.maxWindowSize);
  }

  /** What an ACK means. "advances" changes `confirmed`. */
  acknowledged(message: Uint8Array, now: number): Meaning {
    if (this.isUpload) {
      return "nothing";
    }
    const ahead = (blockOf(message) - this.confirmed) & BLOCK_NUMBER_MASK;
    const isOpen = this.isOffered && !this.isAnswered;
    const isOfferAccepted = isOpen && ahead === 0;
    const isNew = !isOpen && ahead > 0 && ahead <= this.sentUpTo - this.confirmed;
    if (!isOfferAccepted && !isNew) {
      return ahead === 0 ? "repeated" : "nothing";
    }
    this.isAnswered = true;
    this.confirmed += ahead;
    this.isComplete = this.confirmed === this.lastBlock;
    this.progressAt = now;
    this.longerMs = 0;
    return "advances";
  }

  /** What DATA means. "advances" changes `confirmed` and keeps the payload. */
  received(message: Uint8Array, now: number): Meaning {
    if (!this.isUpload) {
      return "nothing";
    }
    const ahead = (blockOf(message) - this.confirmed) & BLOCK_NUMBER_MASK;
    const payload = message.subarray(4);
    if (ahead === 1 && !this.isLingering && payload.length > this.agreement.blockSizeBytes) {
      return "too large";
    }
    if (ahead === 1 && !this.isLingering) {
      this.isAnswered = true;
      this.confirmed++;
      this.payloads.append(payload);
      this.isComplete = payload.length < this.agreement.blockSizeBytes;
      this.progressAt = now;
      this.waitsSince = now;
      this.longerMs = 0;
      return "advances";
    }
    if (ahead === 0 || ahead > BLOCK_NUMBER_MASK >> 1) {
      return this.confirmed > 0 ? "repeated" : "nothing";
    }
    return ahead <= this.agreement.windowSize && ahead > 1 ? "ahead" : "nothing";
  }

  /** What a block of a download must carry, as far as the file was read. */
  payloadOf(block: number): Uint8Array {
    const size = this.agreement.blockSizeBytes;
    return this.wireBytes().part((block - 1) * size, block * size);
  }

  /** Whether the bytes on the wire end with this block. */
  endsWith(block: number): boolean {
    return this.file.isWhole && this.wireBytes().length < block * this.agreement.blockSizeBytes;
  }

  private wireBytes(): GrowingBytes {
    const known = this.file.known;
    if (!this.asked.isNetascii) {
      return known;
    }
    this.wire.append(encodeNetascii(known.part(this.encodedBytes, known.length)));
    this.encodedBytes = known.length;
    return this.wire;
  }
}
