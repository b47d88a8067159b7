/** The server's role: takes requests, asks the storage for the file, and routes datagrams to transfers. */
import { Admission, AnswerLimits } from "./admission.js";
import {
  type Address,
  BUSY,
  DISK_FULL,
  isRefusal,
  type LocalPort,
  type Observer,
  type ReadableFile,
  type Refusal,
  type Storage,
  type TransferView,
  type Transport,
  type WritableFile,
} from "./host.js";
import type { Lockstep } from "./lockstep.js";
import { cleanName } from "./name.js";
import { negotiate } from "./options.js";
import { OUTCOME_SUPERSEDED } from "./outcome.js";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_ILLEGAL_OPERATION,
  ERROR_UNKNOWN_TRANSFER_ID,
  HEADER_BYTES,
  isClientPort,
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
} from "./packet.js";
import { Request } from "./request.js";
import { ServerLockstep } from "./server-lockstep.js";
import { type ServerOptions, ServerSettings } from "./settings.js";
import { decodeName } from "./text.js";
import { FLAG_ANSWERED, FLAG_REPEATED, STATE_FREE, Transfer } from "./transfer.js";
import { Peers } from "./transfers.js";

/** After this time a request that comes again is no copy by the network: the file is opened again, for a new transfer. */
const REOPEN_AFTER_MS = 1000;

/** Told to the observer of a request that cannot be read. */
const NO_NAME = "";

/**
 * A TFTP server without I/O: a host hands it datagrams and the time, and it answers through the host's
 * {@link Transport}. No method throws on anything that comes from the wire.
 */
export class Server {
  /** While false, requests get no answer; running transfers go on. */
  accepting = true;
  /** Requests that got no answer, because the pool was full or a limit was reached. */
  unansweredRequests = 0;

  private readonly storage: Storage;
  private readonly observer: Observer | null;
  private readonly settings: ServerSettings;
  private readonly answerLimits: AnswerLimits;
  private readonly slots: readonly Transfer[];
  private readonly peers: Peers;
  private readonly lockstep: Lockstep;
  private readonly admission: Admission;
  private readonly requestRead = new Request();

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(transport: Transport, storage: Storage, options: ServerOptions = {}, observer: Observer | null = null) {
    const settings = new ServerSettings(options);
    const maxTransfers = settings.maxTransfers;
    const slots = Array.from({ length: maxTransfers }, (_, slot) => new Transfer(slot));
    const peers = new Peers(maxTransfers, options.addressHash);
    this.storage = storage;
    this.observer = observer;
    this.settings = settings;
    this.answerLimits = new AnswerLimits(settings);
    this.slots = slots;
    this.peers = peers;
    this.lockstep = new ServerLockstep(transport, slots, peers, options, settings.maxSizeBytes, observer);
    this.admission = new Admission(slots, settings, this.lockstep);
  }

  /** Number of unused slots. */
  get free(): number {
    return this.lockstep.transfers.freeCount;
  }

  /** Number of slots in use, lingering ones included. `free + used` is the size of the pool. */
  get used(): number {
    return this.slots.length - this.free;
  }

  /** Number of transfers that have not ended. */
  get running(): number {
    return this.used - this.lockstep.transfers.lingeringCount;
  }

  /** Time at which `poll` is needed next; {@link NEVER} when nothing waits. May be early, never late. */
  get nextAt(): number {
    return this.lockstep.schedule.nextAt;
  }

  /** Shows each transfer that has not ended, in the order of their slots. `visit` must not call the engine. */
  visitRunning(visit: (transfer: TransferView) => void): void {
    for (const transfer of this.slots) {
      if (transfer.isRunning) {
        visit(transfer);
      }
    }
  }

  /**
   * Takes a datagram that arrived on a listening port. Never throws, whatever it contains.
   *
   * @param packet holds the datagram from its first byte; may be written to (names and netascii are processed in place).
   * @param length length of the datagram; `packet` has at least as many bytes.
   * @param listener the listening port, {@link FIRST_LISTENER} or above.
   * @param address address of the sender, and `port` its port.
   * @param now time of the host in whole milliseconds, as for `receive`.
   */
  request(packet: DataView, length: number, listener: LocalPort, address: Address, port: number, now: number): void {
    if (length < HEADER_BYTES) {
      return;
    }
    const opcode = packet.getUint16(0);
    if (opcode !== OPCODE_READ_REQUEST && opcode !== OPCODE_WRITE_REQUEST) {
      const transfer = this.settings.singlePort ? this.peers.find(address, port) : null;
      if (transfer !== null) {
        this.lockstep.deliver(transfer, packet, length, now);
      }
      return;
    }
    if (!this.accepting || !isClientPort(port)) {
      return;
    }
    if (!this.answerLimits.take(address, now)) {
      this.unansweredRequests++;
      return;
    }
    const request = this.requestRead;
    if (!request.read(packet, length)) {
      this.refuse(NO_NAME, ERROR_ILLEGAL_OPERATION, listener, address, port);
      return;
    }
    const nameEnd = cleanName(packet, request.nameStart, request.nameEnd);
    const name = decodeName(packet, request.nameStart, nameEnd < 0 ? request.nameEnd : nameEnd);
    if (nameEnd < 0) {
      this.refuse(name, ERROR_ACCESS_VIOLATION, listener, address, port);
      return;
    }
    const present = this.peers.find(address, port);
    if (present === null) {
      this.accept(name, listener, address, port, now);
    } else if (this.isSameRequest(present, name, now)) {
      this.answerAgain(present, now);
    } else {
      this.lockstep.end(present, OUTCOME_SUPERSEDED, now);
      this.accept(name, listener, address, port, now);
    }
  }

  /**
   * Takes a datagram that arrived on a transfer's own port. Never throws, whatever it contains.
   *
   * @param packet holds the datagram from its first byte; may be written to (netascii is decoded in place).
   * @param length length of the datagram; `packet` has at least as many bytes.
   * @param slot the transfer whose port it is.
   * @param address address of the sender, and `port` its port.
   * @param now time of the host in whole milliseconds. It should not go back; if it does, waits become longer once.
   */
  receive(packet: DataView, length: number, slot: number, address: Address, port: number, now: number): void {
    if (length < HEADER_BYTES) {
      return;
    }
    const transfer = this.slots[slot] as Transfer;
    if (transfer.port === port && transfer.address === address) {
      this.lockstep.deliver(transfer, packet, length, now);
    } else {
      this.refuseStranger(transfer, packet, address, port, now);
    }
  }

  /** Does what is due: repeats messages, and ends transfers that got no answer for too long. */
  poll(now: number): void {
    this.lockstep.poll(now);
  }

  /** Ends every transfer: peers are told with an ERROR, incomplete uploads are discarded. No further request is accepted. */
  stop(now: number): void {
    this.accepting = false;
    this.lockstep.stopAll(now);
  }

  /** RFC 1350 §4: a stranger gets ERROR 5, except for an ERROR. */
  private refuseStranger(transfer: Transfer, packet: DataView, address: Address, port: number, now: number): void {
    const isAnswered = transfer.state !== STATE_FREE && packet.getUint16(0) !== OPCODE_ERROR && isClientPort(port);
    if (isAnswered && this.answerLimits.take(address, now)) {
      this.lockstep.transmitter.sendError(ERROR_UNKNOWN_TRANSFER_ID, transfer.localPort, address, port);
    }
  }

  /** Whether a request repeats the one that began `transfer`, nothing of which has been acknowledged. */
  private isSameRequest(transfer: Transfer, name: string, now: number): boolean {
    return (
      (transfer.flags & FLAG_ANSWERED) === 0 &&
      (transfer.isUpload || now - transfer.startedAt < REOPEN_AFTER_MS) &&
      transfer.isUpload === this.requestRead.isUpload &&
      transfer.name === name
    );
  }

  private accept(name: string, listener: LocalPort, address: Address, port: number, now: number): void {
    const lockstep = this.lockstep;
    const isFull = this.running === this.slots.length;
    const yielding = isFull ? this.admission.findYielding(address, now) : null;
    if ((isFull && yielding === null) || this.admission.hasTooMany(address)) {
      this.unansweredRequests++;
      return;
    }
    let file = this.open(name, address);
    if (file === BUSY && !isFull && this.admission.makeRoom(address, now)) {
      file = this.open(name, address);
    }
    if (isRefusal(file)) {
      this.refuse(name, ~file, listener, address, port);
      return;
    }
    if (yielding !== null) {
      lockstep.giveUp(yielding, now);
    }
    if (
      !this.openPort(listener, address, port) &&
      !(this.admission.makeRoom(address, now) && this.openPort(listener, address, port))
    ) {
      file.close();
      this.unansweredRequests++;
      return;
    }
    const transfer = lockstep.freeSlot() as Transfer;
    const localPort = this.settings.singlePort ? listener : transfer.slot;
    transfer.begin(name, this.requestRead.isUpload, localPort, address, port, now);
    transfer.file = file;
    this.agree(transfer);
    lockstep.start(transfer, now);
    if (this.observer !== null) {
      this.observer.started(transfer, now);
    }
    lockstep.sendOutstanding(transfer, now);
  }

  /**
   * Sends the first message again, for a repeated request. Its options are read again as well: a client that did not like
   * the OACK and asks without options gets what it asks for.
   */
  private answerAgain(transfer: Transfer, now: number): void {
    transfer.duplicates++;
    this.agree(transfer);
    transfer.flags |= FLAG_REPEATED;
    this.lockstep.sendOutstanding(transfer, now);
  }

  private agree(transfer: Transfer): void {
    const request = this.requestRead;
    const initialIntervalMs = this.lockstep.retransmission.initialIntervalMs;
    negotiate(transfer, request.options, request.isNetascii, this.settings.maxWindowSize, initialIntervalMs);
  }

  /** Opens a port for the transfer in the next free slot, unless all share one. */
  private openPort(listener: LocalPort, address: Address, port: number): boolean {
    const { slot } = this.lockstep.freeSlot() as Transfer;
    return this.settings.singlePort || this.lockstep.transmitter.transport.open(slot, listener, address, port);
  }

  private open(name: string, address: Address): ReadableFile | WritableFile | Refusal {
    if (!this.requestRead.isUpload) {
      return this.storage.openForReading(name, address);
    }
    const sizeBytes = this.requestRead.options.transferSizeBytes;
    return sizeBytes > this.settings.maxSizeBytes ? DISK_FULL : this.storage.openForWriting(name, sizeBytes, address);
  }

  private refuse(name: string, errorCode: number, listener: LocalPort, address: Address, port: number): void {
    if (errorCode === ~BUSY) {
      this.unansweredRequests++;
      return;
    }
    this.lockstep.transmitter.sendError(errorCode, listener, address, port);
    if (this.observer !== null) {
      this.observer.refused(name, this.requestRead.isUpload, errorCode, address, port);
    }
  }
}
