/** The one transmit buffer: the header and options of a message to be sent. */
import type { DhcpTransport } from "./host.js";
import type { Message } from "./message.js";
import {
  AT_HARDWARE_LENGTH,
  AT_HARDWARE_TYPE,
  AT_MAGIC,
  AT_OPERATION,
  AT_OPTIONS,
  AT_TRANSACTION_ID,
  BOOTP,
  CODE_AND_LENGTH,
  MAGIC,
  MAX_REPLY_BYTES,
  MIN_REPLY_BYTES,
  OPTION_END,
  OPTION_MESSAGE_TYPE,
} from "./wire.js";

const MAX_OPTION_BYTES = 255;

export class Outgoing {
  private readonly packet: Uint8Array;
  /** Index of the next option, and of the end of those that the receiver can take. */
  private at = 0;
  private limit = MAX_REPLY_BYTES;

  constructor(
    /** Begins with the message. */
    readonly view: DataView,
    private readonly transport: DhcpTransport,
  ) {
    this.packet = new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, MAX_REPLY_BYTES);
  }

  /** Begins a message with a header that is zero but for these fields. */
  begin(operation: number, hardwareType: number, hardwareLength: number, transactionId: number): void {
    const { view } = this;
    this.packet.fill(0);
    view.setUint8(AT_OPERATION, operation);
    view.setUint8(AT_HARDWARE_TYPE, hardwareType);
    view.setUint8(AT_HARDWARE_LENGTH, hardwareLength);
    view.setInt32(AT_TRANSACTION_ID, transactionId);
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

  /** Adds the bytes that `from` has from `start` to `end`; nothing if there are none. */
  addBytes(code: number, from: DataView, start: number, end: number): void {
    if (this.open(code, end - start)) {
      for (let index = start; index < end; index++) {
        this.view.setUint8(this.at++, from.getUint8(index));
      }
    }
  }

  /** Gives the value of an option of the client's back to it; nothing if it is missing. */
  addFrom(message: Message, code: number): void {
    let length = 0;
    message.open(code);
    while (message.next() >= 0) {
      length++;
    }
    if (this.open(code, length)) {
      message.open(code);
      for (let index = 0; index < length; index++) {
        this.view.setUint8(this.at++, message.next());
      }
    }
  }

  /** Whether the message has the option already. */
  has(code: number): boolean {
    const { view, at } = this;
    for (let index = AT_OPTIONS; index < at; index += CODE_AND_LENGTH + view.getUint8(index + 1)) {
      if (view.getUint8(index) === code) {
        return true;
      }
    }
    return false;
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
