/**
 * Takes datagrams, owns the fixed pool of transfers, and asks the storage.
 *
 * Three verbs, no I/O of its own: `receive` a datagram, `poll` what is due, and `nextAt`, which says when.
 */
import { AnswerLimit } from "./answer-limit.js";
import {
  type Address,
  type LocalPort,
  type Observer,
  REFUSED_WITHOUT_ANSWER,
  type ReadableFile,
  type Refusal,
  type Storage,
  type TransferView,
  type Transport,
  type WritableFile,
} from "./host.js";
import { cleanName, decodeName } from "./name.js";
import { negotiate, writeOptionAcknowledgement } from "./options.js";
import {
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_COMPLETED,
  OUTCOME_DECLINED,
  OUTCOME_PROBABLY_COMPLETED,
  OUTCOME_RUNNING,
  OUTCOME_STOPPED,
  OUTCOME_SUPERSEDED,
  OUTCOME_TIMED_OUT,
  type Outcome,
} from "./outcome.js";
import {
  BLOCK_NUMBER_MASK,
  ERROR_ACCESS_VIOLATION,
  ERROR_CODE_MASK,
  ERROR_DISK_FULL,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  ERROR_UNKNOWN_TRANSFER_ID,
  HEADER_BYTES,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
} from "./packet.js";
import { Peers } from "./peers.js";
import { Pool } from "./pool.js";
import { Receiver } from "./receiver.js";
import { isRefusal } from "./refusal.js";
import { Request } from "./request.js";
import { Retransmission } from "./retransmission.js";
import { Schedule } from "./schedule.js";
import { Sender } from "./sender.js";
import { ServerLimits, type ServerOptions } from "./server-options.js";
import {
  FLAG_ANSWERED,
  FLAG_LAST_BLOCK_SENT,
  FLAG_REPEATED,
  FLAGS_OPTIONS,
  STATE_FREE,
  STATE_LINGERING,
  STATE_OFFERING,
  STATE_RECEIVING,
  STATE_SENDING,
  type Transfer,
} from "./transfer.js";
import { Transmitter } from "./transmitter.js";

/** Before the peer has shown that its address is real, DATA is repeated so often and no more (amplification). */
const UNANSWERED_REPEATS_MAX = 2;
/** Port 69 is another server, port 0 is nobody: an answer would make two servers talk to each other (CVE-2024-2169). */
const SERVER_PORT = 69;
/** What an observer is told where the name could not be read. */
const NO_NAME = "";

/**
 * A TFTP server without I/O: a host hands it datagrams and the time, and it answers through the host's
 * {@link Transport}. No method throws on anything that comes from the wire.
 */
export class Server {
  /** The pool's slots, at hand for each packet. */
  private readonly slots: readonly Transfer[];
  private readonly sender: Sender;
  private readonly receiver: Receiver;

  /** While false, requests get no answer; running transfers go on. */
  accepting = true;
  /** Requests that got no answer, because the pool was full or a limit was reached. */
  unansweredRequests = 0;

  private readonly transport: Transport;
  private readonly storage: Storage;
  private readonly observer: Observer | null;
  private readonly retransmission: Retransmission;
  private readonly limits: ServerLimits;
  private readonly singlePort: boolean;
  private readonly answerLimit: AnswerLimit;
  private readonly pool: Pool;
  private readonly peers: Peers;
  private readonly schedule: Schedule;
  private readonly request = new Request();
  private readonly transmitter: Transmitter;
  /** The latest time by which something was scheduled. A clock that shows less has gone back. */
  private scheduledAt = 0;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(transport: Transport, storage: Storage, options: ServerOptions = {}, observer: Observer | null = null) {
    this.transport = transport;
    this.storage = storage;
    this.observer = observer;
    this.retransmission = new Retransmission(options);
    this.limits = new ServerLimits(options);
    this.singlePort = options.singlePort ?? false;
    this.answerLimit = new AnswerLimit(this.limits.answersPerSecondMax);
    this.pool = new Pool(this.limits.transfersMax);
    this.slots = this.pool.slots;
    this.peers = new Peers(this.limits.transfersMax, options.addressHash);
    this.schedule = new Schedule(this.slots);
    this.transmitter = new Transmitter(transport);
    this.sender = new Sender(this.transmitter, this.retransmission, this.schedule, observer);
    const { uploadBytesMax } = this.limits;
    this.receiver = new Receiver(this.transmitter, this.retransmission, this.schedule, observer, uploadBytesMax);
  }

  /** Slots that nobody has. */
  get free(): number {
    return this.pool.freeCount;
  }

  /** Slots that are taken, those of finished uploads that linger included. `free + used` is the pool's size. */
  get used(): number {
    return this.slots.length - this.pool.freeCount;
  }

  /** Transfers that are not finished yet. */
  get running(): number {
    return this.used - this.pool.lingeringCount;
  }

  /** Shows each transfer that is not finished yet, in the order of their slots. `visit` must not call the engine. */
  visitRunning(visit: (transfer: TransferView) => void): void {
    for (const transfer of this.slots) {
      if (transfer.state !== STATE_FREE && transfer.state !== STATE_LINGERING) {
        visit(transfer);
      }
    }
  }

  /** When `poll` is needed next, in the host's time; {@link NEVER} when nothing waits. May be early, never late. */
  get nextAt(): number {
    return this.schedule.nextAt;
  }

  /**
   * A datagram has arrived. Never throws, whatever it contains.
   *
   * @param packet holds the datagram from its first byte on; may be written to (names and netascii are treated in place).
   * @param length the datagram's length; `packet` has at least as many bytes.
   * @param localPort where it arrived.
   * @param address who sent it, and `port` from where.
   * @param now the host's time in whole milliseconds. It should not go back; if it does, waits become longer once.
   */
  receive(packet: DataView, length: number, localPort: LocalPort, address: Address, port: number, now: number): void {
    if (length < HEADER_BYTES) {
      return;
    }
    const header = packet.getUint32(0);
    const opcode = header >>> 16;
    let transfer: Transfer | null;
    if (localPort >= 0) {
      transfer = this.slots[localPort] as Transfer;
      if (transfer.port !== port || transfer.address !== address) {
        this.receivedFromStranger(transfer, opcode, address, port, now);
        return;
      }
    } else if (opcode === OPCODE_READ_REQUEST || opcode === OPCODE_WRITE_REQUEST) {
      this.requested(packet, length, localPort, address, port, now);
      return;
    } else if (this.singlePort) {
      transfer = this.peers.find(address, port);
      if (transfer === null) {
        return;
      }
    } else {
      return;
    }

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
      outcome = (transfer.flags & FLAG_ANSWERED) !== 0 ? OUTCOME_ABORTED_BY_PEER : OUTCOME_DECLINED;
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

  /** Ends every transfer: the peers are told with an ERROR, unfinished uploads leave nothing. */
  stop(now: number): void {
    this.accepting = false;
    for (const transfer of this.slots) {
      if (transfer.state !== STATE_FREE) {
        if (transfer.state !== STATE_LINGERING) {
          this.transmitter.sendFailure(transfer, ERROR_NOT_DEFINED);
        }
        this.end(transfer, OUTCOME_STOPPED, now);
      }
    }
  }

  /** RFC 1350 §4: a stranger gets ERROR 5, and the transfer goes on. An ERROR is never answered with an ERROR. */
  private receivedFromStranger(transfer: Transfer, opcode: number, address: Address, port: number, now: number): void {
    const isAnswered = transfer.state !== STATE_FREE && opcode !== OPCODE_ERROR && isClientPort(port);
    if (isAnswered && this.answerLimit.take(now)) {
      this.transmitter.sendError(ERROR_UNKNOWN_TRANSFER_ID, transfer.localPort, address, port);
    }
  }

  private requested(
    packet: DataView,
    length: number,
    listener: LocalPort,
    address: Address,
    port: number,
    now: number,
  ): void {
    if (!this.accepting || !isClientPort(port)) {
      return;
    }
    if (!this.answerLimit.take(now)) {
      this.unansweredRequests++;
      return;
    }
    const request = this.request;
    if (!request.read(packet, length)) {
      this.refuse(NO_NAME, ERROR_ILLEGAL_OPERATION, listener, address, port);
      return;
    }
    const nameEnd = cleanName(packet, request.nameStart, request.nameEnd);
    const name = nameEnd < 0 ? NO_NAME : decodeName(packet, request.nameStart, nameEnd);
    if (name === NO_NAME) {
      const asked = this.observer === null ? NO_NAME : decodeName(packet, request.nameStart, request.nameEnd);
      this.refuse(asked, ERROR_ACCESS_VIOLATION, listener, address, port);
      return;
    }
    const present = this.peers.find(address, port);
    if (present === null) {
      this.accept(name, listener, address, port, now);
    } else if (this.isSameRequest(present, name)) {
      this.answerAgain(present, now);
    } else {
      this.end(present, OUTCOME_SUPERSEDED, now);
      this.accept(name, listener, address, port, now);
    }
  }

  /** Whether a request repeats the one that began a transfer nothing of which has been acknowledged. */
  private isSameRequest(transfer: Transfer, name: string): boolean {
    return (
      (transfer.flags & FLAG_ANSWERED) === 0 && transfer.isUpload === this.request.isUpload && transfer.name === name
    );
  }

  private accept(name: string, listener: LocalPort, address: Address, port: number, now: number): void {
    const isFull = this.pool.freeCount + this.pool.lingeringCount === 0;
    if (isFull || this.hasTooManyUnanswered(address)) {
      this.unansweredRequests++;
      return;
    }
    const file = this.open(name, address);
    if (isRefusal(file)) {
      this.refuse(name, ~file, listener, address, port);
      return;
    }
    if (this.pool.freeCount === 0) {
      // A finished upload makes room: all that its slot would still do is repeat an ACK.
      this.release(this.pool.nextLingering);
    }
    const transfer = this.pool.nextFree;
    if (!this.singlePort && !this.transport.open(transfer.slot, listener)) {
      file.close();
      this.unansweredRequests++;
      return;
    }
    this.pool.take();
    transfer.begin(name, this.singlePort ? listener : transfer.slot, address, port, now);
    transfer.file = file;
    transfer.state = this.request.isUpload ? STATE_RECEIVING : STATE_SENDING;
    this.peers.add(transfer);
    this.agree(transfer);
    this.schedule.add(transfer, this.retransmission.givesUpAt(transfer));
    this.noteScheduled(now);
    if (this.observer !== null) {
      this.observer.started(transfer, now);
    }
    this.sendOutstanding(transfer, now);
  }

  /**
   * The first message again, for a request that has come again. Its options are read again, too: a client that did not
   * like the OACK and asks without them gets what it asks for.
   */
  private answerAgain(transfer: Transfer, now: number): void {
    transfer.duplicates++;
    // An OACK stands for block 0 and comes before everything, whatever blocks were sent for the first request.
    transfer.sent = 0;
    transfer.sentPosition = 0;
    this.agree(transfer);
    transfer.flags |= FLAG_REPEATED;
    this.sendOutstanding(transfer, now);
  }

  private agree(transfer: Transfer): void {
    const isUpload = this.request.isUpload;
    transfer.sizeBytes = isUpload ? this.request.transferSizeBytes : (transfer.file as ReadableFile).sizeBytes;
    negotiate(transfer, this.request, this.limits.windowSizeMax, this.retransmission.initialIntervalMs);
    if (!transfer.isUpload) {
      transfer.state = (transfer.flags & FLAGS_OPTIONS) !== 0 ? STATE_OFFERING : STATE_SENDING;
    }
  }

  private hasTooManyUnanswered(address: Address): boolean {
    const slots = this.slots;
    const max = this.limits.unansweredPerAddressMax;
    if (max >= slots.length) {
      return false;
    }
    let count = 0;
    for (let slot = 0; slot < slots.length; slot++) {
      const transfer = slots[slot] as Transfer;
      const isUnanswered = transfer.state !== STATE_FREE && (transfer.flags & FLAG_ANSWERED) === 0;
      if (isUnanswered && transfer.address === address) {
        count++;
      }
    }
    return count >= max;
  }

  private open(name: string, address: Address): ReadableFile | WritableFile | Refusal {
    if (!this.request.isUpload) {
      return this.storage.openForReading(name, address);
    }
    const sizeBytes = this.request.transferSizeBytes;
    return sizeBytes > this.limits.uploadBytesMax
      ? ~ERROR_DISK_FULL
      : this.storage.openForWriting(name, sizeBytes, address);
  }

  /** Sends the message, or the window, that waits for an answer: OACK, DATA or ACK. */
  private sendOutstanding(transfer: Transfer, now: number): void {
    const isOffer = transfer.confirmed === 0 && (transfer.flags & FLAGS_OPTIONS) !== 0;
    if (transfer.state === STATE_SENDING) {
      const outcome = this.sender.sendWindow(transfer, now);
      if (outcome !== OUTCOME_RUNNING) {
        this.end(transfer, outcome, now);
      }
    } else if (isOffer) {
      this.offer(transfer, now);
    } else {
      this.receiver.acknowledge(transfer, now);
    }
  }

  private offer(transfer: Transfer, now: number): void {
    const length = writeOptionAcknowledgement(this.transmitter.view, transfer);
    this.transmitter.sendWritten(transfer, length);
    transfer.sentAt = now;
    this.schedule.moveEarlier(transfer, now + transfer.intervalMs);
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
    const givesUpAt = this.retransmission.givesUpAt(transfer);
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
        this.wakeAtDeadline(transfer, givesUpAt);
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

  /** DATA that nobody has answered is repeated twice at the most; an OACK or ACK is no larger than the request. */
  private mayRepeat(transfer: Transfer): boolean {
    return (
      transfer.state !== STATE_SENDING ||
      (transfer.flags & FLAG_ANSWERED) !== 0 ||
      transfer.retransmissions < UNANSWERED_REPEATS_MAX
    );
  }

  private repeat(transfer: Transfer, now: number): void {
    this.retransmission.backOff(transfer);
    transfer.retransmissions += transfer.state === STATE_SENDING ? transfer.sent - transfer.confirmed : 1;
    this.sendOutstanding(transfer, now);
  }

  /** The transfer is over. A finished upload keeps its slot for a while, to repeat the last ACK if that was lost. */
  private end(transfer: Transfer, outcome: Outcome, now: number): void {
    if (transfer.state === STATE_LINGERING) {
      this.release(transfer);
      return;
    }
    (transfer.file as ReadableFile | WritableFile).close();
    transfer.file = null;
    if (this.observer !== null) {
      this.observer.ended(transfer, outcome, now);
    }
    if (outcome === OUTCOME_COMPLETED && transfer.isUpload) {
      this.pool.linger(transfer);
      this.schedule.move(transfer, this.retransmission.lingersUntil(transfer));
      this.noteScheduled(now);
    } else {
      this.release(transfer);
    }
  }

  /** Takes everything from the slot and gives it back to the pool. */
  private release(transfer: Transfer): void {
    this.schedule.remove(transfer);
    this.peers.remove(transfer);
    if (!this.singlePort) {
      this.transport.close(transfer.slot);
    }
    this.pool.giveBack(transfer);
  }

  private refuse(name: string, errorCode: number, listener: LocalPort, address: Address, port: number): void {
    if (errorCode === ~REFUSED_WITHOUT_ANSWER) {
      this.unansweredRequests++;
      return;
    }
    this.transmitter.sendError(errorCode, listener, address, port);
    if (this.observer !== null) {
      this.observer.refused(name, this.request.isUpload, errorCode, address, port);
    }
  }
}

function isClientPort(port: number): boolean {
  return port !== 0 && port !== SERVER_PORT;
}
