/**
 * Sockets between two transfers. Opening a socket costs as much as serving a small file, so sockets rest for a while when
 * their transfer is over and serve later ones.
 */

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
   * Takes the socket on `address` that has rested longest, but never the one that served this peer last: a late packet of
   * the transfer before would look like one of the new.
   */
  take(address: string, peerAddress: string, peerPort: number): Socket | undefined {
    const index = this.resting.findIndex(
      (socket) =>
        socket.address === address && (socket.lastPeerPort !== peerPort || socket.lastPeerAddress !== peerAddress),
    );
    return index < 0 ? undefined : this.resting.splice(index, 1)[0];
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
