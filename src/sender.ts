/**
 * The side that sends DATA: a window of blocks, one in lock-step, then it waits for the ACK (RFC 1350 §2, RFC 7440 §4).
 *
 * Nothing that was sent is kept. What must be sent again is read again.
 */
import type { Observer, ReadableFile } from "./host.js";
import { NetasciiEncoder } from "./netascii.js";
import { OUTCOME_COMPLETED, OUTCOME_RUNNING, OUTCOME_STORAGE_FAILED, type Outcome } from "./outcome.js";
import { BLOCK_NUMBER_MASK } from "./packet.js";
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
    private readonly observer: Observer | null,
  ) {}

  /** Sends the window that follows the confirmed blocks, for the first time or again. */
  sendWindow(transfer: Transfer, now: number): Outcome {
    const transmitter = this.transmitter;
    const blockSize = transfer.blockSizeBytes;
    const isNetascii = (transfer.flags & FLAG_NETASCII) !== 0;
    const file = transfer.file as ReadableFile;
    const windowEnd = transfer.confirmed + transfer.windowSize;
    let block = transfer.confirmed;
    let position = transfer.confirmedPosition;
    let isLast = false;
    do {
      let length: number;
      if (isNetascii) {
        length = this.netascii.encode(file, transmitter.block, transmitter.view, position, blockSize);
        position = this.netascii.nextCursor;
      } else {
        length = file.read(transmitter.block, position);
        if (length > blockSize) {
          length = blockSize;
        }
        position += length;
      }
      if (length < 0) {
        transmitter.sendError(~length, transfer.localPort, transfer.address, transfer.port);
        return OUTCOME_STORAGE_FAILED;
      }
      transmitter.sendData(transfer, ++block, length);
      isLast = length < blockSize;
    } while (!isLast && block < windowEnd);

    if (isLast) {
      transfer.flags |= FLAG_LAST_BLOCK_SENT;
    }
    transfer.sent = block;
    transfer.sentPosition = position;
    transfer.sentAt = now;
    this.schedule.moveEarlier(transfer, now + transfer.intervalMs);
    return OUTCOME_RUNNING;
  }

  /**
   * An ACK has come. One that is stale or from the future sends nothing and moves no timer: answering it would double
   * every message from there on (the Sorcerer's Apprentice, RFC 1123 §4.2.3.1).
   */
  acknowledged(transfer: Transfer, blockNumber: number, now: number): Outcome {
    const ahead = (blockNumber - transfer.confirmed) & BLOCK_NUMBER_MASK;
    if (transfer.state === STATE_OFFERING) {
      return ahead === 0 ? this.offerAccepted(transfer, now) : OUTCOME_RUNNING;
    }
    const outstanding = transfer.sent - transfer.confirmed;
    if (ahead === 0 || ahead > outstanding) {
      if (ahead === 0 || ahead > BLOCK_NUMBER_MASK >> 1) {
        transfer.duplicates++;
      }
      return OUTCOME_RUNNING;
    }
    this.retransmission.answered(transfer, now);
    transfer.progressAt = now;
    if (ahead === outstanding) {
      transfer.confirmed = transfer.sent;
      transfer.confirmedPosition = transfer.sentPosition;
    } else if (!this.confirmPart(transfer, ahead)) {
      return OUTCOME_STORAGE_FAILED;
    }
    transfer.flags |= FLAG_ANSWERED;
    if (this.observer !== null) {
      this.observer.progressed(transfer, now);
    }
    const isComplete = (transfer.flags & FLAG_LAST_BLOCK_SENT) !== 0;
    return isComplete ? OUTCOME_COMPLETED : this.sendWindow(transfer, now);
  }

  /** The OACK has its ACK: the first block follows (RFC 2347). */
  private offerAccepted(transfer: Transfer, now: number): Outcome {
    this.retransmission.answered(transfer, now);
    transfer.flags |= FLAG_ANSWERED;
    transfer.state = STATE_SENDING;
    transfer.progressAt = now;
    return this.sendWindow(transfer, now);
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
    const { block, view } = this.transmitter;
    const file = transfer.file as ReadableFile;
    for (let count = 0; count < blocks; count++) {
      const result = this.netascii.encode(file, block, view, transfer.confirmedPosition, transfer.blockSizeBytes);
      if (result < 0) {
        this.transmitter.sendError(~result, transfer.localPort, transfer.address, transfer.port);
        return false;
      }
      transfer.confirmedPosition = this.netascii.nextCursor;
    }
    return true;
  }
}
