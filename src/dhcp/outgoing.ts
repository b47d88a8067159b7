/** The one transmit buffer: the header and options of a message to be sent. */
import type { DhcpTransport } from "./host.js";
import {
  AT_HARDWARE_ADDRESS,
  AT_HARDWARE_LENGTH,
  AT_HARDWARE_TYPE,
  AT_MAGIC,
  AT_OPERATION,
  AT_OPTIONS,
  AT_TRANSACTION_ID,
  BOOTP,
  MAGIC,
  MAX_HARDWARE_BYTES,
  MAX_REPLY_BYTES,
  MIN_REPLY_BYTES,
  OPTION_END,
  OPTION_MESSAGE_TYPE,
} from "./wire.js";

const CODE_AND_LENGTH = 2;
const MAX_OPTION_BYTES = 255;

export class Outgoing {
  readonly view = new DataView(new ArrayBuffer(MAX_REPLY_BYTES));
  private readonly packet = new Uint8Array(this.view.buffer);
  /** Index of the next option, and of the end of those that the receiver can take. */
  private at = 0;
  private limit = MAX_REPLY_BYTES;

  constructor(private readonly transport: DhcpTransport) {}

  /** Begins a message with a header that is zero but for these fields. */
  begin(operation: number, hardwareType: number, hardwareLength: number, transactionId: number): void {
    const { view } = this;
    this.packet.fill(0);
    view.setUint8(AT_OPERATION, operation);
    view.setUint8(AT_HARDWARE_TYPE, hardwareType);
    view.setUint8(AT_HARDWARE_LENGTH, hardwareLength);
    view.setInt32(AT_TRANSACTION_ID, transactionId);
  }

  setHardwareAddress(from: DataView): void {
    this.put(AT_HARDWARE_ADDRESS, from, 0, MAX_HARDWARE_BYTES);
  }

  /** Begins the options, which end before `limit`, with the message type. */
  beginOptions(type: number, limit: number): void {
    this.view.setInt32(AT_MAGIC, MAGIC);
    this.at = AT_OPTIONS;
    this.limit = limit;
    if (type !== BOOTP && this.open(OPTION_MESSAGE_TYPE, 1)) {
      this.view.setUint8(this.at++, type);
    }
  }

  /** Adds an address, or a number of seconds. */
  addBits(code: number, bits: number): void {
    if (this.open(code, 4)) {
      this.view.setInt32(this.at, bits);
      this.at += 4;
    }
  }

  addAddresses(code: number, list: readonly number[]): void {
    if (this.open(code, 4 * list.length)) {
      for (let index = 0; index < list.length; index++) {
        this.view.setInt32(this.at, list[index] as number);
        this.at += 4;
      }
    }
  }

  /** Adds `length` bytes that `from` has at `start`; nothing if there are none. */
  addBytes(code: number, from: DataView, start: number, length: number): void {
    if (this.open(code, length)) {
      this.put(this.at, from, start, length);
      this.at += length;
    }
  }

  /** Writes `length` bytes that `from` has at `start` into the header. */
  put(at: number, from: DataView, start: number, length: number): void {
    for (let index = 0; index < length; index++) {
      this.view.setUint8(at + index, from.getUint8(start + index));
    }
  }

  send(address: number, port: number): void {
    this.view.setUint8(this.at, OPTION_END);
    this.transport.send(this.packet, Math.max(this.at + 1, MIN_REPLY_BYTES), address, port);
  }

  /** Begins an option, if it fits before the last one. What does not fit is left out: the fields have what matters. */
  private open(code: number, length: number): boolean {
    if (length <= 0 || length > MAX_OPTION_BYTES || this.at + CODE_AND_LENGTH + length >= this.limit) {
      return false;
    }
    this.view.setUint8(this.at++, code);
    this.view.setUint8(this.at++, length);
    return true;
  }
}
