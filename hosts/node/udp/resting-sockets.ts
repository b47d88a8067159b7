/**
 * Sockets between two transfers. Opening a socket costs as much as serving a small file, so sockets rest for a while when
 * their transfer is over and serve later ones, of the same client only: whoever learned a port from a transfer could
 * otherwise acknowledge in the name of the next client, and have the answers sent to it.
 */
import { cryptography } from "../runtime/rare-modules.js";

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
  /** By client and own address, none of the lists empty. The client whose sockets rest longest comes first. */
  private readonly resting = new Map<string, Socket[]>();
  private restingCount = 0;
  private timer: NodeJS.Timeout | undefined;

  get count(): number {
    return this.restingCount;
  }

  /** Puts a socket to rest, or closes it. */
  put(socket: Socket): void {
    if (this.restingCount >= MAX_RESTING) {
      socket.close();
      return;
    }
    this.restingCount++;
    const key = keyOf(socket.address, socket.lastPeerAddress);
    const sockets = this.resting.get(key);
    if (sockets === undefined) {
      this.resting.set(key, [socket]);
    } else {
      sockets.push(socket);
    }
    this.timer ??= setTimeout(() => this.closeAll(), REST_MS).unref();
  }

  /**
   * Takes a random one of the sockets on `address` that served this client, if there are at least `min`. The port that it
   * used last is none of them: a late packet of the transfer before would look like one of the new.
   */
  take(address: string, peerAddress: string, peerPort: number, min: number): Socket | undefined {
    const key = keyOf(address, peerAddress);
    const sockets = this.resting.get(key);
    if (sockets === undefined || sockets.length < min) {
      return undefined;
    }
    const { length } = sockets;
    const start = cryptography().randomInt(length);
    for (let tried = 0; tried < length; tried++) {
      const index = (start + tried) % length;
      if ((sockets[index] as Socket).lastPeerPort !== peerPort) {
        return this.remove(key, sockets, index);
      }
    }
    return undefined;
  }

  /** Closes a socket of the client whose sockets rest longest. */
  closeFirst(): boolean {
    for (const [key, sockets] of this.resting) {
      this.remove(key, sockets, 0).close();
      return true;
    }
    return false;
  }

  closeAll(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const sockets of this.resting.values()) {
      for (const socket of sockets) {
        socket.close();
      }
    }
    this.resting.clear();
    this.restingCount = 0;
  }

  /** The last socket of the list takes the place of the removed one: their order does not matter. */
  private remove(key: string, sockets: Socket[], index: number): Socket {
    const removed = sockets[index] as Socket;
    const last = sockets.pop() as Socket;
    if (last !== removed) {
      sockets[index] = last;
    }
    if (sockets.length === 0) {
      this.resting.delete(key);
    }
    this.restingCount--;
    return removed;
  }
}

function keyOf(address: string, peerAddress: string): string {
  return `${address} ${peerAddress}`;
}
