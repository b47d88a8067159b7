/**
 * A server's transfers: how they begin, alone or beside another of the same client, and what they repeat to a peer that may be
 * forged.
 */
import type { Observer, ReadableFile, Transport, WritableFile } from "./host.js";
import { Lockstep } from "./lockstep.js";
import { negotiate, writeOptionAcknowledgement } from "./options.js";
import { OUTCOME_COMPLETED, OUTCOME_SUPERSEDED, type Outcome } from "./outcome.js";
import type { Request } from "./request.js";
import type { Rivals } from "./retransmission.js";
import type { ServerOptions, ServerSettings } from "./settings.js";
import {
  FLAG_ANSWERED,
  FLAG_LAST_BLOCK_SENT,
  FLAG_REPEATED,
  FLAG_REPEATED_TWICE,
  FLAG_RIVALLED,
  STATE_OPENING,
  type Transfer,
} from "./transfer.js";
import type { Peers } from "./transfers.js";

/**
 * A transfer goes on if it has made progress in this time. Most clients ask again after a second or later, so a client that
 * starts anew soon has its answer, and a late or forged request does no harm until then.
 */
export const RECENT_MS = 3000;
/**
 * A transfer beside one that goes on sends nothing for this long. By then the client has mostly chosen the other, and what comes
 * from a port that it does not know stops some clients: curl, if it is an ACK.
 */
const BESIDE_MS = 300;
/** A window that is repeated has at most this many blocks: it asks for an ACK, and what a forged ACK can bring stays small. */
const MAX_REPEATED_BLOCKS = 16;
/** Of these flags, a transfer that goes on has the first only. */
const OVER = FLAG_ANSWERED | FLAG_LAST_BLOCK_SENT;

export class ServerLockstep extends Lockstep implements Rivals {
  declare protected readonly observer: Observer | null;

  constructor(
    transport: Transport,
    slots: readonly Transfer[],
    readonly peers: Peers,
    options: ServerOptions,
    readonly settings: ServerSettings,
    observer: Observer | null,
  ) {
    super(transport, slots, peers, options, settings.maxSizeBytes, observer);
    this.retransmission.rivals = this;
  }

  /** Whether a transfer with the sender of a request goes on. */
  goesOn(request: Request, now: number): boolean {
    let transfer = this.peers.find(request.address, request.port);
    while (transfer !== null) {
      if ((transfer.flags & OVER) === FLAG_ANSWERED && transfer.isRunning && now - transfer.progressAt < RECENT_MS) {
        return true;
      }
      transfer = this.peers.findOlder(transfer);
    }
    return false;
  }

  /** Opens a port for the transfer in the next free slot, unless all share one. */
  openPort(request: Request): boolean {
    const { slot } = this.freeSlot() as Transfer;
    const { listener, address, port } = request;
    return this.settings.singlePort || this.transmitter.transport.open(slot, listener, address, port);
  }

  /** Starts a transfer in the next free slot. Beside one that goes on, it waits before it sends anything. */
  begin(request: Request, file: ReadableFile | WritableFile, now: number): void {
    const isBeside = this.goesOn(request, now);
    const transfer = this.freeSlot() as Transfer;
    const { name, isUpload, listener, address, port } = request;
    transfer.begin(name, isUpload, this.settings.singlePort ? listener : transfer.slot, address, port, now);
    transfer.file = file;
    this.agree(transfer, request);
    this.start(transfer, now);
    const rival = this.peers.findOlder(transfer);
    if (rival !== null) {
      transfer.flags |= FLAG_RIVALLED;
      rival.flags |= FLAG_RIVALLED;
    }
    if (this.observer !== null) {
      this.observer.started(transfer, now);
    }
    if (isBeside) {
      transfer.sentAt = now + BESIDE_MS - transfer.intervalMs;
      this.schedule.move(transfer, now + BESIDE_MS);
    } else {
      this.sendOutstanding(transfer, now);
    }
  }

  /** Ends the other transfer with the same peer. The peer is told nothing: an ERROR would stop clients that mind no port. */
  endRival(transfer: Transfer, now: number): void {
    const newest = this.peers.find(transfer.address, transfer.port);
    const rival = newest === transfer ? this.peers.findOlder(transfer) : newest;
    if (rival !== null) {
      this.end(rival, OUTCOME_SUPERSEDED, now);
    }
  }

  /**
   * Sends the first message again, for a repeated request. A client that did not like the OACK and asks without options gets
   * what it asks for. Other options count only if the request is late: a forged one would change what was agreed while the
   * client's answer is on its way.
   */
  answerAgain(transfer: Transfer, request: Request, isLate: boolean, now: number): void {
    transfer.duplicates++;
    if (!this.goesOn(request, now)) {
      if (isLate || (transfer.state === STATE_OPENING && request.options.isEmpty)) {
        this.agree(transfer, request);
      }
      transfer.flags |= FLAG_REPEATED;
      // The client is there: its first message has its first wait once more.
      transfer.progressAt = now;
      this.sendOutstanding(transfer, now);
    }
  }

  override end(transfer: Transfer, outcome: Outcome, now: number): void {
    if (outcome === OUTCOME_COMPLETED && transfer.flags & FLAG_RIVALLED) {
      // The last block of an upload, within a window, is an answer without a sample.
      this.endRival(transfer, now);
    }
    super.end(transfer, outcome, now);
  }

  protected override sendOpening(transfer: Transfer): void {
    const transmitter = this.transmitter;
    const length = writeOptionAcknowledgement(transmitter.view, transfer);
    transmitter.transport.send(transmitter.packet, length, transfer.localPort, transfer.address, transfer.port);
  }

  /**
   * Repeats the first 16 blocks of a window at most twice, and those of the first window not at all: after that only its first
   * block, which asks for an ACK as well. A request and an ACK can both be forged, and would otherwise bring a victim the
   * window again and again.
   */
  protected override repeat(transfer: Transfer, now: number): void {
    const { confirmed, sent, sentPosition, windowSize } = transfer;
    const blocks = confirmed > 0 && !(transfer.flags & FLAG_REPEATED_TWICE) ? MAX_REPEATED_BLOCKS : 1;
    // Nothing is outstanding while receiving.
    const isPart = sent - confirmed > blocks;
    if (isPart) {
      transfer.windowSize = blocks;
      transfer.sent = confirmed + blocks;
    }
    super.repeat(transfer, now);
    if (isPart) {
      // The client may have the whole window, and acknowledge all of it.
      transfer.windowSize = windowSize;
      transfer.sent = sent;
      transfer.sentPosition = sentPosition;
    }
  }

  /** Refuses a request with an ERROR. */
  refuse(request: Request, errorCode: number): void {
    const { name, isUpload, listener, address, port } = request;
    this.transmitter.sendError(errorCode, listener, address, port);
    if (this.observer !== null) {
      this.observer.refused(name, isUpload, errorCode, address, port);
    }
  }

  private agree(transfer: Transfer, request: Request): void {
    const { maxWindowSize } = this.settings;
    negotiate(transfer, request.options, request.isNetascii, maxWindowSize, this.retransmission.initialIntervalMs);
  }
}
