/**
 * One logical connection: its peer, what was agreed, its progress and its deadlines. A transfer is a slot of a pool that is
 * made once, and nothing is added to it later.
 *
 * Theory of operation
 *
 * A transfer is in one of six states, whichever role this end plays. Its direction, {@link FLAG_RECEIVING}, is chosen with the
 * slot and never changes.
 *
 *     FREE        unused
 *     OPENING     the opening message awaits its answer: a server's OACK, a client's request
 *     SENDING     DATA is out, an ACK is awaited
 *     RECEIVING   an ACK is out, DATA is awaited
 *     COMMITTING  the received file is with its storage, which answers later; nothing is sent until then
 *     LINGERING   the received file is complete; the slot stays to repeat the last ACK
 *
 *     from                           to                      by           when
 *     FREE                           OPENING                 `begin`      a slot is taken for a request
 *     OPENING                        SENDING or RECEIVING    `run`        the peer has answered, or no OACK is needed
 *     OPENING, SENDING, RECEIVING    OPENING                 `open`       a server answers an unacknowledged request again
 *     RECEIVING                      COMMITTING              `commit`     the last block was written, and its file is pending
 *     RECEIVING, COMMITTING          LINGERING               `linger`     the last block was acknowledged
 *     all but FREE                   FREE                    `release`    the transfer has ended, or has lingered long enough
 *
 * `begin` is called by the two roles, `open` by `negotiate` in options.ts; `run` by `negotiate`, the sender, the receiver
 * and the client; `commit` by the receiver; `linger` and `release` by the pool of transfers. Only these methods assign a state.
 *
 * Invariants:
 *
 * - `file` is set in OPENING, SENDING, RECEIVING and COMMITTING, and null otherwise.
 * - `confirmed <= sent` while sending and `sent <= confirmed` while receiving; both are 0 in OPENING.
 * - `port` is {@link NO_PORT} in FREE and until a client's request has been answered, so that no datagram matches.
 * - Except in FREE, the transfer is in the schedule, and `wakeAt` is not later than its next deadline.
 * - `progressAt` is infinite for a client's request that never expires, and otherwise a time of the host.
 */
import type { Address, LocalPort, ReadableFile, TransferView, WritableFile } from "./host.js";
import { MAX_BLOCK_BYTES } from "./packet.js";

export const STATE_FREE = 0;
export const STATE_OPENING = 1;
export const STATE_SENDING = 2;
export const STATE_RECEIVING = 3;
export const STATE_LINGERING = 4;
export const STATE_COMMITTING = 5;

/** The mode is netascii. */
export const FLAG_NETASCII = 1;
/** The outstanding message was sent more than once, so its answer says nothing about the round trip (Karn's rule). */
export const FLAG_REPEATED = 1 << 1;
/** The peer has answered, so its address is real. */
export const FLAG_ANSWERED = 1 << 2;
/** The last block sent is the last of the file. */
export const FLAG_LAST_BLOCK_SENT = 1 << 3;
/** The interval was agreed (RFC 2349 `timeout`) and is used exactly. */
export const FLAG_FIXED_INTERVAL = 1 << 4;
/** netascii: the previous block ended with a carriage return; the next byte decides what it means. */
export const FLAG_CARRIAGE_RETURN = 1 << 5;
/** The ACK for the present gap in a window was sent (RFC 7440 §4). */
export const FLAG_GAP_ACKNOWLEDGED = 1 << 6;
/** The file comes from the peer. */
export const FLAG_RECEIVING = 1 << 7;
/** Options that the server accepted and lists in its OACK. */
export const FLAG_OPTION_BLOCK_SIZE = 1 << 8;
export const FLAG_OPTION_TIMEOUT = 1 << 9;
export const FLAG_OPTION_TRANSFER_SIZE = 1 << 10;
export const FLAG_OPTION_WINDOW_SIZE = 1 << 11;
/** The outstanding message was sent at least three times. */
export const FLAG_REPEATED_TWICE = 1 << 12;
/** Another transfer with the same peer may run beside it: the first answer to either ends the other. */
export const FLAG_RIVALLED = 1 << 13;
export const FLAGS_OPTIONS =
  FLAG_OPTION_BLOCK_SIZE | FLAG_OPTION_TIMEOUT | FLAG_OPTION_TRANSFER_SIZE | FLAG_OPTION_WINDOW_SIZE;

/** The answer before the outstanding message came after a repeat, which was of use as far as is known. */
export const FLAG_ANSWERED_LATE = 1 << 14;
/** That repeat has turned out to be needless, and the interval has grown for it. */
export const FLAG_NEEDLESS_REPEAT = 1 << 15;
/** The peer pauses for longer than the interval was: a repeat was needless. The interval does not shrink any more. */
export const FLAG_PEER_PAUSES = 1 << 16;
/** An ERROR has ended the transfer. */
export const FLAG_ERROR = 1 << 17;

/** The smoothed round trip is kept in units of 1/8 ms (RFC 6298 §2 in integers). */
export const ROUND_TRIP_SCALE = 8;

const NO_NAME = "";
/** Differs from the port of every datagram, so that none matches the slot. */
export const NO_PORT = -1;

/**
 * XS searches an object's properties in order, so those that every packet needs come first. It saves about 1,200 of the
 * processor's instructions per packet, 5 % (callgrind, 64 bits).
 */
export class Transfer implements TransferView {
  flags = 0;
  /** Blocks acknowledged by the peer (sending) or received in order (receiving), counted from the start without wrapping. */
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
  /**
   * The outstanding message is repeated this long after `sentAt` for the first time. After an ERROR nothing is awaited, and
   * this is its code: a separate property would take a slot of memory on XS for each transfer.
   */
  intervalMs = 0;
  /** Time at which the outstanding message was last sent. */
  sentAt = 0;
  /**
   * Position in the file of the block after `confirmed`. For a netascii download it is a cursor: twice the position, plus 1
   * if the block begins with the second half of a pair.
   */
  confirmedPosition = 0;
  /** Position or cursor of the block after `sent` (sending only). */
  sentPosition = 0;
  blockSizeBytes = MAX_BLOCK_BYTES;
  windowSize = 1;
  file: ReadableFile | WritableFile | null = null;
  /** The port that its messages leave from: its own, or the listening port if all transfers share that. */
  localPort: LocalPort = 0;
  /** Time of the last progress, from which giving up is counted. */
  progressAt = 0;
  /** Time at which the schedule looks at the transfer next: at most `sentAt + intervalMs`, often earlier. */
  wakeAt = 0;

  readonly slot: number;
  name = NO_NAME;
  sizeBytes = -1;
  startedAt = 0;
  retransmissions = 0;
  duplicates = 0;
  /** Index in the schedule's heap. */
  heapIndex = 0;
  /** The next transfer in the same bucket of the peer table. */
  nextPeer: Transfer | null = null;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** Takes the slot for a new logical connection. */
  begin(name: string, isReceiving: boolean, localPort: LocalPort, address: Address, port: number, now: number): void {
    this.state = STATE_OPENING;
    this.flags = isReceiving ? FLAG_RECEIVING : 0;
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

  /** Waits for the answer to the opening message. An OACK counts as block 0, whatever was sent before. */
  open(): void {
    this.state = STATE_OPENING;
    this.sent = 0;
    this.sentPosition = 0;
  }

  /** Starts DATA and ACK. */
  run(): void {
    this.state = this.isReceiving ? STATE_RECEIVING : STATE_SENDING;
  }

  /** Waits for the storage. No gap after the last block may have an ACK sent: it would be the last one. */
  commit(): void {
    this.state = STATE_COMMITTING;
    this.flags |= FLAG_GAP_ACKNOWLEDGED;
  }

  linger(): void {
    this.state = STATE_LINGERING;
  }

  /** Drops everything the slot refers to, so that an ended transfer keeps no memory alive. */
  release(): void {
    this.state = STATE_FREE;
    this.name = NO_NAME;
    this.file = null;
    this.address = 0;
    this.port = NO_PORT;
  }

  /** Whether the transfer goes on: it has neither ended nor lingers. */
  get isRunning(): boolean {
    return this.file !== null;
  }

  get isReceiving(): boolean {
    return (this.flags & FLAG_RECEIVING) !== 0;
  }

  get isUpload(): boolean {
    return this.isReceiving;
  }

  get isNetascii(): boolean {
    return (this.flags & FLAG_NETASCII) !== 0;
  }

  get errorCode(): number {
    return this.flags & FLAG_ERROR ? this.intervalMs : -1;
  }

  /** Records the code of the ERROR that ends the transfer. */
  setErrorCode(code: number): void {
    this.flags |= FLAG_ERROR;
    this.intervalMs = code;
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
