/**
 * Finds the transfer of a peer: a hash table with a chain through the transfers themselves, so that it takes the same
 * time in a pool of thousands and adds nothing when a transfer comes or goes.
 */
import type { Address } from "./host.js";
import type { Transfer } from "./transfer.js";

/** Spreads what an address gives over the buckets. */
export type AddressHash = (address: Address) => number;

/** Knuth's multiplicative constant: 2^32 divided by the golden ratio, odd. Client ports are often consecutive. */
const SPREAD = 0x9e3779b1;

export class Peers {
  private readonly buckets: (Transfer | null)[];
  private readonly shift: number;
  private readonly hash: AddressHash | undefined;

  /**
   * @param poolSize how many transfers there can be.
   * @param hash for hosts with many clients that use one and the same port: mixes the address in. Without it only the
   * port decides the bucket, which serves a small pool.
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

  find(address: Address, port: number): Transfer | null {
    let transfer = this.buckets[this.bucket(address, port)] as Transfer | null;
    while (transfer !== null && (transfer.port !== port || transfer.address !== address)) {
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
