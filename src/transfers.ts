/** The fixed pool of transfers: slots that linger, and a table by peer. The schedule has the free ones. */
import type { Address } from "./host.js";
import { STATE_LINGERING, type Transfer } from "./transfer.js";

export class Transfers {
  /** Slots of received files, which only wait in case their last ACK must be repeated. */
  lingeringCount = 0;

  /** All slots, by number. */
  readonly slots: readonly Transfer[];
  private readonly peers: Peers | null;
  /** Slot at which the last search for a lingering one ended. */
  private lingeringHand = 0;

  /**
   * @param peers table to keep, or null if no transfer is searched by its peer.
   */
  constructor(slots: readonly Transfer[], peers: Peers | null) {
    this.slots = slots;
    this.peers = peers;
  }

  /** Lists a transfer that has begun. */
  add(transfer: Transfer): void {
    if (this.peers !== null) {
      this.peers.add(transfer);
    }
  }

  /** Clears a transfer that has ended. */
  remove(transfer: Transfer): void {
    if (this.peers !== null) {
      this.peers.remove(transfer);
    }
    if (transfer.state === STATE_LINGERING) {
      this.lingeringCount--;
    }
    transfer.release();
  }

  linger(transfer: Transfer): void {
    transfer.linger();
    this.lingeringCount++;
  }

  /** Returns the lingering slots in turn; there must be one. */
  get nextLingering(): Transfer {
    let transfer: Transfer;
    do {
      this.lingeringHand = (this.lingeringHand + 1) % this.slots.length;
      transfer = this.slots[this.lingeringHand] as Transfer;
    } while (transfer.state !== STATE_LINGERING);
    return transfer;
  }
}

/** Maps an address to an integer, to spread addresses over the buckets. */
export type AddressHash = (address: Address) => number;

/** Knuth's multiplicative constant: 2^32 divided by the golden ratio, odd. Client ports are often consecutive. */
const SPREAD = 0x9e3779b1;

/**
 * Finds the transfer of a peer: a hash table that chains through the transfers themselves, so a search takes the same time in
 * a pool of thousands, and nothing is allocated when a transfer comes or goes.
 */
export class Peers {
  private readonly buckets: (Transfer | null)[];
  private readonly shift: number;
  private readonly hash: AddressHash | undefined;

  /**
   * @param poolSize number of transfers.
   * @param hash mixes the address in, for hosts with many clients that use the same port. Without it the port alone decides
   * the bucket, which suits a small pool.
   */
  constructor(poolSize: number, hash: AddressHash | undefined) {
    let bits = 1;
    while (1 << bits < poolSize) {
      bits++;
    }
    this.shift = 32 - bits;
    this.hash = hash;
    this.buckets = new Array<Transfer | null>(1 << bits).fill(null);
  }

  /** Finds the newest transfer with a peer. */
  find(address: Address, port: number): Transfer | null {
    let transfer = this.buckets[this.bucket(address, port)] as Transfer | null;
    while (transfer !== null && (transfer.port !== port || transfer.address !== address)) {
      transfer = transfer.nextPeer;
    }
    return transfer;
  }

  /** Finds the transfer with the same peer that began before `newer`. */
  findOlder(newer: Transfer): Transfer | null {
    let transfer = newer.nextPeer;
    while (transfer !== null && (transfer.port !== newer.port || transfer.address !== newer.address)) {
      transfer = transfer.nextPeer;
    }
    return transfer;
  }

  add(transfer: Transfer): void {
    const bucket = this.bucket(transfer.address, transfer.port);
    transfer.nextPeer = this.buckets[bucket] as Transfer | null;
    this.buckets[bucket] = transfer;
  }

  remove(transfer: Transfer): void {
    const bucket = this.bucket(transfer.address, transfer.port);
    let before = this.buckets[bucket] as Transfer;
    if (before === transfer) {
      this.buckets[bucket] = transfer.nextPeer;
    } else {
      while (before.nextPeer !== transfer) {
        before = before.nextPeer as Transfer;
      }
      before.nextPeer = transfer.nextPeer;
    }
    transfer.nextPeer = null;
  }

  private bucket(address: Address, port: number): number {
    const key = this.hash === undefined ? port : port ^ this.hash(address);
    return Math.imul(key, SPREAD) >>> this.shift;
  }
}
