/**
 * Requests that arrived on a socket that belongs to no single address: the machine has got a new address, which then has
 * a socket at once and answers from there, or they are broadcasts.
 */
import type { LocalPort } from "../../../src/index.js";
import { exactNow } from "../clock.js";
import { wildcardOf } from "./addresses.js";
import type { BroadcastRequests, RequestHandler } from "./broadcast-requests.js";
import { PostponedRequests } from "./postponed-requests.js";

/** Looking for addresses takes at most this part of the time, and waits at least this long, under a flood. */
const RESCAN_PART = 1 / 20;
const MIN_RESCAN_MS = 10;

/** The listeners, as far as this needs them. */
export interface KnownListeners {
  /** Opens listeners for the addresses of this machine that have none, and returns these listeners. */
  addMachineAddresses(): LocalPort[];
  /** The listeners, by the family of their address: `0.0.0.0` or `::`. */
  ofFamily(wildcard: string): readonly LocalPort[];
  /** Which of some listeners is in the network of a client; undefined if none is. */
  nearest(listeners: readonly LocalPort[], peer: string): LocalPort | undefined;
}

export class UnaddressedRequests {
  private nextScanAt = Number.NEGATIVE_INFINITY;
  /** Listeners for addresses that were found during this turn of the event loop. */
  private newcomers: LocalPort[] = [];
  private readonly postponed = new PostponedRequests(() => this.rescan());

  constructor(
    private readonly known: KnownListeners,
    private readonly handle: RequestHandler,
    private readonly broadcasts: BroadcastRequests,
  ) {}

  receive(packet: DataView, length: number, peer: string, port: number): void {
    if (this.rescan() || this.newcomers.length > 0) {
      this.pass(packet, length, peer, port);
    } else {
      this.postponed.add(packet, length, peer, port, this.nextScanAt - exactNow());
    }
  }

  /** Looks for new addresses. Returns whether it is time for that. */
  rescan(): boolean {
    const startedAt = exactNow();
    if (startedAt < this.nextScanAt) {
      return false;
    }
    try {
      this.newcomers.push(...this.known.addMachineAddresses());
    } catch {
      // Another program has the port on the new address. The other addresses are served on.
    }
    if (this.newcomers.length > 0) {
      // Requests that waited beside this one are for the new addresses, too; later ones arrive on the new sockets.
      setImmediate(() => {
        this.newcomers = [];
      });
    }
    for (const { packet, address, port } of this.postponed.takeAll()) {
      this.pass(packet, packet.byteLength, address, port);
    }
    const endedAt = exactNow();
    this.nextScanAt = endedAt + Math.max(MIN_RESCAN_MS, (endedAt - startedAt) / RESCAN_PART);
    return true;
  }

  forgetAll(): void {
    this.postponed.takeAll();
    this.newcomers = [];
  }

  /** A request that is for no new address was a broadcast. */
  private pass(packet: DataView, length: number, peer: string, port: number): void {
    const listeners = this.known.ofFamily(wildcardOf(peer));
    const newcomers = listeners.filter((listener) => this.newcomers.includes(listener));
    const newcomer = this.known.nearest(newcomers, peer) ?? newcomers[0];
    if (newcomer === undefined) {
      this.broadcasts.handle(packet, length, this.known.nearest(listeners, peer), peer, port);
    } else {
      this.handle(packet, length, newcomer, peer, port);
    }
  }
}
