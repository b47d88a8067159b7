/** The server's role: takes requests, asks the storage for the file, and routes datagrams to transfers. */
import { Admission } from "./admission.js";
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
import { OUTCOME_SUPERSEDED } from "./outcome.js";
import {
  ERROR_UNKNOWN_TRANSFER_ID,
  HEADER_BYTES,
  isClientPort,
  OPCODE_ERROR,
  OPCODE_READ_REQUEST,
  OPCODE_WRITE_REQUEST,
} from "./packet.js";
import { NO_ERROR, Request } from "./request.js";
import { RECENT_MS, ServerLockstep } from "./server-lockstep.js";
import { type ServerOptions, ServerSettings } from "./settings.js";
import { FLAG_ANSWERED, STATE_FREE, Transfer } from "./transfer.js";
import { Peers } from "./transfers.js";

/** After this time a request that comes again is no copy by the network: the file is opened again, for a new transfer. */
const REOPEN_AFTER_MS = 1000;

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
  private readonly slots: readonly Transfer[];
  private readonly lockstep: ServerLockstep;
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
    this.slots = slots;
    this.lockstep = new ServerLockstep(transport, slots, peers, options, settings, observer);
    this.admission = new Admission(this.lockstep);
  }

  /** Number of unused slots. */
  get free(): number {
    return this.slots.length - this.used;
  }

  /** Number of slots in use, lingering ones included. `free + used` is the size of the pool. */
  get used(): number {
    return this.lockstep.schedule.size;
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
    for (let slot = 0; slot < this.slots.length; slot++) {
      const transfer = this.slots[slot] as Transfer;
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
    const lockstep = this.lockstep;
    const opcode = packet.getUint16(0);
    if (opcode !== OPCODE_READ_REQUEST && opcode !== OPCODE_WRITE_REQUEST) {
      const transfer = lockstep.settings.singlePort ? lockstep.peers.find(address, port) : null;
      if (transfer !== null) {
        lockstep.deliver(transfer, packet, length, now);
      }
      return;
    }
    if (!this.accepting || !isClientPort(port)) {
      return;
    }
    if (!this.admission.mayAnswer(address, now)) {
      this.unansweredRequests++;
      return;
    }
    const request = this.requestRead;
    const errorCode = request.read(packet, length, listener, address, port);
    if (errorCode !== NO_ERROR) {
      this.refuse(errorCode, now);
      return;
    }
    const present = lockstep.peers.find(address, port);
    if (present === null) {
      this.accept(null, now);
    } else {
      this.requestAgain(present, now);
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

  /**
   * Asks the files again whose {@link WritableFile.commit} was pending: a host calls this when one of them has its result. The
   * last ACK of an upload leaves when its file is complete. A file that stays pending is closed when the transfer gives up.
   */
  resumeCommits(now: number): void {
    this.lockstep.resumeCommits(now);
  }

  /** Ends every transfer: peers are told with an ERROR, incomplete uploads are discarded. No further request is accepted. */
  stop(now: number): void {
    this.accepting = false;
    this.lockstep.stopAll(now);
  }

  /** RFC 1350 §4: a stranger gets ERROR 5, except for an ERROR. */
  private refuseStranger(transfer: Transfer, packet: DataView, address: Address, port: number, now: number): void {
    const isAnswered = transfer.state !== STATE_FREE && packet.getUint16(0) !== OPCODE_ERROR && isClientPort(port);
    if (isAnswered && this.admission.mayAnswer(address, now)) {
      this.lockstep.transmitter.sendError(ERROR_UNKNOWN_TRANSFER_ID, transfer.localPort, address, port);
    }
  }

  /**
   * Takes a request from the port of a transfer. Its client starts anew, or the request is late or forged: nothing tells which. So
   * a new transfer begins beside the old one, and the next answer of the client ends the other. There are never more than two.
   */
  private requestAgain(newest: Transfer, now: number): void {
    const { lockstep, requestRead: request } = this;
    const isRecent = now - newest.progressAt < RECENT_MS;
    if ((newest.flags & FLAG_ANSWERED) === 0 && request.isFor(newest)) {
      const isLate = now - newest.startedAt >= REOPEN_AFTER_MS;
      if (newest.isUpload || !isLate) {
        lockstep.answerAgain(newest, request, isLate, now);
      } else {
        lockstep.end(newest, OUTCOME_SUPERSEDED, now);
        this.accept(null, now);
      }
    } else if (lockstep.settings.singlePort) {
      if (isRecent && request.isCopy(newest, lockstep.settings.maxWindowSize)) {
        newest.duplicates++;
      } else {
        this.accept(newest, now);
      }
    } else {
      const isThird = lockstep.peers.findOlder(newest) !== null;
      const isBeside = isRecent || (this.running < this.slots.length && !this.admission.hasTooMany(request.address));
      this.accept(isThird || !isBeside ? newest : null, now);
    }
  }

  /**
   * Starts a transfer for the request, or refuses it.
   *
   * @param replaced transfer with the same peer that ends for the new one, or null.
   */
  private accept(replaced: Transfer | null, now: number): void {
    const { lockstep, admission, requestRead: request } = this;
    const address = request.address;
    const isFull = this.running === this.slots.length;
    const yielding = isFull && replaced === null ? admission.findYielding(address, now) : null;
    if (replaced === null && ((isFull && yielding === null) || admission.hasTooMany(address))) {
      this.unansweredRequests++;
      return;
    }
    let file = this.open();
    if (file === BUSY && !isFull && admission.makeRoom(address, now)) {
      file = this.open();
    }
    if (isRefusal(file)) {
      this.refuse(~file, now);
      return;
    }
    if (replaced !== null) {
      lockstep.end(replaced, OUTCOME_SUPERSEDED, now);
    } else if (yielding !== null) {
      lockstep.giveUp(yielding, now);
    }
    if (!lockstep.openPort(request) && !(admission.makeRoom(address, now) && lockstep.openPort(request))) {
      file.close();
      this.unansweredRequests++;
      return;
    }
    lockstep.begin(request, file, now);
  }

  private open(): ReadableFile | WritableFile | Refusal {
    const { name, address, isUpload, options } = this.requestRead;
    if (!isUpload) {
      return this.storage.openForReading(name, address);
    }
    const sizeBytes = options.transferSizeBytes;
    return sizeBytes > this.lockstep.settings.maxSizeBytes
      ? DISK_FULL
      : this.storage.openForWriting(name, sizeBytes, address);
  }

  /** Sends an ERROR, but not to a client whose transfer goes on: it would stop clients that mind no port, such as tftp-hpa. */
  private refuse(errorCode: number, now: number): void {
    if (errorCode === ~BUSY || this.lockstep.goesOn(this.requestRead, now)) {
      this.unansweredRequests++;
    } else {
      this.lockstep.refuse(this.requestRead, errorCode);
    }
  }
}
