/**
 * The side that sends DATA: a window of blocks, one in lock-step, then it waits for the ACK (RFC 1350 §2, RFC 7440 §4).
 *
 * Nothing that was sent is kept. What must be sent again is read again.
 */
import type { ReadableFile, TransferObserver } from "./host.js";
import { OUTCOME_COMPLETED, OUTCOME_RUNNING, OUTCOME_STORAGE_FAILED, type Outcome } from "./outcome.js";
import { BLOCK_NUMBER_MASK, HEADER_BYTES, HEADER_DATA } from "./packet.js";
import type { Retransmission } from "./retransmission.js";
import type { Schedule } from "./schedule.js";
import { FLAG_LAST_BLOCK_SENT, FLAG_NETASCII, STATE_OPENING, STATE_SENDING, type Transfer } from "./transfer.js";
import type { Transmitter } from "./transmitter.js";

export class Sender {
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
      if (transfer.flags & FLAG_NETASCII) {
        length = transmitter.netascii.encode(transfer.file as ReadableFile, position, blockSize);
        position = transmitter.netascii.nextCursor;
      } else {
        length = (transfer.file as ReadableFile).read(transmitter.block, position);
        if (length > blockSize) {
          length = blockSize;
        }
        position += length;
      }
      if (length < 0) {
        transmitter.sendFailure(transfer, ~length);
        return OUTCOME_STORAGE_FAILED;
      }
      // Not a method of the transmitter, which would cost a call for each block.
      transmitter.view.setUint32(0, HEADER_DATA | (++block & BLOCK_NUMBER_MASK));
      transmitter.transport.send(
        transmitter.packet,
        HEADER_BYTES + length,
        transfer.localPort,
        transfer.address,
        transfer.port,
      );
      if (length < blockSize) {
        transfer.flags |= FLAG_LAST_BLOCK_SENT;
        break;
      }
    } while (block < windowEnd);

    transfer.sent = block;
    transfer.sentPosition = position;
    transfer.sentAt = now;
    // `Schedule.awaitAnswer` without its call, which costs 22 steps of XS, 5 % of a packet's.
    if (now + transfer.intervalMs < transfer.wakeAt) {
      this.schedule.move(transfer, now + transfer.intervalMs);
    }
    return OUTCOME_RUNNING;
  }

  /** Takes an ACK and sends what follows. */
  takeAcknowledgement(transfer: Transfer, blockNumber: number, now: number): Outcome {
    if (transfer.state !== STATE_SENDING) {
      return this.takeOpeningAcknowledgement(transfer, blockNumber, now);
    }
    if (blockNumber === (transfer.sent & BLOCK_NUMBER_MASK)) {
      transfer.confirmed = transfer.sent;
      transfer.confirmedPosition = transfer.sentPosition;
    } else {
      const blocks = this.countPart(transfer, blockNumber, now);
      if (blocks === 0) {
        return OUTCOME_RUNNING;
      }
      if (!this.confirmPart(transfer, blocks)) {
        return OUTCOME_STORAGE_FAILED;
      }
    }
    this.retransmission.takeSample(transfer, now);
    transfer.progressAt = now;
    if (this.observer !== null) {
      this.observer.progressed(transfer, now);
    }
    if (transfer.flags & FLAG_LAST_BLOCK_SENT) {
      return OUTCOME_COMPLETED;
    }
    return this.sendWindow(transfer, now);
  }

  /** The ACK of block 0 answers an OACK (RFC 2347) or a write request. Any other is ignored. */
  private takeOpeningAcknowledgement(transfer: Transfer, blockNumber: number, now: number): Outcome {
    if (transfer.state !== STATE_OPENING || transfer.isReceiving || blockNumber !== 0) {
      return OUTCOME_RUNNING;
    }
    transfer.run();
    this.retransmission.takeSample(transfer, now);
    transfer.progressAt = now;
    return this.sendWindow(transfer, now);
  }

  /**
   * Number of outstanding blocks that a partial ACK confirms; 0 if it is stale or from the future. Such an ACK sends nothing
   * and moves no timer, since answering it would double every message from there on (the Sorcerer's Apprentice, RFC 1123
   * §4.2.3.1).
   */
  private countPart(transfer: Transfer, blockNumber: number, now: number): number {
    const ahead = (blockNumber - transfer.confirmed) & BLOCK_NUMBER_MASK;
    if (ahead === 0 || ahead > BLOCK_NUMBER_MASK >> 1) {
      this.retransmission.noteRepeated(transfer, ahead, now);
      return 0;
    }
    return ahead > transfer.sent - transfer.confirmed ? 0 : ahead;
  }

  /**
   * Something was lost within a window: the blocks before it are confirmed, the others are sent again (RFC 7440 §4). How far a
   * netascii block reaches in the file is found by translating it once more.
   */
  private confirmPart(transfer: Transfer, blocks: number): boolean {
    if (transfer.flags & FLAG_NETASCII) {
      const netascii = this.transmitter.netascii;
      for (let count = 0; count < blocks; count++) {
        const file = transfer.file as ReadableFile;
        const result = netascii.encode(file, transfer.confirmedPosition, transfer.blockSizeBytes);
        if (result < 0) {
          this.transmitter.sendFailure(transfer, ~result);
          return false;
        }
        transfer.confirmedPosition = netascii.nextCursor;
      }
    } else {
      transfer.confirmedPosition += blocks * transfer.blockSizeBytes;
    }
    transfer.retransmissions += transfer.sent - transfer.confirmed - blocks;
    transfer.confirmed += blocks;
    transfer.flags &= ~FLAG_LAST_BLOCK_SENT;
    return true;
  }
}
