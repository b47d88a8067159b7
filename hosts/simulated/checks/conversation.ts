/**
 * The checker's account of one transfer, from the messages alone: the request, the agreed options, the transferred blocks.
 */
import { GrowingBytes } from "../wire/bytes.js";
import { numberOf } from "../wire/messages.js";
import { decodeNetascii, encodeNetascii } from "../wire/netascii.js";
import { type Agreement, type AskedRequest, agreementOf } from "./asked-request.js";
import type { OpenedFile } from "./checked-storage.js";

const BLOCK_NUMBER_MASK = 0xffff;
/** After this many repeats, a receiver is silent for at least {@link SILENCE_MS}, and for longer than two agreed intervals. */
const REPEATS_BEFORE_SILENCE = 2;
const SILENCE_MS = 6000;
/** From this time on a repeated request opens the file again, which may have changed. */
const REOPEN_AFTER_MS = 1000;
/** More than the first block of a window is repeated at most this many times. */
const MAX_WINDOW_REPEATS = 2;
/** Blocks of a window that are repeated then. */
const MAX_REPEATED_BLOCKS = 16;

/** The meaning of a received message to a conversation. */
export type Meaning = "advances" | "repeated" | "ahead" | "too large" | "ends" | "nothing";

export class Conversation {
  asked: AskedRequest;
  agreement: Agreement;
  /** The peer has acknowledged something: its address is not forged. */
  isAnswered = false;
  /** An upload has ended; its last ACK may be repeated. */
  isLingering = false;
  /** Blocks that are through, counted without wrapping. */
  confirmed = 0;
  /** Download: the furthest block that was sent. Upload: the last block that was acknowledged. */
  sentUpTo = 0;
  /** Download: the block that was sent last. */
  lastSent = 0;
  /** Download: the number of the file's last block, once it was sent; otherwise -1. */
  lastBlock = -1;
  /** The file's end is through. */
  isComplete = false;
  /** Engine's time of the start, in milliseconds. */
  readonly startedAt: number;
  /** Engine's time of the last progress, in milliseconds. */
  progressAt: number;
  /** Engine's time since which the next repeat waits, in milliseconds. */
  waitsSince: number;
  /** The clock went back: all waits may take this much longer until something new gets through. */
  longerMs = 0;
  /** Repeats of DATA by the timer before the first ACK. */
  unansweredRepeats = 0;
  /** Repeats by the timer since the last progress. */
  repeats = 0;
  /** The number of the engine call that sent to this peer last. */
  sentInCall = -1;

  /** The last answer was to the outstanding message: to an ACK, or to DATA. Other blocks of a window answer nothing. */
  startedWindow = false;

  /** Upload: all payloads in their order. */
  private readonly payloads = new GrowingBytes();
  private readonly wire = new GrowingBytes();
  private encodedBytes = 0;

  constructor(
    asked: AskedRequest,
    readonly file: OpenedFile,
    readonly slot: number,
    readonly address: string,
    readonly port: number,
    private readonly maxWindowSize: number,
    /** The number of the engine call in which it started. */
    readonly startedInCall: number,
    now: number,
  ) {
    this.asked = asked;
    this.agreement = agreementOf(asked, file.sizeBytes, maxWindowSize);
    this.startedAt = now;
    this.progressAt = now;
    this.waitsSince = now;
  }

  get isUpload(): boolean {
    return this.asked.isUpload;
  }

  /** Whether the next repeat comes after a silence: an ACK that was repeated twice leaves the client its turn. */
  get isSilenced(): boolean {
    return this.isUpload && this.repeats >= REPEATS_BEFORE_SILENCE;
  }

  /** The shortest silence, in milliseconds. */
  get silenceMs(): number {
    return Math.max(SILENCE_MS, 2 * (this.agreement.timeoutMs ?? 0));
  }

  /** Whether all has arrived, and the storage completes the file later: nothing is sent meanwhile. */
  get isCommitting(): boolean {
    return this.isComplete && this.file.isPending;
  }

  /** Whether an OACK opens it. */
  get isOffered(): boolean {
    return this.agreement.acknowledged.length > 0;
  }

  /** Whether `asked` repeats the request that started it. A download that is requested again later starts anew. */
  isBegunBy(asked: AskedRequest, now: number): boolean {
    const isLate = !this.isUpload && now - this.startedAt >= REOPEN_AFTER_MS;
    return !this.isAnswered && !isLate && asked.isUpload === this.isUpload && asked.name === this.asked.name;
  }

  /** Takes the first request again: the client is there, and starts to wait again. Its options count if it drops them. */
  repeatRequest(asked: AskedRequest, now: number): void {
    const isLate = now - this.startedAt >= REOPEN_AFTER_MS;
    this.progressAt = now;
    this.repeats = 0;
    if (isLate || (this.isOffered && asked.options.size === 0)) {
      this.sentUpTo = 0;
      this.lastBlock = -1;
      this.asked = asked;
      this.agreement = agreementOf(asked, this.file.sizeBytes, this.maxWindowSize);
    }
  }

  /** Takes an ACK. If it "advances", `confirmed` changes. */
  takeAcknowledgement(message: Uint8Array, now: number): Meaning {
    if (this.isUpload) {
      return "nothing";
    }
    const ahead = (numberOf(message) - this.confirmed) & BLOCK_NUMBER_MASK;
    const isOpen = this.isOffered && !this.isAnswered;
    const isOfferAccepted = isOpen && ahead === 0;
    const isNew = !isOpen && ahead > 0 && ahead <= this.sentUpTo - this.confirmed;
    if (!isOfferAccepted && !isNew) {
      return ahead === 0 ? "repeated" : "nothing";
    }
    this.isAnswered = true;
    this.startedWindow = true;
    this.confirmed += ahead;
    this.isComplete = this.confirmed === this.lastBlock;
    this.progressAt = now;
    this.longerMs = 0;
    this.repeats = 0;
    return "advances";
  }

  /** Takes DATA. If it "advances", `confirmed` changes and the payload is kept. */
  takeData(message: Uint8Array, now: number): Meaning {
    if (!this.isUpload) {
      return "nothing";
    }
    const ahead = (numberOf(message) - this.confirmed) & BLOCK_NUMBER_MASK;
    const payload = message.subarray(4);
    const isNext = ahead === 1 && !this.isLingering && !this.isCommitting;
    if (isNext && payload.length > this.agreement.blockSizeBytes) {
      return "too large";
    }
    if (isNext) {
      this.isAnswered = true;
      this.isComplete = payload.length < this.agreement.blockSizeBytes;
      this.startedWindow = this.confirmed === this.sentUpTo || this.isComplete;
      this.confirmed++;
      this.payloads.append(payload);
      this.progressAt = now;
      this.waitsSince = now;
      this.longerMs = 0;
      this.repeats = 0;
      return "advances";
    }
    if (ahead === 0 || ahead > BLOCK_NUMBER_MASK >> 1) {
      return this.confirmed > 0 ? "repeated" : "nothing";
    }
    return ahead <= this.agreement.windowSize && ahead > 1 && !this.isCommitting ? "ahead" : "nothing";
  }

  /** Number of blocks that are sent now, if the file has as many: a window, or what the timer repeats of it. */
  get blocksDue(): number {
    const { windowSize } = this.agreement;
    if (this.repeats === 0) {
      return windowSize;
    }
    const isFirstOnly = this.confirmed === 0 || this.repeats > MAX_WINDOW_REPEATS;
    return isFirstOnly ? 1 : Math.min(windowSize, MAX_REPEATED_BLOCKS);
  }

  /** The payload that a block of a download must carry, as far as the file was read. */
  payloadOf(block: number): Uint8Array {
    const size = this.agreement.blockSizeBytes;
    return this.wireBytes().part((block - 1) * size, block * size);
  }

  /** Whether the bytes on the wire end with this block. */
  endsWith(block: number): boolean {
    return this.file.isWhole && this.wireBytes().length < block * this.agreement.blockSizeBytes;
  }

  /** The file that an upload's payloads make up so far. */
  get receivedContent(): Uint8Array {
    const wire = this.payloads.part(0, this.payloads.length);
    return this.asked.isNetascii ? decodeNetascii(wire) : wire;
  }

  /** The size of {@link receivedContent}. */
  get receivedBytes(): number {
    return this.asked.isNetascii ? this.receivedContent.length : this.payloads.length;
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
