/**
 * Datagrams between Node's sockets and an engine.
 *
 * The engine has one transmit buffer, and a socket may keep what it is given until the system takes it; so each message
 * is copied into a buffer that is not used again as long as a socket still holds it.
 */
import { MAX_PACKET_BYTES } from "../../../src/index.js";

/** A request with options may be as long as an Ethernet frame; whatever is behind that is no option. */
const RECEIVE_BYTES = 2048;

/** What is needed of a `dgram.Socket`. */
export interface SendingSocket {
  send(message: Uint8Array, port: number, address: string): void;
  getSendQueueCount(): number;
}

/** Where datagrams are put for an engine, one at a time. */
export class ReceiveBuffer {
  private readonly bytes = new Uint8Array(RECEIVE_BYTES);
  readonly view = new DataView(this.bytes.buffer);

  /** @returns how many bytes the engine has to look at. */
  put(message: Buffer): number {
    if (message.length > RECEIVE_BYTES) {
      return message.copy(this.bytes);
    }
    this.bytes.set(message);
    return message.length;
  }
}

class SendBuffer {
  private readonly bytes = Buffer.allocUnsafeSlow(MAX_PACKET_BYTES);
  /** Its beginnings, by their lengths: the same few are sent again and again, and need not be made each time. */
  private readonly beginnings: Buffer[] = [];

  /** @returns a copy of the first `length` bytes of `packet`. */
  holding(packet: Uint8Array, length: number): Buffer {
    this.bytes.set(packet);
    const present = this.beginnings[length];
    if (present !== undefined) {
      return present;
    }
    const beginning = this.bytes.subarray(0, length);
    this.beginnings[length] = beginning;
    return beginning;
  }
}

let outgoing = new SendBuffer();

/** Sends the first `length` bytes of `packet`, which is free for the next message as soon as this returns. */
export function sendDatagram(
  socket: SendingSocket,
  packet: Uint8Array,
  length: number,
  port: number,
  address: string,
): void {
  try {
    socket.send(outgoing.holding(packet, length), port, address);
    if (socket.getSendQueueCount() > 0) {
      outgoing = new SendBuffer();
    }
  } catch {
    // A datagram that cannot be sent is a lost datagram.
  }
}
