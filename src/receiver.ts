/**
 * The side that sends ACK: it takes blocks in order, writes them, and acknowledges each, or the last of each window
 * (RFC 1350 §2, RFC 7440 §4).
 */
import type { TransferObserver, WritableFile } from "./host.js";
import { NetasciiDecoder } from "./netascii.js";
import {
  OUTCOME_COMPLETED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_RUNNING,
  OUTCOME_STORAGE_FAILED,
  OUTCOME_TOO_LARGE,
  type Outcome,
} from "./outcome.js";
import { BLOCK_NUMBER_MASK, ERROR_DISK_FULL, ERROR_ILLEGAL_OPERATION, HEADER_BYTES } from "./packet.js";
import type { Retransmission } from "./retransmission.js";
import type { Schedule } from "./schedule.js";
import {
  FLAG_ANSWERED,
  FLAG_CARRIAGE_RETURN,
  FLAG_GAP_ACKNOWLEDGED,
  FLAG_NETASCII,
  FLAG_REPEATED,
  STATE_LINGERING,
  type Transfer,
} from "./transfer.js";
import type { Transmitter } from "./transmitter.js";

export class Receiver {
  private readonly netascii = new NetasciiDecoder();

  constructor(
    private readonly transmitter: Transmitter,
    private readonly retransmission: Retransmission,
    private readonly schedule: Schedule,
    private readonly observer: TransferObserver | null,
    private readonly maxSizeBytes: number,
  ) {}

  /** Acknowledges what is in: the message that stays outstanding until more DATA comes. */
  acknowledge(transfer: Transfer, now: number): void {
    transfer.sent = transfer.confirmed;
    this.transmitter.sendAcknowledgement(transfer);
    this.awaitData(transfer, now);
  }

  /** The interval counts from now. It may have become shorter than the one that the schedule knows of. */
  private awaitData(transfer: Transfer, now: number): void {
    transfer.sentAt = now;
    // What `moveEarlier` does, without its call: 22 steps of XS, 5 % of a packet's.
    if (now + transfer.intervalMs < transfer.wakeAt) {
      this.schedule.move(transfer, now + transfer.intervalMs);
    }
  }

  /** DATA has come. */
  received(transfer: Transfer, packet: DataView, length: number, blockNumber: number, now: number): Outcome {
    if (blockNumber !== ((transfer.confirmed + 1) & BLOCK_NUMBER_MASK) || transfer.state === STATE_LINGERING) {
      this.receivedOutOfOrder(transfer, blockNumber, now);
      return OUTCOME_RUNNING;
    }
    const payload = length - HEADER_BYTES;
    if (payload > transfer.blockSizeBytes) {
      return this.fail(transfer, ERROR_ILLEGAL_OPERATION, OUTCOME_PROTOCOL_VIOLATED);
    }
    if (transfer.confirmed === transfer.sent) {
      // It answers the outstanding ACK; the other blocks of a window answer nothing.
      this.retransmission.answered(transfer, now);
    }
    const isLast = payload < transfer.blockSizeBytes;
    const outcome = this.write(transfer, packet, length, isLast);
    if (outcome !== OUTCOME_RUNNING) {
      return outcome;
    }
    transfer.confirmed++;
    transfer.progressAt = now;
    transfer.flags = (transfer.flags | FLAG_ANSWERED) & ~FLAG_GAP_ACKNOWLEDGED;
    if (this.observer !== null) {
      this.observer.progressed(transfer, now);
    }
    if (isLast) {
      return this.complete(transfer, now);
    }
    if (transfer.confirmed - transfer.sent >= transfer.windowSize) {
      transfer.sent = transfer.confirmed;
      this.transmitter.sendAcknowledgement(transfer);
    }
    this.awaitData(transfer, now);
    return OUTCOME_RUNNING;
  }

  /**
   * A repeated block gets its ACK again, if that ACK was sent at all: within a window only the last block has one, and
   * answering the others would multiply messages. A block that comes too early means that one before it was lost: the
   * sender is told once where to go on.
   */
  private receivedOutOfOrder(transfer: Transfer, blockNumber: number, now: number): void {
    const ahead = (blockNumber - transfer.confirmed) & BLOCK_NUMBER_MASK;
    const isRepeated = ahead === 0 || ahead > BLOCK_NUMBER_MASK >> 1;
    if (isRepeated && transfer.confirmed > 0) {
      transfer.duplicates++;
      if (blockNumber === (transfer.sent & BLOCK_NUMBER_MASK)) {
        transfer.flags |= FLAG_REPEATED;
        this.transmitter.sendAcknowledgement(transfer);
      }
      return;
    }
    const isGap = ahead > 1 && ahead <= transfer.windowSize;
    if (isGap && (transfer.flags & FLAG_GAP_ACKNOWLEDGED) === 0) {
      transfer.flags |= FLAG_GAP_ACKNOWLEDGED;
      this.acknowledge(transfer, now);
    }
  }

  private write(transfer: Transfer, packet: DataView, length: number, isLast: boolean): Outcome {
    let start = HEADER_BYTES;
    let end = length;
    if ((transfer.flags & FLAG_NETASCII) !== 0) {
      const startsWithin = (transfer.flags & FLAG_CARRIAGE_RETURN) !== 0;
      end = this.netascii.decode(packet, length, startsWithin, isLast);
      start = this.netascii.start;
      transfer.flags = this.netascii.endsWithin
        ? transfer.flags | FLAG_CARRIAGE_RETURN
        : transfer.flags & ~FLAG_CARRIAGE_RETURN;
    }
    const count = end - start;
    if (transfer.confirmedPosition + count > this.maxSizeBytes) {
      return this.fail(transfer, ERROR_DISK_FULL, OUTCOME_TOO_LARGE);
    }
    const result = (transfer.file as WritableFile).write(packet, start, count, transfer.confirmedPosition);
    if (result < 0) {
      return this.fail(transfer, ~result, OUTCOME_STORAGE_FAILED);
    }
    transfer.confirmedPosition += count;
    return OUTCOME_RUNNING;
  }

  /** The last ACK says that the file is safe, so the storage commits first. */
  private complete(transfer: Transfer, now: number): Outcome {
    const result = (transfer.file as WritableFile).commit();
    if (result < 0) {
      return this.fail(transfer, ~result, OUTCOME_STORAGE_FAILED);
    }
    this.acknowledge(transfer, now);
    return OUTCOME_COMPLETED;
  }

  private fail(transfer: Transfer, errorCode: number, outcome: Outcome): Outcome {
    this.transmitter.sendFailure(transfer, errorCode);
    return outcome;
  }
}
