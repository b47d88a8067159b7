/**
 * One logical connection: who the peer is, what was agreed, how far it is, and when something is due. A transfer is a
 * slot of a pool that is made once; nothing is added to it later, so its memory never changes.
 */
import type { Address, LocalPort, ReadableFile, TransferView, WritableFile } from "./host.js";
import { MAX_BLOCK_BYTES } from "./packet.js";

/** Nobody has the slot. */
export const STATE_FREE = 0;
/** The first message waits for its answer: a server's OACK for its ACK (RFC 2347: of block 0), a client's request. */
export const STATE_OFFERING = 1;
/** DATA is out, an ACK is awaited. */
export const STATE_SENDING = 2;
/** ACK or OACK is out, DATA is awaited. */
export const STATE_RECEIVING = 3;
/** A received file is complete; the slot stays for a while to repeat the last ACK. */
export const STATE_LINGERING = 4;

/** The mode is netascii. */
export const FLAG_NETASCII = 1;
/** The outstanding message was sent more than once, so its answer tells nothing about the round trip (Karn's rule). */
export const FLAG_REPEATED = 1 << 1;
/** The peer has answered, so its address is real. */
export const FLAG_ANSWERED = 1 << 2;
/** The last block sent is the last of the file. */
export const FLAG_LAST_BLOCK_SENT = 1 << 3;
/** The interval was agreed upon (RFC 2349 `timeout`): it is used exactly. */
export const FLAG_FIXED_INTERVAL = 1 << 4;
/** netascii: the block before ended with a carriage return, whose second half decides what it means. */
export const FLAG_CARRIAGE_RETURN = 1 << 5;
/** The ACK for the present gap in a window is out (RFC 7440 §4). */
export const FLAG_GAP_ACKNOWLEDGED = 1 << 6;
/** Options that were accepted, and stand in the server's OACK. */
export const FLAG_OPTION_BLOCK_SIZE = 1 << 8;
export const FLAG_OPTION_TIMEOUT = 1 << 9;
export const FLAG_OPTION_TRANSFER_SIZE = 1 << 10;
export const FLAG_OPTION_WINDOW_SIZE = 1 << 11;
export const FLAGS_OPTIONS =
  FLAG_OPTION_BLOCK_SIZE | FLAG_OPTION_TIMEOUT | FLAG_OPTION_TRANSFER_SIZE | FLAG_OPTION_WINDOW_SIZE;

/**
 * Above its flags, a transfer keeps the code of the ERROR that ended it, plus 1: seventeen bits. A property of its own
 * would take a slot of memory on XS for each transfer.
 */
const ERROR_CODE_SHIFT = 12;

/** Parts of a millisecond in which the smoothed round trip is kept (RFC 6298 §2 in integers). */
export const ROUND_TRIP_SCALE = 8;

const NO_NAME = "";
/** Equals the port of no datagram, so that a free slot belongs to nobody. */
export const NO_PORT = -1;

/**
 * XS looks for a property from an object's first on, so those that every packet needs stand first. It saves some 1,200
 * of the processor's instructions for each packet, 5 % (callgrind, on 64 bits).
 */
export class Transfer implements TransferView {
  flags = 0;
  /**
   * Blocks that are through, counted from the start without wrapping: acknowledged by the peer (sending), or received
   * in order (receiving).
   */
  confirmed = 0;
  /** The last block that was sent (sending), or the last that was acknowledged (receiving). */
  sent = 0;
  state = STATE_FREE;
  port = NO_PORT;
  address: Address = 0;
  /** Smoothed round trip in eighths of a millisecond, or -1 (RFC 6298 §2, SRTT). */
  smoothedRoundTrip = -1;
  /** Variation of the round trip in quarters of a millisecond (RFC 6298 §2, RTTVAR). */
  roundTripVariation = 0;
  /** How long after `sentAt` the outstanding message is sent again. */
  intervalMs = 0;
  /** When the outstanding message was last sent. */
  sentAt = 0;
  /**
   * Where the block after `confirmed` begins in the file. For a netascii download it is a cursor: twice the position,
   * plus 1 if the block begins with the second half of a pair.
   */
  confirmedPosition = 0;
  /** The same for the block after `sent` (sending only). */
  sentPosition = 0;
  blockSizeBytes = MAX_BLOCK_BYTES;
  windowSize = 1;
  file: ReadableFile | WritableFile | null = null;
  /** Where its messages leave from: its own port, or the listening port when all share one. */
  localPort: LocalPort = 0;
  /** When something new last got through; giving up counts from here. */
  progressAt = 0;
  /** When the schedule looks at the transfer next: never later than `sentAt + intervalMs`, often earlier. */
  wakeAt = 0;

  readonly slot: number;
  name = NO_NAME;
  sizeBytes = -1;
  startedAt = 0;
  retransmissions = 0;
  duplicates = 0;
  /** Place in the schedule's heap. */
  heapIndex = 0;
  /** The next transfer in the same bucket of the peer table. */
  nextPeer: Transfer | null = null;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** Takes the slot for a new logical connection. */
  begin(name: string, localPort: LocalPort, address: Address, port: number, now: number): void {
    this.name = name;
    this.localPort = localPort;
    this.address = address;
    this.port = port;
    this.confirmed = 0;
    this.sent = 0;
    this.confirmedPosition = 0;
    this.sentPosition = 0;
    this.startedAt = now;
    this.progressAt = now;
    this.sentAt = now;
    this.smoothedRoundTrip = -1;
    this.roundTripVariation = 0;
    this.retransmissions = 0;
    this.duplicates = 0;
  }

  /** Gives up what the slot holds, so that nothing of the old transfer keeps memory alive. */
  release(): void {
    this.state = STATE_FREE;
    this.name = NO_NAME;
    this.file = null;
    this.address = 0;
    this.port = NO_PORT;
  }

  /** Whether the file comes from the peer. */
  get isReceiving(): boolean {
    return this.state >= STATE_RECEIVING;
  }

  get isUpload(): boolean {
    return this.isReceiving;
  }

  get isNetascii(): boolean {
    return (this.flags & FLAG_NETASCII) !== 0;
  }

  get errorCode(): number {
    return (this.flags >> ERROR_CODE_SHIFT) - 1;
  }

  /** An ERROR ends the transfer: there is no second one. */
  endWithError(code: number): void {
    this.flags |= (code + 1) << ERROR_CODE_SHIFT;
  }

  get blocks(): number {
    return this.confirmed;
  }

  get bytes(): number {
    return this.isNetascii && !this.isReceiving ? Math.floor(this.confirmedPosition / 2) : this.confirmedPosition;
  }

  get roundTripMs(): number {
    return this.smoothedRoundTrip < 0 ? -1 : this.smoothedRoundTrip / ROUND_TRIP_SCALE;
  }
}
