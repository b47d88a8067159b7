/**
 * A client's transfers: each opens with a request, learns the server's port from the first answer, and may be asked to do
 * without options.
 */
import { type Address, FIRST_LISTENER, type LocalPort, type Transport } from "../host.js";
import { Lockstep } from "../lockstep.js";
import { MIN_BLOCK_SIZE, MS_PER_SECOND, OptionValues } from "../options.js";
import { OUTCOME_PROTOCOL_VIOLATED, OUTCOME_TOO_LARGE, type Outcome } from "../outcome.js";
import {
  BLOCK_NUMBER_MASK,
  ERROR_DISK_FULL,
  ERROR_ILLEGAL_OPERATION,
  ERROR_NOT_DEFINED,
  ERROR_OPTION_NEGOTIATION,
  ERROR_UNKNOWN_TRANSFER_ID,
  HEADER_ACKNOWLEDGEMENT,
  HEADER_BYTES,
  HEADER_DATA,
  OPCODE_ACKNOWLEDGEMENT,
  OPCODE_BYTES,
  OPCODE_DATA,
  OPCODE_ERROR,
  OPCODE_OPTION_ACKNOWLEDGEMENT,
} from "../packet.js";
import { NEVER } from "../schedule.js";
import type { RetransmissionOptions } from "../settings.js";
import {
  FLAG_FIXED_INTERVAL,
  FLAG_NETASCII,
  FLAG_RECEIVING,
  FLAG_REPEATED,
  NO_PORT,
  STATE_FREE,
  STATE_OPENING,
  STATE_RECEIVING,
  type Transfer,
} from "../transfer.js";
import { writeRequest } from "./request.js";
import { isBareText, readText } from "./text.js";
import type { ClientObserver, ClientTransfer } from "./transfer.js";

/** Passed to `Transport.open`: a client has no listening port. */
export const NO_LISTENER: LocalPort = FIRST_LISTENER;
/** Local port of a transfer whose port was closed, and no second one could be opened. */
const NO_LOCAL_PORT: LocalPort = -1;

/** The first four bytes of the answer of a server without options: ACK of block 0, DATA of block 1. */
const FIRST_ACKNOWLEDGEMENT = HEADER_ACKNOWLEDGEMENT;
const FIRST_DATA = HEADER_DATA | 1;
/**
 * From this repeat on, every other request is one of RFC 1350 alone: some devices do not answer requests with options. Not
 * before, because a request may also have been lost.
 */
const PLAIN_FROM = 2;
/** Header of an ERROR with code 0, as one number. */
const HEADER_ERROR = OPCODE_ERROR << 16;

export class ClientLockstep extends Lockstep {
  private readonly granted = new OptionValues();
  private readonly nothing = new OptionValues();

  /**
   * @param maxSizeBytes largest file that is received.
   * @throws RangeError when an option is out of its range.
   */
  constructor(
    transport: Transport,
    slots: readonly ClientTransfer[],
    options: RetransmissionOptions,
    private readonly maxSizeBytes: number,
    observer: ClientObserver | null,
  ) {
    super(transport, slots, null, options, maxSizeBytes, observer);
  }

  protected override sendOpening(opened: Transfer): void {
    const transfer = opened as ClientTransfer;
    const { packet, view, transport } = this.transmitter;
    const retransmissions = transfer.retransmissions;
    const isPlain = retransmissions >= PLAIN_FROM && retransmissions % 2 === 0;
    const asked = isPlain ? this.nothing : transfer.asked;
    const length = writeRequest(view, transfer.name, transfer.isUpload, transfer.isNetascii, asked);
    transport.send(packet, length, transfer.localPort, transfer.address, transfer.requestPort);
    if (transfer.isWaiting) {
      transfer.progressAt = NEVER;
    }
  }

  /** Takes any datagram of the transfer's server. */
  receive(transfer: ClientTransfer, packet: DataView, length: number, now: number): void {
    const opcode = packet.getUint16(0);
    if (opcode === OPCODE_DATA && isCutShort(transfer, packet, length)) {
      this.breakOff(transfer, ERROR_NOT_DEFINED, OUTCOME_PROTOCOL_VIOLATED, now);
    } else if (opcode === OPCODE_DATA || opcode === OPCODE_ACKNOWLEDGEMENT) {
      this.deliver(transfer, packet, length, now);
    } else if (opcode === OPCODE_ERROR) {
      this.receiveError(transfer, packet, length, now);
    } else if (opcode === OPCODE_OPTION_ACKNOWLEDGEMENT) {
      this.receiveOptions(transfer, packet, length, now);
    } else if (isBareText(packet, length)) {
      transfer.errorText = readText(packet, 0, length);
      // It counts as ERROR 0.
      packet.setUint32(0, HEADER_ERROR);
      this.deliver(transfer, packet, length, now);
    }
  }

  /** The server is the first to send a plausible answer from the address that was asked, from any port. */
  receiveFirst(transfer: ClientTransfer, packet: DataView, length: number, port: number, now: number): void {
    const header = packet.getUint32(0);
    const opcode = header >>> 16;
    const isPlain = header === (transfer.isUpload ? FIRST_ACKNOWLEDGEMENT : FIRST_DATA);
    const isOther = opcode === OPCODE_OPTION_ACKNOWLEDGEMENT || opcode === OPCODE_ERROR || isBareText(packet, length);
    if (!isPlain && !isOther) {
      return;
    }
    transfer.port = port;
    if (isPlain) {
      this.noteStarted(transfer, now);
    }
    this.receive(transfer, packet, length, now);
  }

  /** RFC 1350 §4: a stranger gets ERROR 5, and the transfer goes on. An ERROR is never answered with an ERROR. */
  refuseStranger(transfer: ClientTransfer, packet: DataView, address: Address, port: number): void {
    if (transfer.state !== STATE_FREE && packet.getUint16(0) !== OPCODE_ERROR) {
      this.transmitter.sendError(ERROR_UNKNOWN_TRANSFER_ID, transfer.localPort, address, port);
    }
  }

  private noteStarted(transfer: ClientTransfer, now: number): void {
    // However long it was waited for, the server is there now: the next message has its first wait.
    transfer.progressAt = now;
    if (this.observer !== null) {
      this.observer.started(transfer, now);
    }
  }

  private receiveError(transfer: ClientTransfer, packet: DataView, length: number, now: number): void {
    const errorCode = packet.getUint16(OPCODE_BYTES);
    const isAboutOptions = errorCode === ERROR_OPTION_NEGOTIATION || errorCode === ERROR_ILLEGAL_OPERATION;
    if (transfer.state === STATE_OPENING && isAboutOptions && this.askWithoutOptions(transfer, now)) {
      return;
    }
    transfer.errorText = readText(packet, HEADER_BYTES, length);
    this.deliver(transfer, packet, length, now);
  }

  /** Restarts with a request of RFC 1350 alone, from another port. Returns false if there was no option or no port is free. */
  private askWithoutOptions(transfer: ClientTransfer, now: number): boolean {
    if (transfer.asked.isEmpty) {
      return false;
    }
    const { slot, address, requestPort } = transfer;
    this.transmitter.transport.close(slot);
    if (!this.transmitter.transport.open(slot, NO_LISTENER, address, requestPort)) {
      transfer.localPort = NO_LOCAL_PORT;
      return false;
    }
    transfer.asked.clear();
    transfer.port = NO_PORT;
    transfer.flags &= FLAG_NETASCII | FLAG_RECEIVING;
    transfer.intervalMs = this.retransmission.initialIntervalMs;
    transfer.progressAt = now;
    this.sendOutstanding(transfer, now);
    return true;
  }

  private receiveOptions(transfer: ClientTransfer, packet: DataView, length: number, now: number): void {
    if (transfer.state !== STATE_OPENING) {
      this.receiveOptionsAgain(transfer);
      return;
    }
    const granted = this.granted;
    granted.read(packet, OPCODE_BYTES, length);
    if (!isWithin(granted, transfer.asked)) {
      this.transmitter.sendFailure(transfer, ERROR_OPTION_NEGOTIATION);
      if (!this.askWithoutOptions(transfer, now)) {
        this.end(transfer, OUTCOME_PROTOCOL_VIOLATED, now);
      }
      return;
    }
    if (!transfer.isUpload && granted.transferSizeBytes > this.maxSizeBytes) {
      this.breakOff(transfer, ERROR_DISK_FULL, OUTCOME_TOO_LARGE, now);
      return;
    }
    agree(transfer, granted);
    this.noteStarted(transfer, now);
    if (transfer.isUpload) {
      // The OACK of a write request is also the ACK of block 0.
      packet.setUint32(0, FIRST_ACKNOWLEDGEMENT);
      this.deliver(transfer, packet, length, now);
      return;
    }
    transfer.run();
    this.retransmission.takeSample(transfer, now);
    this.receiver.acknowledge(transfer, now);
  }

  /** The server missed the ACK of block 0. Once DATA has come, it did not. */
  private receiveOptionsAgain(transfer: ClientTransfer): void {
    transfer.duplicates++;
    if (transfer.state === STATE_RECEIVING && transfer.confirmed === 0) {
      transfer.flags |= FLAG_REPEATED;
      this.transmitter.sendAcknowledgement(transfer);
    }
  }

  private breakOff(transfer: ClientTransfer, errorCode: number, outcome: Outcome, now: number): void {
    this.transmitter.sendFailure(transfer, errorCode);
    this.end(transfer, outcome, now);
  }
}

/** Whether a block ends the file before the size that the server announced. In netascii that size is unknown. */
function isCutShort(transfer: ClientTransfer, packet: DataView, length: number): boolean {
  const payload = length - HEADER_BYTES;
  return (
    transfer.state === STATE_RECEIVING &&
    payload < transfer.blockSizeBytes &&
    !transfer.isNetascii &&
    transfer.confirmedPosition + payload < transfer.sizeBytes &&
    packet.getUint16(OPCODE_BYTES) === ((transfer.confirmed + 1) & BLOCK_NUMBER_MASK)
  );
}

/** Whether an OACK grants only what was asked (RFC 2347). An option that was not asked is below every value. */
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

/** Applies the granted options. */
function agree(transfer: ClientTransfer, granted: OptionValues): void {
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
