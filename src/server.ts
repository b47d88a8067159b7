/**
 * Takes requests, and asks the storage for what they name.
 */
import { AnswerLimit } from "./answer-limit.js";
import {
  type Address,
  BUSY,
  DISK_FULL,
  type LocalPort,
  type Observer,
  type ReadableFile,
  type Refusal,
  type Storage,
  type TransferView,
  type Transport,
  type WritableFile,
} from "./host.js";
import { Endpoint } from "./lockstep.js";
import { cleanName, decodeName } from "./name.js";
import { negotiate, writeOptionAcknowledgement } from "./negotiation.js";
import {
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_DECLINED,
  OUTCOME_RUNNING,
  OUTCOME_SUPERSEDED,
  type Outcome,
} from "./outcome.js";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_ILLEGAL_OPERATION,
  ERROR_UNKNOWN_TRANSFER_ID,
  HEADER_BYTES,
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
  TFTP_PORT,
} from "./packet.js";
import { Peers } from "./peers.js";
import { isRefusal } from "./refusal.js";
import { Request } from "./request.js";
import { ServerLimits, type ServerOptions } from "./settings.js";
import {
  FLAG_ANSWERED,
  FLAG_REPEATED,
  FLAGS_OPTIONS,
  STATE_FREE,
  STATE_LINGERING,
  STATE_OFFERING,
  STATE_RECEIVING,
  STATE_SENDING,
  Transfer,
} from "./transfer.js";
import { makeSlots } from "./transfers.js";

/** Before the peer has shown that its address is real, DATA is repeated so often and no more (amplification). */
const MAX_UNANSWERED_REPEATS = 2;
/** What an observer is told where the name could not be read. */
const NO_NAME = "";

/**
 * A TFTP server without I/O: a host hands it datagrams and the time, and it answers through the host's
 * {@link Transport}. No method throws on anything that comes from the wire.
 */
export class Server extends Endpoint<Observer> {
  /** While false, requests get no answer; running transfers go on. */
  accepting = true;
  /** Requests that got no answer, because the pool was full or a limit was reached. */
  unansweredRequests = 0;

  private readonly storage: Storage;
  private readonly limits: ServerLimits;
  private readonly singlePort: boolean;
  private readonly answerLimit: AnswerLimit;
  private readonly peers: Peers;
  private readonly requestRead = new Request();

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(transport: Transport, storage: Storage, options: ServerOptions = {}, observer: Observer | null = null) {
    const limits = new ServerLimits(options);
    super(
      transport,
      makeSlots(limits.maxTransfers, (slot) => new Transfer(slot)),
      options,
      limits.maxSizeBytes,
      observer,
    );
    this.storage = storage;
    this.limits = limits;
    this.singlePort = options.singlePort ?? false;
    this.answerLimit = new AnswerLimit(limits.maxAnswersPerSecond);
    this.peers = new Peers(limits.maxTransfers, options.addressHash);
  }

  /** Shows each transfer that is not finished yet, in the order of their slots. `visit` must not call the engine. */
  visitRunning(visit: (transfer: TransferView) => void): void {
    for (const transfer of this.slots) {
      if (transfer.state !== STATE_FREE && transfer.state !== STATE_LINGERING) {
        visit(transfer);
      }
    }
  }

  /** Ends every transfer: the peers are told with an ERROR, unfinished uploads leave nothing. No request is accepted. */
  override stop(now: number): void {
    this.accepting = false;
    super.stop(now);
  }

  /** RFC 1350 §4: a stranger gets ERROR 5, and the transfer goes on. An ERROR is never answered with an ERROR. */
  protected override isFirstAnswer(
    transfer: Transfer,
    packet: DataView,
    _length: number,
    address: Address,
    port: number,
    now: number,
  ): boolean {
    const isAnswered = transfer.state !== STATE_FREE && packet.getUint16(0) !== OPCODE_ERROR && isClientPort(port);
    if (isAnswered && this.answerLimit.take(now)) {
      this.transmitter.sendError(ERROR_UNKNOWN_TRANSFER_ID, transfer.localPort, address, port);
    }
    return false;
  }

  protected override receivedError(transfer: Transfer): Outcome {
    return (transfer.flags & FLAG_ANSWERED) !== 0 ? OUTCOME_ABORTED_BY_PEER : OUTCOME_DECLINED;
  }

  /** A client has nothing else to say to a transfer. */
  protected override receivedOther(): Outcome {
    return OUTCOME_RUNNING;
  }

  /**
   * A datagram has arrived on a listening port. Never throws, whatever it contains.
   *
   * @param packet holds the datagram from its first byte on; may be written to (names and netascii are treated in place).
   * @param length the datagram's length; `packet` has at least as many bytes.
   * @param listener the listening port, {@link FIRST_LISTENER} or above.
   * @param address the sender's address, and `port` the sender's port.
   * @param now the host's time in whole milliseconds, as for `receive`.
   */
  request(packet: DataView, length: number, listener: LocalPort, address: Address, port: number, now: number): void {
    if (length < HEADER_BYTES) {
      return;
    }
    const opcode = packet.getUint16(0);
    if (opcode === OPCODE_READ_REQUEST || opcode === OPCODE_WRITE_REQUEST) {
      this.takeRequest(packet, length, listener, address, port, now);
    } else if (this.singlePort) {
      const transfer = this.peers.find(address, port);
      if (transfer !== null) {
        this.receive(packet, length, transfer.slot, address, port, now);
      }
    }
  }

  private takeRequest(
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
    const request = this.requestRead;
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
      (transfer.flags & FLAG_ANSWERED) === 0 &&
      transfer.isUpload === this.requestRead.isUpload &&
      transfer.name === name
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
    const transfer = this.freeSlot() as Transfer;
    if (!this.singlePort && !this.transport.open(transfer.slot, listener, address, port)) {
      file.close();
      this.unansweredRequests++;
      return;
    }
    this.pool.take();
    transfer.begin(name, this.singlePort ? listener : transfer.slot, address, port, now);
    transfer.file = file;
    transfer.state = this.requestRead.isUpload ? STATE_RECEIVING : STATE_SENDING;
    this.peers.add(transfer);
    this.agree(transfer);
    this.scheduleFirst(transfer, now);
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
    const isUpload = this.requestRead.isUpload;
    transfer.sizeBytes = isUpload
      ? this.requestRead.options.transferSizeBytes
      : (transfer.file as ReadableFile).sizeBytes;
    negotiate(transfer, this.requestRead, this.limits.maxWindowSize, this.retransmission.initialIntervalMs);
    if (!transfer.isUpload) {
      transfer.state = (transfer.flags & FLAGS_OPTIONS) !== 0 ? STATE_OFFERING : STATE_SENDING;
    }
  }

  private hasTooManyUnanswered(address: Address): boolean {
    const slots = this.slots;
    const max = this.limits.maxUnansweredPerAddress;
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
    if (!this.requestRead.isUpload) {
      return this.storage.openForReading(name, address);
    }
    const sizeBytes = this.requestRead.options.transferSizeBytes;
    return sizeBytes > this.limits.maxSizeBytes ? DISK_FULL : this.storage.openForWriting(name, sizeBytes, address);
  }

  protected override isOpening(transfer: Transfer): boolean {
    return transfer.confirmed === 0 && (transfer.flags & FLAGS_OPTIONS) !== 0;
  }

  protected override sendOpening(transfer: Transfer): void {
    this.transmitter.sendWritten(transfer, writeOptionAcknowledgement(this.transmitter.view, transfer));
  }

  /** DATA that nobody has answered is repeated twice at the most; an OACK or ACK is no larger than the request. */
  protected override mayRepeat(transfer: Transfer): boolean {
    return (
      transfer.state !== STATE_SENDING ||
      (transfer.flags & FLAG_ANSWERED) !== 0 ||
      transfer.retransmissions < MAX_UNANSWERED_REPEATS
    );
  }

  protected override disconnect(transfer: Transfer): void {
    this.peers.remove(transfer);
    if (!this.singlePort) {
      this.transport.close(transfer.slot);
    }
  }

  private refuse(name: string, errorCode: number, listener: LocalPort, address: Address, port: number): void {
    if (errorCode === ~BUSY) {
      this.unansweredRequests++;
      return;
    }
    this.transmitter.sendError(errorCode, listener, address, port);
    if (this.observer !== null) {
      this.observer.refused(name, this.requestRead.isUpload, errorCode, address, port);
    }
  }
}

/** Port 69 is another server, port 0 is nobody: an answer would make two servers talk to each other (CVE-2024-2169). */
function isClientPort(port: number): boolean {
  return port !== 0 && port !== TFTP_PORT;
}
