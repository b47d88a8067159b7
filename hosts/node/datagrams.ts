/**
 * Sends the engine's messages. The engine has one transmit buffer, and a socket may keep what it is given until the
 * system takes it; so each message is copied into a buffer that is not used again as long as a socket still holds it.
 */
import { PACKET_BYTES_MAX } from "../../src/index.js";

/** What is needed of a `dgram.Socket`. */
export interface SendingSocket {
  send(message: Uint8Array, port: number, address: string): void;
  send(message: Uint8Array, offset: number, length: number, port: number, address: string): void;
  getSendQueueCount(): number;
}

let outgoing = Buffer.allocUnsafeSlow(PACKET_BYTES_MAX);

/** Sends the first `length` bytes of `packet`, which is free for the next message as soon as this returns. */
export function sendDatagram(
  socket: SendingSocket,
  packet: Uint8Array,
  length: number,
  port: number,
  address: string,
): void {
  outgoing.set(packet);
  try {
    if (length === PACKET_BYTES_MAX) {
      // The whole buffer: Node makes no object for a part of it.
      socket.send(outgoing, port, address);
    } else {
      socket.send(outgoing, 0, length, port, address);
    }
    if (socket.getSendQueueCount() > 0) {
      outgoing = Buffer.allocUnsafeSlow(PACKET_BYTES_MAX);
    }
  } catch {
    // A datagram that cannot be sent is a lost datagram.
  }
}
