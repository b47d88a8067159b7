/**
 * A transfer's life, for both roles. Datagrams enter through server.ts or client/client.ts, which choose the transfer and
 * call `deliver`: the sender takes an ACK, the receiver DATA. Time repeats messages or gives up, and an ended transfer
 * returns its slot.
 *
 * No I/O: a host hands in datagrams and the time.
 */
import type { ReadableFile, TransferObserver, Transport, WritableFile } from "./host.js";
import {
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_RUNNING,
  OUTCOME_STOPPED,
  OUTCOME_TIMED_OUT,
  OUTCOME_UNANSWERED,
  type Outcome,
} from "./outcome.js";
import {
  BLOCK_NUMBER_MASK,
  ERROR_CODE_MASK,
  ERROR_NOT_DEFINED,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
} from "./packet.js";
import { Receiver } from "./receiver.js";
import { Retransmission } from "./retransmission.js";
import { NEVER, Schedule } from "./schedule.js";
import { Sender } from "./sender.js";
import type { RetransmissionOptions } from "./settings.js";
import {
  FLAG_ANSWERED,
  FLAG_LAST_BLOCK_SENT,
  FLAG_REPEATED,
  FLAG_REPEATED_TWICE,
  NO_PORT,
  STATE_COMMITTING,
  STATE_FREE,
  STATE_LINGERING,
  STATE_OPENING,
  STATE_SENDING,
  type Transfer,
} from "./transfer.js";
import { type Peers, Transfers } from "./transfers.js";
import { Transmitter } from "./transmitter.js";

/** Before the peer has shown that its address is real, DATA is repeated at most this many times (amplification). */
const MAX_UNANSWERED_REPEATS = 2;

export abstract class Lockstep {
  readonly transfers: Transfers;
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly retransmission: Retransmission;
  readonly schedule: Schedule;
  readonly transmitter: Transmitter;
  protected readonly observer: TransferObserver | null;
  /** The latest time at which something was scheduled. A clock that shows less has gone back. */
  private scheduledAt = 0;

  /**
   * @param peers table of a server, whose transfers are searched by their peers; null for a client.
   * @param maxSizeBytes largest file that may be received.
   * @throws RangeError when an option is out of its range.
   */
  constructor(
    transport: Transport,
    slots: readonly Transfer[],
    peers: Peers | null,
    options: RetransmissionOptions,
    maxSizeBytes: number,
    observer: TransferObserver | null,
  ) {
    const retransmission = new Retransmission(options);
    const schedule = new Schedule(slots);
    const transmitter = new Transmitter(transport);
    this.transfers = new Transfers(slots, peers);
    this.sender = new Sender(transmitter, retransmission, schedule, observer);
    this.receiver = new Receiver(transmitter, retransmission, schedule, observer, maxSizeBytes);
    this.retransmission = retransmission;
    this.schedule = schedule;
    this.transmitter = transmitter;
    this.observer = observer;
  }

  /** Sends the opening message: a client's request, or a server's OACK. */
  protected abstract sendOpening(transfer: Transfer, now: number): void;

  /**
   * Returns the slot for one more transfer, or null when all are running. A lingering slot makes room: all that it would
   * still do is repeat an ACK.
   */
  freeSlot(): Transfer | null {
    const transfers = this.transfers;
    if (this.schedule.size === transfers.slots.length) {
      if (transfers.lingeringCount === 0) {
        return null;
      }
      this.release(transfers.nextLingering);
    }
    return this.schedule.nextFree;
  }

  /** Schedules the transfer that has begun in the slot of `freeSlot`. */
  start(transfer: Transfer, now: number): void {
    this.transfers.add(transfer);
    this.schedule.add(this.retransmission.endsAt(transfer));
    this.noteScheduled(now);
  }

  /** Takes a datagram of the transfer's peer: ACK, DATA or ERROR. Others are ignored. */
  deliver(transfer: Transfer, packet: DataView, length: number, now: number): void {
    const header = packet.getUint32(0);
    const opcode = header >>> 16;
    let outcome: Outcome;
    if (opcode === OPCODE_ACKNOWLEDGEMENT) {
      outcome = this.sender.takeAcknowledgement(transfer, header & BLOCK_NUMBER_MASK, now);
    } else if (opcode === OPCODE_DATA) {
      outcome = this.receiver.receive(transfer, packet, length, header & BLOCK_NUMBER_MASK, now);
    } else if (opcode === OPCODE_ERROR) {
      transfer.setErrorCode(header & ERROR_CODE_MASK);
      outcome = transfer.flags & FLAG_ANSWERED ? OUTCOME_ABORTED_BY_PEER : OUTCOME_DECLINED;
    } else {
      return;
    }
    if (outcome !== OUTCOME_RUNNING) {
      this.end(transfer, outcome, now);
    }
  }

  /** Sends the message, or the window, that awaits an answer. */
  sendOutstanding(transfer: Transfer, now: number): void {
    if (transfer.state === STATE_SENDING) {
      const outcome = this.sender.sendWindow(transfer, now);
      if (outcome !== OUTCOME_RUNNING) {
        this.end(transfer, outcome, now);
      }
    } else if (transfer.state === STATE_OPENING) {
      this.sendOpening(transfer, now);
      this.schedule.awaitAnswer(transfer, now);
    } else {
      this.receiver.acknowledge(transfer, now);
    }
  }

  /** Ends transfers without progress and repeats messages that are due. */
  poll(now: number): void {
    if (now < this.scheduledAt) {
      // The clock went back. Every transfer is woken and finds its new deadline.
      this.schedule.moveAll(now);
    }
    while (this.schedule.nextAt <= now) {
      this.scheduledAt = now;
      this.wake(this.schedule.first, now);
    }
  }

  /** Asks the files again whose commit was pending, and sends the last ACK of those that are complete. */
  resumeCommits(now: number): void {
    const slots = this.transfers.slots;
    for (let slot = 0; slot < slots.length; slot++) {
      const transfer = slots[slot] as Transfer;
      if (transfer.state === STATE_COMMITTING) {
        const outcome = this.receiver.complete(transfer, now);
        if (outcome !== OUTCOME_RUNNING) {
          this.end(transfer, outcome, now);
        }
      }
    }
  }

  /** Stops a transfer: the peer is told with an ERROR, and an incomplete file is discarded. */
  stop(transfer: Transfer, now: number): void {
    if (transfer.state === STATE_FREE) {
      return;
    }
    if (transfer.isRunning) {
      this.transmitter.sendFailure(transfer, ERROR_NOT_DEFINED);
    }
    this.end(transfer, OUTCOME_STOPPED, now);
  }

  stopAll(now: number): void {
    const slots = this.transfers.slots;
    for (let slot = 0; slot < slots.length; slot++) {
      this.stop(slots[slot] as Transfer, now);
    }
  }

  /** Ends a transfer whose peer has been silent for too long. */
  giveUp(transfer: Transfer, now: number): void {
    this.end(transfer, outcomeOfSilence(transfer), now);
  }

  /** Ends a transfer. After a received file the slot lingers, to repeat the last ACK if that was lost. */
  end(transfer: Transfer, outcome: Outcome, now: number): void {
    if (transfer.state === STATE_LINGERING) {
      this.release(transfer);
      return;
    }
    (transfer.file as ReadableFile | WritableFile).close();
    transfer.file = null;
    if (this.observer !== null) {
      this.observer.ended(transfer, outcome, now);
    }
    if (outcome === OUTCOME_COMPLETED && transfer.isReceiving) {
      this.transfers.linger(transfer);
      this.schedule.move(transfer, this.retransmission.endsAt(transfer));
      this.noteScheduled(now);
    } else {
      this.release(transfer);
    }
  }

  /** The schedule has come to a transfer: perhaps too early, since it is not told of every change. */
  private wake(transfer: Transfer, now: number): void {
    // Times may be from before the clock went back.
    if (transfer.sentAt > now) {
      transfer.sentAt = now;
    }
    if (transfer.progressAt > now && transfer.progressAt < NEVER) {
      transfer.progressAt = now;
    }
    const endsAt = this.retransmission.endsAt(transfer);
    if (endsAt <= now) {
      this.giveUp(transfer, now);
      return;
    }
    let wakeAt = endsAt;
    if (mayRepeat(transfer)) {
      let dueAt = transfer.sentAt + this.retransmission.waitMs(transfer);
      if (dueAt <= now) {
        this.repeat(transfer, now);
        if (transfer.state === STATE_FREE) {
          return;
        }
        dueAt = transfer.sentAt + this.retransmission.waitMs(transfer);
      }
      if (dueAt < endsAt) {
        wakeAt = dueAt;
      }
    }
    this.schedule.move(transfer, wakeAt);
  }

  /** Sends what is outstanding once more. */
  protected repeat(transfer: Transfer, now: number): void {
    transfer.flags |= transfer.flags & FLAG_REPEATED ? FLAG_REPEATED_TWICE : FLAG_REPEATED;
    transfer.retransmissions += transfer.state === STATE_SENDING ? transfer.sent - transfer.confirmed : 1;
    this.sendOutstanding(transfer, now);
  }

  private noteScheduled(now: number): void {
    if (now > this.scheduledAt) {
      this.scheduledAt = now;
    }
  }

  /** Returns the slot to the pool, and closes the transfer's own port, if any. */
  private release(transfer: Transfer): void {
    this.schedule.remove(transfer);
    if (transfer.localPort === transfer.slot) {
      this.transmitter.transport.close(transfer.slot);
    }
    this.transfers.remove(transfer);
  }
}

/** Whether a message is outstanding and may be repeated. Only DATA is limited: an OACK or ACK is about as small as a request. */
function mayRepeat({ state, flags, retransmissions }: Transfer): boolean {
  if (state === STATE_SENDING) {
    return (flags & FLAG_ANSWERED) !== 0 || retransmissions < MAX_UNANSWERED_REPEATS;
  }
  return state !== STATE_LINGERING && state !== STATE_COMMITTING;
}

function outcomeOfSilence(transfer: Transfer): Outcome {
  if (transfer.state === STATE_SENDING && transfer.flags & FLAG_LAST_BLOCK_SENT) {
    return OUTCOME_PROBABLY_COMPLETED;
  }
  return transfer.port === NO_PORT ? OUTCOME_UNANSWERED : OUTCOME_TIMED_OUT;
}
