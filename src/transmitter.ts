/** The one transmit buffer for all transfers: 4 + 512 bytes, and a gap for netascii. Messages are written into it. */
import type { Address, LocalPort, Transport } from "./host.js";
import { NETASCII_GAP_BYTES, Netascii } from "./netascii.js";
import {
  BLOCK_NUMBER_MASK,
  ERROR_NOT_DEFINED,
  HEADER_ACKNOWLEDGEMENT,
  HEADER_BYTES,
  MAX_BLOCK_BYTES,
  MAX_PACKET_BYTES,
  OPCODE_ERROR,
} from "./packet.js";
import { ascii, writeText } from "./text.js";
import { NO_PORT, type Transfer } from "./transfer.js";

/**
 * Messages by error code, 0 to 8. They are fixed: an ERROR never carries a name, a path, or anything that a peer sent.
 * Frozen, so that XS can keep the array in flash.
 */
const MESSAGES: readonly DataView[] = Object.freeze([
  ascii("Transfer aborted"),
  ascii("File not found"),
  ascii("Access violation"),
  ascii("Disk full or allocation exceeded"),
  ascii("Illegal TFTP operation"),
  ascii("Unknown transfer ID"),
  ascii("File already exists"),
  ascii("No such user"),
  ascii("Options refused"),
]);

export class Transmitter {
  /** The buffer, for headers and texts, and for the translation of netascii. */
  readonly view = new DataView(new ArrayBuffer(MAX_PACKET_BYTES + NETASCII_GAP_BYTES));
  /** The packet, as a transport takes it. */
  readonly packet = new Uint8Array(this.view.buffer, 0, MAX_PACKET_BYTES);
  /** The part after the header, as a storage fills it. */
  readonly block = new Uint8Array(this.view.buffer, HEADER_BYTES, MAX_BLOCK_BYTES);
  /** Translates what is sent in the buffer, and what is received in its packet. */
  readonly netascii = new Netascii(this.view, this.block);

  constructor(readonly transport: Transport) {}

  /** Sends the ACK of block `sent`. */
  sendAcknowledgement(transfer: Transfer): void {
    this.view.setUint32(0, HEADER_ACKNOWLEDGEMENT | (transfer.sent & BLOCK_NUMBER_MASK));
    this.transport.send(this.packet, HEADER_BYTES, transfer.localPort, transfer.address, transfer.port);
  }

  /** Tells the peer that its transfer cannot go on, if the peer's port is known. */
  sendFailure(transfer: Transfer, code: number): void {
    if (transfer.port !== NO_PORT) {
      transfer.setErrorCode(this.sendError(code, transfer.localPort, transfer.address, transfer.port));
    }
  }

  /** Sends an ERROR. Returns its code, which is 0 if a storage refused with one that has no text here. */
  sendError(code: number, localPort: LocalPort, address: Address, port: number): number {
    const sentCode = code < MESSAGES.length ? code : ERROR_NOT_DEFINED;
    this.view.setUint32(0, (OPCODE_ERROR << 16) | sentCode);
    const length = writeText(this.view, HEADER_BYTES, MESSAGES[sentCode] as DataView);
    this.transport.send(this.packet, length, localPort, address, port);
    return sentCode;
  }
}
