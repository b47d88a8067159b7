/**
 * Sockets between two transfers. Opening a socket costs as much as serving a small file, so sockets rest for a while when
 * their transfer is over and serve later ones, of the same client only: whoever learned a port from a transfer could
 * otherwise acknowledge in the name of the next client, and have the answers sent to it.
 */
import { randomInt } from "node:crypto";

/** Above this number a socket is closed instead of put to rest. */
const MAX_RESTING = 256;
/** A server without transfers keeps its sockets this long. */
const REST_MS = 2000;

export interface RestingSocket {
  /** The address that the socket is bound to. */
  readonly address: string;
  readonly lastPeerAddress: string;
  readonly lastPeerPort: number;
  close(): void;
}

export class RestingSockets<Socket extends RestingSocket> {
  /** The one that has rested longest comes first. */
  private resting: Socket[] = [];
  private timer: NodeJS.Timeout | undefined;

  get count(): number {
    return this.resting.length;
  }

  /** Puts a socket to rest, or closes it. */
  put(socket: Socket): void {
    if (this.resting.length >= MAX_RESTING) {
      socket.close();
      return;
    }
    this.resting.push(socket);
    this.timer ??= setTimeout(() => this.closeAll(), REST_MS).unref();
  }

  /**
   * Takes a random one of the sockets on `address` that served this client, if there are at least `min`. The port that it
   * used last is none of them: a late packet of the transfer before would look like one of the new.
   */
  take(address: string, peerAddress: string, peerPort: number, min: number): Socket | undefined {
    if (this.resting.length < min) {
      return undefined;
    }
    const fitting = this.resting.filter(
      (socket) =>
        socket.address === address && socket.lastPeerAddress === peerAddress && socket.lastPeerPort !== peerPort,
    );
    if (fitting.length === 0 || fitting.length < min) {
      return undefined;
    }
    const taken = fitting[randomInt(fitting.length)] as Socket;
    this.resting.splice(this.resting.indexOf(taken), 1);
    return taken;
  }

  /** Closes the socket that has rested longest. */
  closeFirst(): boolean {
    const first = this.resting.shift();
    first?.close();
    return first !== undefined;
  }

  closeAll(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const socket of this.resting) {
      socket.close();
    }
    this.resting = [];
  }
}
