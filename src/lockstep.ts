/**
 * What a server and a client have in common: a pool of transfers, the two sides of lock-step, and what time does to them.
 * Who begins a transfer, and what the first messages are, is theirs.
 */
import type { Address, ReadableFile, TransferObserver, Transport, WritableFile } from "./host.js";
import {
  OUTCOME_COMPLETED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_RUNNING,
  OUTCOME_STOPPED,
  OUTCOME_TIMED_OUT,
  type Outcome,
} from "./outcome.js";
import {
  BLOCK_NUMBER_MASK,
  ERROR_CODE_MASK,
  ERROR_NOT_DEFINED,
  HEADER_BYTES,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
} from "./packet.js";
import { Receiver } from "./receiver.js";
import { Retransmission, type RetransmissionOptions } from "./retransmission.js";
import { Schedule } from "./schedule.js";
import { Sender } from "./sender.js";
import {
  FLAG_LAST_BLOCK_SENT,
  STATE_FREE,
  STATE_LINGERING,
  STATE_RECEIVING,
  STATE_SENDING,
  type Transfer,
} from "./transfer.js";
import { Pool } from "./transfers.js";
import { Transmitter } from "./transmitter.js";

/** No I/O of its own: `receive` takes a datagram, `poll` does what is due, and `nextAt` says when that is needed. */
export abstract class Endpoint<Told extends TransferObserver> {
  /** The pool's slots, at hand for each packet. */
  protected readonly slots: readonly Transfer[];
  protected readonly sender: Sender;
  protected readonly receiver: Receiver;
  protected readonly transport: Transport;
  protected readonly observer: Told | null;
  protected readonly retransmission: Retransmission;
  protected readonly pool: Pool;
  protected readonly schedule: Schedule;
  protected readonly transmitter: Transmitter;
  /** The latest time by which something was scheduled. A clock that shows less has gone back. */
  private scheduledAt = 0;

  /**
   * @param slots all transfers that there can be at once.
   * @param maxSizeBytes the largest file that may be received.
   * @throws RangeError when an option is out of its range.
   */
  constructor(
    transport: Transport,
    slots: readonly Transfer[],
    options: RetransmissionOptions,
    maxSizeBytes: number,
    observer: Told | null,
  ) {
    const retransmission = new Retransmission(options);
    const schedule = new Schedule(slots);
    const transmitter = new Transmitter(transport);
    this.slots = slots;
    this.sender = new Sender(transmitter, retransmission, schedule, observer);
    this.receiver = new Receiver(transmitter, retransmission, schedule, observer, maxSizeBytes);
    this.transport = transport;
    this.observer = observer;
    this.retransmission = retransmission;
    this.pool = new Pool(slots);
    this.schedule = schedule;
    this.transmitter = transmitter;
  }

  /** Slots that nobody has. */
  get free(): number {
    return this.pool.freeCount;
  }

  /** Slots that are taken, those that linger behind a received file included. `free + used` is the pool's size. */
  get used(): number {
    return this.slots.length - this.pool.freeCount;
  }

  /** Transfers that are not finished yet. */
  get running(): number {
    return this.used - this.pool.lingeringCount;
  }

  /** When `poll` is needed next, in the host's time; {@link NEVER} when nothing waits. May be early, never late. */
  get nextAt(): number {
    return this.schedule.nextAt;
  }

  /**
   * A datagram has arrived on a transfer's own port. Never throws, whatever it contains.
   *
   * @param packet holds the datagram from its first byte on; may be written to (netascii is decoded in place).
   * @param length the datagram's length; `packet` has at least as many bytes.
   * @param slot the transfer whose port it is.
   * @param address the sender's address, and `port` the sender's port.
   * @param now the host's time in whole milliseconds. It should not go back; if it does, waits become longer once.
   */
  receive(packet: DataView, length: number, slot: number, address: Address, port: number, now: number): void {
    if (length < HEADER_BYTES) {
      return;
    }
    const transfer = this.slots[slot] as Transfer;
    if (
      (transfer.port !== port || transfer.address !== address) &&
      !this.isFirstAnswer(transfer, packet, length, address, port, now)
    ) {
      return;
    }
    const header = packet.getUint32(0);
    const opcode = header >>> 16;
    let outcome = OUTCOME_RUNNING;
    if (opcode === OPCODE_ACKNOWLEDGEMENT) {
      if (transfer.state < STATE_RECEIVING) {
        outcome = this.sender.acknowledged(transfer, header & BLOCK_NUMBER_MASK, now);
      }
    } else if (opcode === OPCODE_DATA) {
      if (transfer.state >= STATE_RECEIVING) {
        outcome = this.receiver.received(transfer, packet, length, header & BLOCK_NUMBER_MASK, now);
      }
    } else if (opcode === OPCODE_ERROR) {
      transfer.endWithError(header & ERROR_CODE_MASK);
      outcome = this.receivedError(transfer, packet, length, now);
    } else {
      outcome = this.receivedOther(transfer, packet, length, now);
    }
    if (outcome !== OUTCOME_RUNNING) {
      this.end(transfer, outcome, now);
    }
  }

  /** Does what is due: repeats messages, ends transfers that got no answer for too long. */
  poll(now: number): void {
    if (now < this.scheduledAt) {
      // The clock went back. What was due by the old time is looked at now, and finds its new time.
      this.schedule.moveAll(now);
    }
    this.scheduledAt = now;
    let transfer = this.schedule.first;
    while (transfer !== null && transfer.wakeAt <= now) {
      this.wake(transfer, now);
      transfer = this.schedule.first;
    }
  }

  /** Ends every transfer: the peers are told with an ERROR, files that are not whole leave nothing. */
  stop(now: number): void {
    for (const transfer of this.slots) {
      this.stopTransfer(transfer, now);
    }
  }

  /**
   * A datagram has come to a transfer's own port, but not from its peer.
   *
   * @returns whether it is the first answer of that peer, who has sent it from a port of its own choice.
   */
  protected abstract isFirstAnswer(
    transfer: Transfer,
    packet: DataView,
    length: number,
    address: Address,
    port: number,
    now: number,
  ): boolean;

  /** The peer has sent an ERROR. */
  protected abstract receivedError(transfer: Transfer, packet: DataView, length: number, now: number): Outcome;

  /** The peer has sent neither ACK nor DATA nor ERROR. */
  protected abstract receivedOther(transfer: Transfer, packet: DataView, length: number, now: number): Outcome;

  /** Whether what waits for an answer is the transfer's first message that is neither DATA nor ACK. */
  protected abstract isOpening(transfer: Transfer): boolean;

  /** Sends that message: a client's request, or a server's OACK. */
  protected abstract sendOpening(transfer: Transfer, now: number): void;

  /** Whether what waits for an answer may be sent once more. */
  protected abstract mayRepeat(transfer: Transfer): boolean;

  /** Takes from a transfer that is over what it has of the network. */
  protected abstract disconnect(transfer: Transfer): void;

  /**
   * The slot for one more transfer, or null when all are running. A received file that is whole makes room: all that its
   * slot would still do is repeat an ACK.
   */
  protected freeSlot(): Transfer | null {
    const pool = this.pool;
    if (pool.freeCount === 0) {
      if (pool.lingeringCount === 0) {
        return null;
      }
      this.release(pool.nextLingering);
    }
    return pool.nextFree;
  }

  /** When the transfer is given up, unless something new gets through before. */
  protected givesUpAt(transfer: Transfer): number {
    return this.retransmission.givesUpAt(transfer);
  }

  /** A transfer has begun, and will be looked at in time. */
  protected scheduleFirst(transfer: Transfer, now: number): void {
    this.schedule.add(transfer, this.givesUpAt(transfer));
    this.noteScheduled(now);
  }

  /** Sends the message, or the window, that waits for an answer. */
  protected sendOutstanding(transfer: Transfer, now: number): void {
    if (transfer.state === STATE_SENDING) {
      const outcome = this.sender.sendWindow(transfer, now);
      if (outcome !== OUTCOME_RUNNING) {
        this.end(transfer, outcome, now);
      }
    } else if (this.isOpening(transfer)) {
      this.sendOpening(transfer, now);
      transfer.sentAt = now;
      this.schedule.moveEarlier(transfer, now + transfer.intervalMs);
    } else {
      this.receiver.acknowledge(transfer, now);
    }
  }

  /** Ends a transfer before its time. */
  protected stopTransfer(transfer: Transfer, now: number): void {
    if (transfer.state === STATE_FREE) {
      return;
    }
    if (transfer.state !== STATE_LINGERING) {
      this.transmitter.sendFailure(transfer, ERROR_NOT_DEFINED);
    }
    this.end(transfer, OUTCOME_STOPPED, now);
  }

  /** The transfer is over. One that received a file keeps its slot for a while, to repeat the last ACK if that was lost. */
  protected end(transfer: Transfer, outcome: Outcome, now: number): void {
    if (transfer.state === STATE_LINGERING) {
      this.release(transfer);
      return;
    }
    (transfer.file as ReadableFile | WritableFile).close();
    transfer.file = null;
    if (this.observer !== null) {
      this.observer.ended(transfer, outcome, now);
    }
    if (outcome === OUTCOME_COMPLETED && transfer.state === STATE_RECEIVING) {
      this.pool.linger(transfer);
      this.schedule.move(transfer, this.retransmission.lingersUntil(transfer));
      this.noteScheduled(now);
    } else {
      this.release(transfer);
    }
  }

  /** The schedule has come to a transfer: perhaps too early, since it is not told of every change. */
  private wake(transfer: Transfer, now: number): void {
    if (transfer.sentAt > now || transfer.progressAt > now) {
      // Times from before the clock went back.
      transfer.sentAt = now;
      transfer.progressAt = now;
    }
    if (transfer.state === STATE_LINGERING) {
      this.wakeLingering(transfer, now);
      return;
    }
    const givesUpAt = this.givesUpAt(transfer);
    if (givesUpAt <= now) {
      const sentAll = transfer.state === STATE_SENDING && (transfer.flags & FLAG_LAST_BLOCK_SENT) !== 0;
      this.end(transfer, sentAll ? OUTCOME_PROBABLY_COMPLETED : OUTCOME_TIMED_OUT, now);
      return;
    }
    if (transfer.sentAt + transfer.intervalMs > now) {
      this.wakeAtDeadline(transfer, givesUpAt);
    } else if (this.mayRepeat(transfer)) {
      this.repeat(transfer, now);
      if (transfer.state !== STATE_FREE) {
        this.wakeAtDeadline(transfer, this.givesUpAt(transfer));
      }
    } else {
      this.schedule.move(transfer, givesUpAt);
    }
  }

  private noteScheduled(now: number): void {
    if (now > this.scheduledAt) {
      this.scheduledAt = now;
    }
  }

  private wakeAtDeadline(transfer: Transfer, givesUpAt: number): void {
    const due = transfer.sentAt + transfer.intervalMs;
    this.schedule.move(transfer, due < givesUpAt ? due : givesUpAt);
  }

  private wakeLingering(transfer: Transfer, now: number): void {
    const endsAt = this.retransmission.lingersUntil(transfer);
    if (endsAt <= now) {
      this.release(transfer);
    } else {
      this.schedule.move(transfer, endsAt);
    }
  }

  private repeat(transfer: Transfer, now: number): void {
    this.retransmission.backOff(transfer);
    transfer.retransmissions += transfer.state === STATE_SENDING ? transfer.sent - transfer.confirmed : 1;
    this.sendOutstanding(transfer, now);
  }

  /** Takes everything from the slot and gives it back to the pool. */
  private release(transfer: Transfer): void {
    this.schedule.remove(transfer);
    this.disconnect(transfer);
    this.pool.giveBack(transfer);
  }
}
