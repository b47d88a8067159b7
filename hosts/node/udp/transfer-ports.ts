/**
 * A port for each transfer: its transfer identifier (RFC 1350 §4). Any free one, or one of a range that a firewall lets
 * through.
 *
 * To open a socket costs as much as to serve a small file, so sockets rest for a while when their transfer is over and
 * serve later ones. The one that has rested longest goes first, and never to the peer it served last: a late packet of
 * the transfer before would then look like one of the new.
 */
import type dgram from "node:dgram";
import type { LocalPort } from "../../../src/index.js";
import { openSocket } from "./socket.js";

export interface PortRange {
  /** The first port, 1 to 65,535. */
  first: number;
  /** The last port, not below the first. */
  last: number;
}

export type TransferReceived = (message: Buffer, transferPort: LocalPort, address: string, port: number) => void;

/** Below this number a resting socket stays at rest, so that transfers in a row have different ports. */
const MIN_RESTING = 16;
/** Above this number a socket is closed instead of put to rest. */
const MAX_RESTING = 256;
/** A server without transfers keeps no sockets longer than this. */
const REST_MS = 2000;

const NO_TRANSFER: LocalPort = -1;

class TransferSocket {
  readonly socket: dgram.Socket;
  transferPort: LocalPort = NO_TRANSFER;
  lastPeerAddress = "";
  lastPeerPort = 0;

  constructor(
    readonly address: string,
    port: number,
    received: TransferReceived,
  ) {
    this.socket = openSocket({ address, port }, (message, peer, peerPort) => {
      if (this.transferPort !== NO_TRANSFER) {
        received(message, this.transferPort, peer, peerPort);
      }
    });
  }

  servedLast(peerAddress: string, peerPort: number): boolean {
    return this.lastPeerPort === peerPort && this.lastPeerAddress === peerAddress;
  }
}

export class TransferPorts {
  private readonly inUse: (TransferSocket | undefined)[] = [];
  /** The one that has rested longest is the first. */
  private resting: TransferSocket[] = [];
  private restTimer: NodeJS.Timeout | undefined;

  private readonly range: PortRange | undefined;
  private readonly received: TransferReceived;
  /** Where in the range the next search begins. */
  private next = 0;
  /** Sockets that are open, at rest or not. */
  private openCount = 0;

  constructor(range: PortRange | undefined, received: TransferReceived) {
    this.range = range;
    this.received = received;
  }

  /**
   * Gives the transfer a port on `address`, to talk to a peer.
   *
   * @returns whether there was one.
   */
  open(transferPort: LocalPort, address: string, peerAddress: string, peerPort: number): boolean {
    const socket =
      this.takeResting(MIN_RESTING, address, peerAddress, peerPort) ??
      this.openAnother(address) ??
      this.takeResting(1, address, peerAddress, peerPort) ??
      this.openInPlaceOfResting(address);
    if (socket === undefined) {
      return false;
    }
    socket.transferPort = transferPort;
    socket.lastPeerAddress = peerAddress;
    socket.lastPeerPort = peerPort;
    this.inUse[transferPort] = socket;
    return true;
  }

  get(transferPort: LocalPort): dgram.Socket | undefined {
    return this.inUse[transferPort]?.socket;
  }

  /** The transfer is over: its port rests. */
  close(transferPort: LocalPort): void {
    const socket = this.inUse[transferPort];
    this.inUse[transferPort] = undefined;
    if (socket === undefined) {
      return;
    }
    socket.transferPort = NO_TRANSFER;
    if (this.resting.length >= MAX_RESTING) {
      this.closeSocket(socket);
      return;
    }
    this.resting.push(socket);
    this.restTimer ??= setTimeout(() => this.closeResting(), REST_MS).unref();
  }

  /** Closes what is at rest. */
  closeResting(): void {
    clearTimeout(this.restTimer);
    this.restTimer = undefined;
    for (const socket of this.resting) {
      this.closeSocket(socket);
    }
    this.resting = [];
  }

  private takeResting(
    atLeast: number,
    address: string,
    peerAddress: string,
    peerPort: number,
  ): TransferSocket | undefined {
    if (this.resting.length < atLeast) {
      return undefined;
    }
    const index = this.resting.findIndex(
      (socket) => socket.address === address && !socket.servedLast(peerAddress, peerPort),
    );
    return index < 0 ? undefined : this.resting.splice(index, 1)[0];
  }

  /** The range is used up: a port at rest that cannot serve this peer makes room for one that can. */
  private openInPlaceOfResting(address: string): TransferSocket | undefined {
    const rested = this.resting.shift();
    if (rested === undefined) {
      return undefined;
    }
    this.closeSocket(rested);
    return this.openAnother(address);
  }

  private openAnother(address: string): TransferSocket | undefined {
    const range = this.range;
    if (range === undefined) {
      return this.tryToOpen(address, 0);
    }
    const count = range.last - range.first + 1;
    if (this.openCount >= count) {
      return undefined;
    }
    for (let tried = 0; tried < count; tried++) {
      const port = range.first + this.next;
      this.next = (this.next + 1) % count;
      const socket = this.tryToOpen(address, port);
      if (socket !== undefined) {
        return socket;
      }
    }
    return undefined;
  }

  private tryToOpen(address: string, port: number): TransferSocket | undefined {
    try {
      const socket = new TransferSocket(address, port, this.received);
      this.openCount++;
      return socket;
    } catch {
      return undefined;
    }
  }

  private closeSocket(socket: TransferSocket): void {
    socket.socket.close();
    this.openCount--;
  }
}
