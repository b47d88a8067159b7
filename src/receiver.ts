/**
 * The side that sends ACK: it takes blocks in order, writes them, and acknowledges each, or the last of each window
 * (RFC 1350 §2, RFC 7440 §4).
 */
import { PENDING, type TransferObserver, type WritableFile } from "./host.js";
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
  FLAG_CARRIAGE_RETURN,
  FLAG_GAP_ACKNOWLEDGED,
  FLAG_NETASCII,
  FLAG_REPEATED,
  STATE_OPENING,
  STATE_RECEIVING,
  type Transfer,
} from "./transfer.js";
import type { Transmitter } from "./transmitter.js";

const FIRST_BLOCK = 1;

export class Receiver {
  /** Begins as undefined: a field with large numbers only is a double to V8, whose interpreter makes an object to read it. */
  private readonly maxSizeBytes: number | undefined = undefined;

  constructor(
    private readonly transmitter: Transmitter,
    private readonly retransmission: Retransmission,
    private readonly schedule: Schedule,
    private readonly observer: TransferObserver | null,
    maxSizeBytes: number,
  ) {
    this.maxSizeBytes = maxSizeBytes;
  }

  /** Acknowledges the blocks received so far. The ACK stays outstanding until more DATA comes. */
  acknowledge(transfer: Transfer, now: number): void {
    transfer.sent = transfer.confirmed;
    this.transmitter.sendAcknowledgement(transfer);
    this.schedule.awaitAnswer(transfer, now);
  }

  /** Takes a block, writes it and acknowledges it. */
  receive(transfer: Transfer, packet: DataView, length: number, blockNumber: number, now: number): Outcome {
    if (transfer.state !== STATE_RECEIVING || blockNumber !== ((transfer.confirmed + 1) & BLOCK_NUMBER_MASK)) {
      if (transfer.state !== STATE_OPENING || !transfer.isReceiving || blockNumber !== FIRST_BLOCK) {
        this.receiveOutOfOrder(transfer, blockNumber, now);
        return OUTCOME_RUNNING;
      }
      transfer.run();
    }
    const payload = length - HEADER_BYTES;
    if (payload > transfer.blockSizeBytes) {
      return this.fail(transfer, ERROR_ILLEGAL_OPERATION, OUTCOME_PROTOCOL_VIOLATED);
    }
    if (transfer.confirmed === transfer.sent) {
      // It answers the outstanding ACK; the other blocks of a window answer nothing.
      this.retransmission.takeSample(transfer, now);
    }
    const isLast = payload < transfer.blockSizeBytes;
    let start = HEADER_BYTES;
    let end = length;
    if (transfer.flags & FLAG_NETASCII) {
      const netascii = this.transmitter.netascii;
      const startsWithin = (transfer.flags & FLAG_CARRIAGE_RETURN) !== 0;
      end = netascii.decode(packet, length, startsWithin, isLast);
      start = netascii.start;
      transfer.flags = netascii.endsWithin
        ? transfer.flags | FLAG_CARRIAGE_RETURN
        : transfer.flags & ~FLAG_CARRIAGE_RETURN;
    }
    const position = transfer.confirmedPosition;
    const nextPosition = position + end - start;
    if (nextPosition > (this.maxSizeBytes as number)) {
      return this.fail(transfer, ERROR_DISK_FULL, OUTCOME_TOO_LARGE);
    }
    const result = (transfer.file as WritableFile).write(packet, start, end - start, position);
    if (result < 0) {
      return this.fail(transfer, ~result, OUTCOME_STORAGE_FAILED);
    }
    transfer.confirmedPosition = nextPosition;
    transfer.confirmed++;
    transfer.progressAt = now;
    transfer.flags &= ~FLAG_GAP_ACKNOWLEDGED;
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
    this.schedule.awaitAnswer(transfer, now);
    return OUTCOME_RUNNING;
  }

  /**
   * A repeated block gets its ACK again, if that was sent at all: within a window only the last block has one, and answering
   * the others would multiply messages. A block that comes too early means that one before it was lost: the peer is told
   * once where to resume.
   */
  private receiveOutOfOrder(transfer: Transfer, blockNumber: number, now: number): void {
    if (!transfer.isReceiving) {
      return;
    }
    const ahead = (blockNumber - transfer.confirmed) & BLOCK_NUMBER_MASK;
    const isRepeated = ahead === 0 || ahead > BLOCK_NUMBER_MASK >> 1;
    if (isRepeated && transfer.confirmed > 0) {
      this.retransmission.noteRepeated(transfer, ahead, now);
      if (blockNumber === (transfer.sent & BLOCK_NUMBER_MASK)) {
        transfer.flags |= FLAG_REPEATED;
        this.transmitter.sendAcknowledgement(transfer);
      }
      return;
    }
    const isGap = ahead > 1 && ahead <= transfer.windowSize;
    if (isGap && !(transfer.flags & FLAG_GAP_ACKNOWLEDGED)) {
      transfer.flags |= FLAG_GAP_ACKNOWLEDGED;
      this.acknowledge(transfer, now);
    }
  }

  /**
   * The last ACK says that the file is safe, so the storage commits first. While it does, repeats of the last block get no
   * answer: none is the ACK of a block before it.
   */
  complete(transfer: Transfer, now: number): Outcome {
    const result = (transfer.file as WritableFile).commit();
    if (result < 0) {
      return this.fail(transfer, ~result, OUTCOME_STORAGE_FAILED);
    }
    if (result === PENDING) {
      transfer.commit();
      return OUTCOME_RUNNING;
    }
    transfer.progressAt = now;
    this.acknowledge(transfer, now);
    return OUTCOME_COMPLETED;
  }

  private fail(transfer: Transfer, errorCode: number, outcome: Outcome): Outcome {
    this.transmitter.sendFailure(transfer, errorCode);
    return outcome;
  }
}
