/**
 * A message of BOOTP or DHCP, read from a datagram. No length in it is trusted; one whose options run over their end is no
 * message.
 */
import {
  AT_CLIENT_ADDRESS,
  AT_FILE,
  AT_FLAGS,
  AT_HARDWARE_ADDRESS,
  AT_HARDWARE_LENGTH,
  AT_HARDWARE_TYPE,
  AT_MAGIC,
  AT_OPERATION,
  AT_OPTIONS,
  AT_RELAY_ADDRESS,
  AT_SERVER_NAME,
  AT_TRANSACTION_ID,
  FILE_BYTES,
  FLAG_BROADCAST,
  MAGIC,
  MAX_HARDWARE_BYTES,
  NO_ADDRESS,
  OPERATION_REPLY,
  OPERATION_REQUEST,
  OPTION_ARCHITECTURE,
  OPTION_CLIENT_IDENTIFIER,
  OPTION_END,
  OPTION_MACHINE_IDENTIFIER,
  OPTION_MAX_MESSAGE_SIZE,
  OPTION_MESSAGE_TYPE,
  OPTION_OVERLOAD,
  OPTION_PAD,
  OPTION_PARAMETER_LIST,
  OPTION_REQUESTED_ADDRESS,
  OPTION_SERVER_IDENTIFIER,
  OPTION_USER_CLASS,
  OPTION_VENDOR_CLASS,
} from "./wire.js";

/**
 * Values of variable length that are kept from a message, together: a list of 50 options, two identifiers of 20 bytes, and two
 * classes of 50. What does not fit counts as missing.
 */
const KEPT_BYTES = 192;
/** Bits of option 52: `file` and `sname` hold options too (RFC 2132 §9.3). */
const OVERLOAD_FILE = 1;
const OVERLOAD_SERVER_NAME = 2;

/** A value of variable length, within {@link Message.kept}. */
export class OptionValue {
  start = 0;
  /** -1 without the option. */
  length = -1;
}

export class Message {
  /** Whether a server has sent it. */
  isReply = false;
  /** Message type of DHCP, or 0 for BOOTP. */
  type = 0;
  transactionId = 0;
  hardwareType = 0;
  hardwareLength = 0;
  /** The hardware address (`chaddr`), with zeros after its length. */
  readonly hardwareAddress = new DataView(new ArrayBuffer(MAX_HARDWARE_BYTES));
  wantsBroadcast = false;
  isRelayed = false;
  /** Whether the four bytes come before the options that say so. */
  hasOptions = false;
  /** `ciaddr`: the address that the client has and answers at. */
  clientAddress = NO_ADDRESS;
  /** Option 50. */
  requestedAddress = NO_ADDRESS;
  /** Option 54. */
  serverIdentifier = NO_ADDRESS;
  /** Option 57, or 0. */
  maxSizeBytes = 0;
  /** Option 93, the first of its list, or -1. */
  architecture = -1;
  readonly parameters = new OptionValue();
  readonly vendorClass = new OptionValue();
  readonly userClass = new OptionValue();
  readonly clientIdentifier = new OptionValue();
  readonly machineIdentifier = new OptionValue();
  /** The bytes of those values. */
  readonly kept = new DataView(new ArrayBuffer(KEPT_BYTES));
  private keptBytes = 0;
  private overload = 0;

  /** @returns whether `packet` holds a message in its first `length` bytes. */
  read(packet: DataView, length: number): boolean {
    if (length < AT_MAGIC) {
      return false;
    }
    const operation = packet.getUint8(AT_OPERATION);
    const hardwareLength = packet.getUint8(AT_HARDWARE_LENGTH);
    if (
      (operation !== OPERATION_REQUEST && operation !== OPERATION_REPLY) ||
      hardwareLength === 0 ||
      hardwareLength > MAX_HARDWARE_BYTES
    ) {
      return false;
    }
    this.isReply = operation === OPERATION_REPLY;
    this.hardwareType = packet.getUint8(AT_HARDWARE_TYPE);
    this.hardwareLength = hardwareLength;
    this.transactionId = packet.getInt32(AT_TRANSACTION_ID);
    this.wantsBroadcast = (packet.getUint16(AT_FLAGS) & FLAG_BROADCAST) !== 0;
    this.clientAddress = packet.getInt32(AT_CLIENT_ADDRESS);
    this.isRelayed = packet.getInt32(AT_RELAY_ADDRESS) !== NO_ADDRESS;
    for (let index = 0; index < MAX_HARDWARE_BYTES; index++) {
      this.hardwareAddress.setUint8(index, index < hardwareLength ? packet.getUint8(AT_HARDWARE_ADDRESS + index) : 0);
    }
    this.hasOptions = length >= AT_OPTIONS && packet.getInt32(AT_MAGIC) === MAGIC;
    return this.readOptions(packet, length);
  }

  /** Takes a client from elsewhere than a datagram. Returns whether the address has a possible length. */
  setClient(hardwareType: number, hardwareAddress: readonly number[]): boolean {
    this.hardwareType = hardwareType;
    this.hardwareLength = hardwareAddress.length;
    for (let index = 0; index < MAX_HARDWARE_BYTES; index++) {
      this.hardwareAddress.setUint8(index, hardwareAddress[index] ?? 0);
    }
    return hardwareAddress.length > 0 && hardwareAddress.length <= MAX_HARDWARE_BYTES;
  }

  private readOptions(packet: DataView, length: number): boolean {
    this.overload = 0;
    this.keptBytes = 0;
    if (this.hasOptions) {
      if (!isWhole(packet, AT_OPTIONS, length)) {
        return false;
      }
      // In the options themselves only: a field that says it of itself would never end.
      this.overload = this.number(packet, length, OPTION_OVERLOAD, 1, 0);
      if (this.overload & OVERLOAD_FILE && !isWhole(packet, AT_FILE, AT_FILE + FILE_BYTES)) {
        return false;
      }
      if (this.overload & OVERLOAD_SERVER_NAME && !isWhole(packet, AT_SERVER_NAME, AT_FILE)) {
        return false;
      }
    }
    this.type = this.number(packet, length, OPTION_MESSAGE_TYPE, 1, 0);
    this.requestedAddress = this.number(packet, length, OPTION_REQUESTED_ADDRESS, 4, NO_ADDRESS);
    this.serverIdentifier = this.number(packet, length, OPTION_SERVER_IDENTIFIER, 4, NO_ADDRESS);
    this.maxSizeBytes = this.number(packet, length, OPTION_MAX_MESSAGE_SIZE, 2, 0);
    // A list of types; the machine's own is the first (RFC 4578 §2.1).
    this.architecture = this.number(packet, length, OPTION_ARCHITECTURE, 2, -1);
    this.keep(packet, length, OPTION_PARAMETER_LIST, this.parameters);
    this.keep(packet, length, OPTION_VENDOR_CLASS, this.vendorClass);
    this.keep(packet, length, OPTION_USER_CLASS, this.userClass);
    this.keep(packet, length, OPTION_CLIENT_IDENTIFIER, this.clientIdentifier);
    this.keep(packet, length, OPTION_MACHINE_IDENTIFIER, this.machineIdentifier);
    return true;
  }

  /** Whether option 55 asks for `code`, or does not say what it wants. */
  wants(code: number): boolean {
    const { start, length } = this.parameters;
    for (let index = 0; index < length; index++) {
      if (this.kept.getUint8(start + index) === code) {
        return true;
      }
    }
    return length <= 0;
  }

  /** The value of an option of one, two or four bytes, or `otherwise` if it is missing or shorter. */
  private number(packet: DataView, length: number, code: number, bytes: number, otherwise: number): number {
    const before = this.keptBytes;
    const valueBytes = this.gather(packet, length, code);
    this.keptBytes = before;
    if (valueBytes < bytes) {
      return otherwise;
    }
    return bytes === 4
      ? this.kept.getInt32(before)
      : bytes === 2
        ? this.kept.getUint16(before)
        : this.kept.getUint8(before);
  }

  private keep(packet: DataView, length: number, code: number, value: OptionValue): void {
    value.start = this.keptBytes;
    value.length = this.gather(packet, length, code);
  }

  /**
   * Appends the value of an option to `kept`, from all its pieces: options, `file`, `sname` (RFC 3396 §7). Returns its
   * length; -1 if it is missing or there is no room for it.
   */
  private gather(packet: DataView, length: number, code: number): number {
    if (!this.hasOptions) {
      return -1;
    }
    const start = this.keptBytes;
    let found = this.gatherFrom(packet, AT_OPTIONS, length, code);
    if (this.overload & OVERLOAD_FILE) {
      found = this.gatherFrom(packet, AT_FILE, AT_FILE + FILE_BYTES, code) || found;
    }
    if (this.overload & OVERLOAD_SERVER_NAME) {
      found = this.gatherFrom(packet, AT_SERVER_NAME, AT_FILE, code) || found;
    }
    if (this.keptBytes > KEPT_BYTES) {
      this.keptBytes = start;
      return -1;
    }
    return found ? this.keptBytes - start : -1;
  }

  /** The area is whole, see {@link isWhole}. */
  private gatherFrom(packet: DataView, start: number, end: number, code: number): boolean {
    let found = false;
    let at = start;
    while (at < end) {
      const present = packet.getUint8(at++);
      if (present === OPTION_END) {
        break;
      }
      if (present === OPTION_PAD) {
        continue;
      }
      const valueBytes = packet.getUint8(at++);
      if (present === code) {
        found = true;
        this.append(packet, at, valueBytes);
      }
      at += valueBytes;
    }
    return found;
  }

  private append(packet: DataView, start: number, length: number): void {
    const at = this.keptBytes;
    if (at + length <= KEPT_BYTES) {
      for (let index = 0; index < length; index++) {
        this.kept.setUint8(at + index, packet.getUint8(start + index));
      }
    }
    this.keptBytes = at + length;
  }
}

/** Whether each option between `start` and `end` is there to its last byte. The option 255 may be missing. */
function isWhole(packet: DataView, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const code = packet.getUint8(at++);
    if (code === OPTION_END) {
      return true;
    }
    if (code !== OPTION_PAD) {
      if (at >= end) {
        return false;
      }
      at += 1 + packet.getUint8(at);
    }
  }
  return at === end;
}
