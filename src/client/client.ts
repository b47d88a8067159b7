/**
 * The other end: asks servers for files, and puts files to them.
 */

import {
  type Address,
  FIRST_LISTENER,
  type LocalPort,
  type ReadableFile,
  type Transport,
  type WritableFile,
} from "../host.js";
import { Endpoint } from "../lockstep.js";
import { MIN_BLOCK_SIZE, MS_PER_SECOND, OptionValues } from "../options.js";
import {
  OUTCOME_ABORTED_BY_PEER,
  OUTCOME_DECLINED,
  OUTCOME_PROTOCOL_VIOLATED,
  OUTCOME_RUNNING,
  OUTCOME_TIMED_OUT,
  OUTCOME_TOO_LARGE,
  OUTCOME_UNANSWERED,
  type Outcome,
} from "../outcome.js";
import {
  ERROR_DISK_FULL,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  ERROR_OPTION_NEGOTIATION,
  ERROR_UNKNOWN_TRANSFER_ID,
  HEADER_ACKNOWLEDGEMENT,
  HEADER_BYTES,
  HEADER_DATA,
  OPCODE_BYTES,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
} from "../packet.js";
import { NEVER } from "../schedule.js";
import {
  FLAG_ANSWERED,
  FLAG_FIXED_INTERVAL,
  FLAG_NETASCII,
  FLAG_REPEATED,
  NO_PORT,
  STATE_FREE,
  STATE_OFFERING,
  STATE_RECEIVING,
  type Transfer,
} from "../transfer.js";
import { makeSlots } from "../transfers.js";
import { writeRequest } from "./request.js";
import { ClientLimits, type ClientOptions, type ClientRequest, checkRequest } from "./settings.js";
import { isBareText, readText } from "./text.js";
import { type ClientObserver, ClientTransfer } from "./transfer.js";

/**
 * Longer than a server's. atftpd does not acknowledge a repeated block, but repeats its ACK after 5 s in which nothing came:
 * a client that never paused for so long would keep it from that.
 */
const MAX_INTERVAL_MS = 6000;

/** A server may take a request that is repeated too early for a second one: RFC 6298 §2.1 waits a second. */
const INITIAL_INTERVAL_MS = 1000;

/** Given to `Transport.open`: nothing listens at this end. */
const NO_LISTENER: LocalPort = FIRST_LISTENER;
/** A transfer that has no port of its own, because a second one was not to be had. */
const NO_LOCAL_PORT: LocalPort = -1;

/** The first four bytes of what a server without options answers: ACK of block 0, DATA of block 1. */
const FIRST_ACKNOWLEDGEMENT = HEADER_ACKNOWLEDGEMENT;
const FIRST_DATA = HEADER_DATA | 1;

/** What `get` and `put` return when there is no room for one more transfer. */
export const NO_SLOT = -1;

/**
 * A TFTP client without I/O: a host hands it datagrams and the time, and it talks to servers through the host's
 * {@link Transport}. No method throws on anything that comes from the wire.
 */
export class Client extends Endpoint<ClientObserver> {
  private readonly maxSizeBytes: number;
  private readonly granted = new OptionValues();

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(transport: Transport, options: ClientOptions = {}, observer: ClientObserver | null = null) {
    const { maxTransfers, maxSizeBytes } = new ClientLimits(options);
    const { initialIntervalMs = INITIAL_INTERVAL_MS, maxIntervalMs = MAX_INTERVAL_MS } = options;
    const times = { ...options, initialIntervalMs, maxIntervalMs };
    super(
      transport,
      makeSlots(maxTransfers, (slot) => new ClientTransfer(slot)),
      times,
      maxSizeBytes,
      observer,
    );
    this.maxSizeBytes = maxSizeBytes;
  }

  /**
   * Asks for a file. What comes is written into `file`, which gets its `commit` when it is whole, and is closed at the
   * end in any case.
   *
   * @param port where the request goes; the server answers from a port that it chooses (RFC 1350 §4), perhaps the same.
   * @returns the slot, or {@link NO_SLOT} when all are taken or there is no free port: then `file` is not touched.
   * @throws RangeError when the request cannot be sent as it is.
   */
  get(request: ClientRequest, file: WritableFile, address: Address, port: number, now: number): number {
    return this.ask(request, file, false, -1, address, port, now);
  }

  /**
   * Puts a file: `file` is read block by block, and closed at the end. Everything else is as with `get`.
   *
   * @returns the slot, or {@link NO_SLOT}.
   * @throws RangeError when the request cannot be sent as it is.
   */
  put(request: ClientRequest, file: ReadableFile, address: Address, port: number, now: number): number {
    return this.ask(request, file, true, file.sizeBytes, address, port, now);
  }

  /** Ends the transfer in a slot: the server is told with an ERROR, a file that is not whole leaves nothing. */
  abort(slot: number, now: number): void {
    this.stopTransfer(this.slots[slot] as Transfer, now);
  }

  private ask(
    request: ClientRequest,
    file: ReadableFile | WritableFile,
    isPut: boolean,
    sizeBytes: number,
    address: Address,
    port: number,
    now: number,
  ): number {
    checkRequest(request);
    const transfer = this.freeSlot() as ClientTransfer | null;
    if (transfer === null || !this.transport.open(transfer.slot, NO_LISTENER, address, port)) {
      return NO_SLOT;
    }
    this.pool.take();
    transfer.ask(request, file, isPut, sizeBytes, address, port, now);
    transfer.intervalMs = this.retransmission.initialIntervalMs;
    this.scheduleFirst(transfer, now);
    this.sendOutstanding(transfer, now);
    return transfer.slot;
  }

  /** The server is whoever answers first from the address that was asked, from any port, in a way that makes sense. */
  protected override isFirstAnswer(
    transfer: Transfer,
    packet: DataView,
    length: number,
    address: Address,
    port: number,
    now: number,
  ): boolean {
    const header = packet.getUint32(0);
    const opcode = header >>> 16;
    if (transfer.state !== STATE_OFFERING || transfer.address !== address) {
      this.refuseStranger(transfer, opcode, address, port);
      return false;
    }
    const isPlain = header === (transfer.isUpload ? FIRST_ACKNOWLEDGEMENT : FIRST_DATA);
    const isOther = opcode === OPCODE_OPTION_ACKNOWLEDGEMENT || opcode === OPCODE_ERROR || isBareText(packet, length);
    if (!isPlain && !isOther) {
      return false;
    }
    transfer.port = port;
    if (isPlain) {
      this.hasStarted(transfer, now);
    }
    return true;
  }

  /** RFC 1350 §4: it gets ERROR 5, and the transfer goes on. An ERROR is never answered with an ERROR. */
  private refuseStranger(transfer: Transfer, opcode: number, address: Address, port: number): void {
    if (transfer.state !== STATE_FREE && opcode !== OPCODE_ERROR) {
      this.transmitter.sendError(ERROR_UNKNOWN_TRANSFER_ID, transfer.localPort, address, port);
    }
  }

  private hasStarted(transfer: Transfer, now: number): void {
    if ((transfer.flags & FLAG_FIXED_INTERVAL) === 0) {
      // However slowly the request was repeated at last, the server is there now.
      transfer.intervalMs = this.retransmission.initialIntervalMs;
    }
    if (!transfer.isUpload) {
      transfer.state = STATE_RECEIVING;
    }
    if (this.observer !== null) {
      this.observer.started(transfer, now);
    }
  }

  protected override receivedError(transfer: Transfer, packet: DataView, length: number, now: number): Outcome {
    const { errorCode } = transfer;
    const isAboutOptions = errorCode === ERROR_OPTION_NEGOTIATION || errorCode === ERROR_ILLEGAL_OPERATION;
    if (
      transfer.state === STATE_OFFERING &&
      isAboutOptions &&
      this.askWithoutOptions(transfer as ClientTransfer, now)
    ) {
      return OUTCOME_RUNNING;
    }
    return refused(transfer as ClientTransfer, readText(packet, HEADER_BYTES, length));
  }

  protected override receivedOther(transfer: Transfer, packet: DataView, length: number, now: number): Outcome {
    if (packet.getUint16(0) === OPCODE_OPTION_ACKNOWLEDGEMENT) {
      return transfer.state === STATE_OFFERING
        ? this.receivedOptions(transfer as ClientTransfer, packet, length, now)
        : this.receivedOptionsAgain(transfer);
    }
    if (!isBareText(packet, length)) {
      return OUTCOME_RUNNING;
    }
    transfer.endWithError(ERROR_NOT_DEFINED);
    return refused(transfer as ClientTransfer, readText(packet, 0, length));
  }

  /** Begins again with a request of RFC 1350 alone, from a port of its own. False where there is nothing left to try. */
  private askWithoutOptions(transfer: ClientTransfer, now: number): boolean {
    if (transfer.asked.isEmpty) {
      return false;
    }
    const { slot, address, requestPort } = transfer;
    this.transport.close(slot);
    if (!this.transport.open(slot, NO_LISTENER, address, requestPort)) {
      transfer.localPort = NO_LOCAL_PORT;
      return false;
    }
    transfer.asked.clear();
    transfer.port = NO_PORT;
    transfer.flags &= FLAG_NETASCII;
    transfer.intervalMs = this.retransmission.initialIntervalMs;
    transfer.progressAt = now;
    this.sendOutstanding(transfer, now);
    return true;
  }

  /** The OACK: what it grants must have been asked, and be within what was asked (RFC 2347). */
  private receivedOptions(transfer: ClientTransfer, packet: DataView, length: number, now: number): Outcome {
    const granted = this.granted;
    granted.read(packet, OPCODE_BYTES, length);
    if (!isWithin(granted, transfer.asked)) {
      return this.breakOff(transfer, ERROR_OPTION_NEGOTIATION, OUTCOME_PROTOCOL_VIOLATED);
    }
    if (!transfer.isUpload && granted.transferSizeBytes > this.maxSizeBytes) {
      return this.breakOff(transfer, ERROR_DISK_FULL, OUTCOME_TOO_LARGE);
    }
    agree(transfer, granted);
    this.hasStarted(transfer, now);
    if (transfer.isUpload) {
      // To a write request an OACK is also the ACK of block 0.
      return this.sender.acknowledged(transfer, 0, now);
    }
    transfer.flags |= FLAG_ANSWERED;
    transfer.progressAt = now;
    this.retransmission.answered(transfer, now);
    this.receiver.acknowledge(transfer, now);
    return OUTCOME_RUNNING;
  }

  /** The server has missed the ACK of block 0. What has been written more of, it has not missed. */
  private receivedOptionsAgain(transfer: Transfer): Outcome {
    transfer.duplicates++;
    if (transfer.state === STATE_RECEIVING && transfer.confirmed === 0) {
      transfer.flags |= FLAG_REPEATED;
      this.transmitter.sendAcknowledgement(transfer);
    }
    return OUTCOME_RUNNING;
  }

  private breakOff(transfer: Transfer, errorCode: number, outcome: Outcome): Outcome {
    this.transmitter.sendFailure(transfer, errorCode);
    return outcome;
  }

  protected override isOpening(transfer: Transfer): boolean {
    return transfer.state === STATE_OFFERING;
  }

  protected override sendOpening(transfer: Transfer, now: number): void {
    const { address, localPort, requestPort, isWaiting } = transfer as ClientTransfer;
    const length = writeRequest(this.transmitter.view, transfer as ClientTransfer);
    this.transport.send(this.transmitter.packet, length, localPort, address, requestPort);
    if (isWaiting) {
      transfer.progressAt = now;
      transfer.intervalMs = this.retransmission.initialIntervalMs;
    }
  }

  protected override mayRepeat(): boolean {
    return true;
  }

  protected override givesUpAt(transfer: Transfer): number {
    const isWaiting = (transfer as ClientTransfer).isWaiting && transfer.state === STATE_OFFERING;
    return isWaiting ? NEVER : super.givesUpAt(transfer);
  }

  protected override end(transfer: Transfer, outcome: Outcome, now: number): void {
    const isUnanswered = outcome === OUTCOME_TIMED_OUT && transfer.state === STATE_OFFERING;
    super.end(transfer, isUnanswered ? OUTCOME_UNANSWERED : outcome, now);
  }

  protected override disconnect(transfer: Transfer): void {
    if (transfer.localPort !== NO_LOCAL_PORT) {
      this.transport.close(transfer.slot);
    }
  }
}

function refused(transfer: ClientTransfer, text: string): Outcome {
  transfer.errorText = text;
  return (transfer.flags & FLAG_ANSWERED) !== 0 ? OUTCOME_ABORTED_BY_PEER : OUTCOME_DECLINED;
}

/** An option that was not asked for is below every value. */
function isWithin(granted: OptionValues, asked: OptionValues): boolean {
  const { blockSizeBytes, timeoutSeconds, transferSizeBytes, windowSize } = granted;
  return (
    !granted.hasOthers &&
    (blockSizeBytes < 0 || (blockSizeBytes >= MIN_BLOCK_SIZE && blockSizeBytes <= asked.blockSizeBytes)) &&
    (timeoutSeconds < 0 || timeoutSeconds === asked.timeoutSeconds) &&
    (transferSizeBytes < 0 || asked.transferSizeBytes >= 0) &&
    (windowSize < 0 || (windowSize >= 1 && windowSize <= asked.windowSize))
  );
}

function agree(transfer: Transfer, granted: OptionValues): void {
  if (granted.blockSizeBytes >= 0) {
    transfer.blockSizeBytes = granted.blockSizeBytes;
  }
  if (granted.windowSize >= 0) {
    transfer.windowSize = granted.windowSize;
  }
  if (granted.timeoutSeconds >= 0) {
    transfer.flags |= FLAG_FIXED_INTERVAL;
    transfer.intervalMs = granted.timeoutSeconds * MS_PER_SECOND;
  }
  if (!transfer.isUpload && granted.transferSizeBytes >= 0) {
    transfer.sizeBytes = granted.transferSizeBytes;
  }
}
