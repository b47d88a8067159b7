/**
 * A port for each transfer: its transfer identifier (RFC 1350 §4). Any free one, or one of a range that a firewall lets
 * through.
 */
import type dgram from "node:dgram";
import type { LocalPort } from "../../src/index.js";
import { openSocket } from "./socket.js";

export interface PortRange {
  /** The first port, 1 to 65,535. */
  first: number;
  /** The last port, not below the first. */
  last: number;
}

export type TransferReceived = (message: Buffer, transferPort: LocalPort, address: string, port: number) => void;

export class TransferPorts {
  private readonly sockets: (dgram.Socket | undefined)[] = [];
  private readonly range: PortRange | undefined;
  private readonly received: TransferReceived;
  /** Where in the range the next search begins: a port rests as long as possible before it is used again. */
  private next = 0;
  private openCount = 0;

  constructor(range: PortRange | undefined, received: TransferReceived) {
    this.range = range;
    this.received = received;
  }

  /** @returns whether there was a port. */
  open(transferPort: LocalPort, address: string): boolean {
    const range = this.range;
    if (range === undefined) {
      return this.tryToOpen(transferPort, address, 0);
    }
    const count = range.last - range.first + 1;
    if (this.openCount >= count) {
      return false;
    }
    for (let tried = 0; tried < count; tried++) {
      const port = range.first + this.next;
      this.next = (this.next + 1) % count;
      if (this.tryToOpen(transferPort, address, port)) {
        return true;
      }
    }
    return false;
  }

  get(transferPort: LocalPort): dgram.Socket | undefined {
    return this.sockets[transferPort];
  }

  close(transferPort: LocalPort): void {
    this.sockets[transferPort]?.close();
    this.sockets[transferPort] = undefined;
    this.openCount--;
  }

  private tryToOpen(transferPort: LocalPort, address: string, port: number): boolean {
    try {
      this.sockets[transferPort] = openSocket({ address, port }, (message, peer, peerPort) =>
        this.received(message, transferPort, peer, peerPort),
      );
      this.openCount++;
      return true;
    } catch {
      return false;
    }
  }
}
