/**
 * A message of BOOTP or DHCP, read where it lies. No length in it is trusted; one whose options run over their end is no
 * message.
 */
import { hardwareAddressText } from "./address-text.js";
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
  AT_SERVER_ADDRESS,
  AT_SERVER_NAME,
  AT_TRANSACTION_ID,
  BOOTP,
  FILE_BYTES,
  FLAG_BROADCAST,
  MAGIC,
  MAX_HARDWARE_BYTES,
  NO_ADDRESS,
  OPERATION_REPLY,
  OPERATION_REQUEST,
  OPTION_END,
  OPTION_MESSAGE_TYPE,
  OPTION_OVERLOAD,
  OPTION_PAD,
} from "./wire.js";

/** Bits of option 52: `file` and `sname` hold options too (RFC 2132 §9.3). */
const OVERLOAD_FILE = 1;
const OVERLOAD_SERVER_NAME = 2;
/** Stands for a datagram between two of them, so that the last one can be freed. */
const NO_PACKET = new DataView(new ArrayBuffer(0));

export class Message {
  private packet: DataView = NO_PACKET;
  private length = 0;
  private overload = 0;
  /** The option whose value is being read: its code, the index of the next byte, and the ends of its piece and area. */
  private code = 0;
  private at = 0;
  private pieceEnd = 0;
  private areaEnd = 0;

  /** Takes a datagram. Returns whether it is a message; if so, it can be read until {@link forget}. */
  read(packet: DataView, length: number): boolean {
    this.packet = packet;
    this.length = length;
    this.overload = 0;
    return length >= AT_MAGIC && this.hasValidHeader() && (!this.hasOptions || this.hasWholeOptions());
  }

  /** Lets go of the datagram. */
  forget(): void {
    this.packet = NO_PACKET;
  }

  /** Whether a server has sent it. */
  get isReply(): boolean {
    return this.packet.getUint8(AT_OPERATION) === OPERATION_REPLY;
  }

  /** Message type of DHCP, or 0 for BOOTP. */
  get type(): number {
    return this.number(OPTION_MESSAGE_TYPE, 1, BOOTP);
  }

  get transactionId(): number {
    return this.packet.getInt32(AT_TRANSACTION_ID);
  }

  get hardwareType(): number {
    return this.packet.getUint8(AT_HARDWARE_TYPE);
  }

  get hardwareLength(): number {
    return this.packet.getUint8(AT_HARDWARE_LENGTH);
  }

  /** A byte of the hardware address (`chaddr`); 0 after its length. */
  hardwareByte(index: number): number {
    return index < this.hardwareLength ? this.packet.getUint8(AT_HARDWARE_ADDRESS + index) : 0;
  }

  /** Whether the hardware address is the one with which the server of `address` asks for others. */
  isAskedBy(address: number): boolean {
    return this.packet.getInt32(AT_HARDWARE_ADDRESS + 2) === address;
  }

  /** The hardware address as `aa-bb-cc-dd-ee-ff`. */
  get hardwareText(): string {
    return hardwareAddressText(this.packet, AT_HARDWARE_ADDRESS, this.hardwareLength);
  }

  get wantsBroadcast(): boolean {
    return (this.packet.getUint16(AT_FLAGS) & FLAG_BROADCAST) !== 0;
  }

  get isRelayed(): boolean {
    return this.packet.getInt32(AT_RELAY_ADDRESS) !== NO_ADDRESS;
  }

  /** `ciaddr`: the address that the client has and answers at. */
  get clientAddress(): number {
    return this.packet.getInt32(AT_CLIENT_ADDRESS);
  }

  /** `siaddr` of a server's answer. */
  get serverAddress(): number {
    return this.packet.getInt32(AT_SERVER_ADDRESS);
  }

  /** The value of an option of one, two or four bytes, or `otherwise` if it is missing or shorter. */
  number(code: number, bytes: number, otherwise: number): number {
    this.open(code);
    let value = 0;
    for (let index = 0; index < bytes; index++) {
      const byte = this.next();
      if (byte < 0) {
        return otherwise;
      }
      value = (value << 8) | byte;
    }
    return value;
  }

  /** Whether an option's value begins with the bytes that `text` has from `start` to `end`. */
  startsWith(code: number, text: DataView, start: number, end: number): boolean {
    this.open(code);
    return this.continuesWith(text, start, end);
  }

  /** Whether the next bytes of the value that is being read are those. */
  continuesWith(text: DataView, start: number, end: number): boolean {
    for (let index = start; index < end; index++) {
      if (this.next() !== text.getUint8(index)) {
        return false;
      }
    }
    return true;
  }

  /** Begins to read the value of an option, from all its pieces: options, `file`, `sname` (RFC 3396 §5). */
  open(code: number): void {
    this.code = code;
    this.at = AT_OPTIONS;
    this.pieceEnd = AT_OPTIONS;
    this.areaEnd = this.hasOptions ? this.length : AT_OPTIONS;
  }

  /** The next byte of the value, or -1 at its end. A missing option has none. */
  next(): number {
    while (this.at === this.pieceEnd) {
      if (!this.findPiece() && !this.enterNextArea()) {
        return -1;
      }
    }
    return this.packet.getUint8(this.at++);
  }

  /** The areas are whole, see {@link isWhole}. */
  private findPiece(): boolean {
    const { packet, code, areaEnd } = this;
    let at = this.at;
    while (at < areaEnd) {
      const present = packet.getUint8(at++);
      if (present === OPTION_END) {
        break;
      }
      if (present !== OPTION_PAD) {
        const bytes = packet.getUint8(at++);
        if (present === code) {
          this.at = at;
          this.pieceEnd = at + bytes;
          return true;
        }
        at += bytes;
      }
    }
    return false;
  }

  private enterNextArea(): boolean {
    const isInFile = this.areaEnd === AT_FILE + FILE_BYTES;
    const isInServerName = this.areaEnd === AT_FILE;
    if (!isInFile && !isInServerName && this.overload & OVERLOAD_FILE) {
      this.enter(AT_FILE, AT_FILE + FILE_BYTES);
      return true;
    }
    if (!isInServerName && this.overload & OVERLOAD_SERVER_NAME) {
      this.enter(AT_SERVER_NAME, AT_FILE);
      return true;
    }
    return false;
  }

  private enter(start: number, end: number): void {
    this.at = start;
    this.pieceEnd = start;
    this.areaEnd = end;
  }

  private hasValidHeader(): boolean {
    const operation = this.packet.getUint8(AT_OPERATION);
    const { hardwareLength } = this;
    return (
      (operation === OPERATION_REQUEST || operation === OPERATION_REPLY) &&
      hardwareLength > 0 &&
      hardwareLength <= MAX_HARDWARE_BYTES
    );
  }

  /** Whether the four bytes come before the options that say so. */
  private get hasOptions(): boolean {
    return this.length >= AT_OPTIONS && this.packet.getInt32(AT_MAGIC) === MAGIC;
  }

  private hasWholeOptions(): boolean {
    const { packet, length } = this;
    if (!isWhole(packet, AT_OPTIONS, length)) {
      return false;
    }
    // In the options themselves only: a field that says it of itself would never end.
    const overload = this.number(OPTION_OVERLOAD, 1, 0);
    this.overload = overload;
    return (
      ((overload & OVERLOAD_FILE) === 0 || isWhole(packet, AT_FILE, AT_FILE + FILE_BYTES)) &&
      ((overload & OVERLOAD_SERVER_NAME) === 0 || isWhole(packet, AT_SERVER_NAME, AT_FILE))
    );
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
