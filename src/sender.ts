/**
 * The side that sends DATA: a window of blocks, one in lock-step, then it waits for the ACK (RFC 1350 §2, RFC 7440 §4).
 *
 * Nothing that was sent is kept. What must be sent again is read again.
 */
import type { ReadableFile, TransferObserver } from "./host.js";
import { NetasciiEncoder } from "./netascii.js";
import { OUTCOME_COMPLETED, OUTCOME_RUNNING, OUTCOME_STORAGE_FAILED, type Outcome } from "./outcome.js";
import { BLOCK_NUMBER_MASK, HEADER_BYTES, HEADER_DATA } from "./packet.js";
import type { Retransmission } from "./retransmission.js";
import type { Schedule } from "./schedule.js";
import {
  FLAG_ANSWERED,
  FLAG_LAST_BLOCK_SENT,
  FLAG_NETASCII,
  STATE_OFFERING,
  STATE_SENDING,
  type Transfer,
} from "./transfer.js";
import type { Transmitter } from "./transmitter.js";

export class Sender {
  private readonly netascii = new NetasciiEncoder();

  constructor(
    private readonly transmitter: Transmitter,
    private readonly retransmission: Retransmission,
    private readonly schedule: Schedule,
    private readonly observer: TransferObserver | null,
  ) {}

  /** Sends the window that follows the confirmed blocks, for the first time or again. */
  sendWindow(transfer: Transfer, now: number): Outcome {
    const transmitter = this.transmitter;
    const blockSize = transfer.blockSizeBytes;
    const windowEnd = transfer.confirmed + transfer.windowSize;
    let block = transfer.confirmed;
    let position = transfer.confirmedPosition;
    let length: number;
    do {
      if ((transfer.flags & FLAG_NETASCII) === 0) {
        length = (transfer.file as ReadableFile).read(transmitter.block, position);
        if (length > blockSize) {
          length = blockSize;
        }
        position += length;
      } else {
        length = this.encode(transfer, position);
        position = this.netascii.nextCursor;
      }
      if (length < 0) {
        transmitter.sendFailure(transfer, ~length);
        return OUTCOME_STORAGE_FAILED;
      }
      // Sent from here and not by a method of the transmitter's, which would cost a call for each block.
      transmitter.view.setUint32(0, HEADER_DATA | (++block & BLOCK_NUMBER_MASK));
      transmitter.transport.send(
        transmitter.packet,
        HEADER_BYTES + length,
        transfer.localPort,
        transfer.address,
        transfer.port,
      );
    } while (length === blockSize && block < windowEnd);

    if (length < blockSize) {
      transfer.flags |= FLAG_LAST_BLOCK_SENT;
    }
    transfer.sent = block;
    transfer.sentPosition = position;
    transfer.sentAt = now;
    // What `moveEarlier` does, without its call: 22 steps of XS, 5 % of a packet's.
    if (now + transfer.intervalMs < transfer.wakeAt) {
      this.schedule.move(transfer, now + transfer.intervalMs);
    }
    return OUTCOME_RUNNING;
  }

  /** Reads and translates the block that begins at `cursor`; returns its length, or a storage's refusal. */
  private encode(transfer: Transfer, cursor: number): number {
    const { block, view } = this.transmitter;
    return this.netascii.encode(transfer.file as ReadableFile, block, view, cursor, transfer.blockSizeBytes);
  }

  /** An ACK has come, of the OACK or of blocks: what was not sent yet follows. */
  acknowledged(transfer: Transfer, blockNumber: number, now: number): Outcome {
    if (blockNumber === (transfer.sent & BLOCK_NUMBER_MASK)) {
      transfer.confirmed = transfer.sent;
      transfer.confirmedPosition = transfer.sentPosition;
    } else {
      const blocks = this.countPart(transfer, blockNumber);
      if (blocks === 0) {
        return OUTCOME_RUNNING;
      }
      if (!this.confirmPart(transfer, blocks)) {
        return OUTCOME_STORAGE_FAILED;
      }
    }
    this.retransmission.answered(transfer, now);
    transfer.progressAt = now;
    transfer.flags |= FLAG_ANSWERED;
    if (transfer.state === STATE_OFFERING) {
      transfer.state = STATE_SENDING;
    } else if (this.observer !== null) {
      this.observer.progressed(transfer, now);
    }
    if ((transfer.flags & FLAG_LAST_BLOCK_SENT) !== 0) {
      return OUTCOME_COMPLETED;
    }
    return this.sendWindow(transfer, now);
  }

  /**
   * How many of the outstanding blocks an ACK is for that is not for all of them. One that is stale or from the future is
   * for none: it sends nothing and moves no timer, since answering it would double every message from there on (the
   * Sorcerer's Apprentice, RFC 1123 §4.2.3.1).
   */
  private countPart(transfer: Transfer, blockNumber: number): number {
    const ahead = (blockNumber - transfer.confirmed) & BLOCK_NUMBER_MASK;
    const isOld = ahead === 0 || ahead > BLOCK_NUMBER_MASK >> 1;
    if (isOld) {
      transfer.duplicates++;
    }
    return isOld || ahead > transfer.sent - transfer.confirmed ? 0 : ahead;
  }

  /** Within a window something was lost: the blocks before it are through, the others are sent again (RFC 7440 §4). */
  private confirmPart(transfer: Transfer, blocks: number): boolean {
    if ((transfer.flags & FLAG_NETASCII) === 0) {
      transfer.confirmedPosition += blocks * transfer.blockSizeBytes;
    } else if (!this.confirmPartOfNetascii(transfer, blocks)) {
      return false;
    }
    transfer.retransmissions += transfer.sent - transfer.confirmed - blocks;
    transfer.confirmed += blocks;
    transfer.flags &= ~FLAG_LAST_BLOCK_SENT;
    return true;
  }

  /** How far a netascii block reaches in the file is only known by translating it: those that are through, once more. */
  private confirmPartOfNetascii(transfer: Transfer, blocks: number): boolean {
    for (let count = 0; count < blocks; count++) {
      const result = this.encode(transfer, transfer.confirmedPosition);
      if (result < 0) {
        this.transmitter.sendFailure(transfer, ~result);
        return false;
      }
      transfer.confirmedPosition = this.netascii.nextCursor;
    }
    return true;
  }
}
