/** Allocates addresses to clients, and answers their requests. */
import type { DhcpObserver, LeaseView } from "./host.js";
import type { LeaseCursor } from "./lease-view.js";
import { LEASE_BOUND, LEASE_DECLINED, LEASE_FREE, LEASE_OFFERED, type Leases, NO_LEASE } from "./leases.js";
import type { Message } from "./message.js";
import type { Probes } from "./probes.js";
import type { Reply } from "./reply.js";
import { ACKNOWLEDGE, BOOTP, NO_ADDRESS, OFFER, OPTION_REQUESTED_ADDRESS, OPTION_SERVER_IDENTIFIER } from "./wire.js";

/** An offer is kept for this time. Clients wait ten seconds at most for others. */
const OFFER_SECONDS = 60;
/** An address that another machine uses is left alone for this time. */
const DECLINED_SECONDS = 600;
const MS_PER_SECOND = 1000;

export class Allocation {
  constructor(
    private readonly leases: Leases,
    /** The message that is being handled. */
    private readonly message: Message,
    readonly reply: Reply,
    /** null if the host cannot probe. */
    readonly probes: Probes | null,
    private readonly view: LeaseCursor,
    readonly observer: DhcpObserver | null,
  ) {}

  /** DISCOVER, or a request of BOOTP. */
  offerAddress(packet: DataView, length: number, now: number): void {
    const { leases, message, probes } = this;
    if (message.type === BOOTP && message.clientAddress !== NO_ADDRESS) {
      // The client has an address and wants to know the rest (RFC 951 §4).
      this.reply.sendAnswer(message, BOOTP, NO_LEASE);
      return;
    }
    const lease = this.choose(now);
    if (lease === NO_LEASE) {
      this.observer?.exhausted(message.hardwareText, now);
      return;
    }
    if (leases.isClient(lease, message) && leases.isHeld(lease, secondsOf(now))) {
      if (!probes?.has(lease)) {
        this.giveAddress(lease, now);
      }
    } else if (probes === null) {
      this.giveAddress(lease, now);
    } else if (probes.add(packet, length, lease, now)) {
      leases.assign(lease, message, LEASE_OFFERED, secondsOf(now), OFFER_SECONDS);
      probes.ask(leases.addressOf(lease));
    }
  }

  /** Offers an address, or gives it to a client of BOOTP, which asks only once. */
  giveAddress(lease: number, now: number): void {
    const { leases, message } = this;
    if (message.type === BOOTP) {
      this.bind(lease, now);
      return;
    }
    const keepsLease =
      leases.stateOf(lease) === LEASE_BOUND &&
      leases.isClient(lease, message) &&
      leases.isHeld(lease, secondsOf(now) + OFFER_SECONDS);
    // The address stays the client's while it may accept the offer.
    if (!keepsLease) {
      leases.assign(lease, message, LEASE_OFFERED, secondsOf(now), OFFER_SECONDS);
    }
    this.reply.sendAnswer(message, OFFER, lease);
  }

  /** The client's own address, the one that it wants, or the one that was free for the longest time. */
  private choose(now: number): number {
    const { leases, message } = this;
    const own = leases.findClient(message);
    if (own !== NO_LEASE && (leases.isFixed(own) || leases.stateOf(own) !== LEASE_DECLINED)) {
      return this.mayHave(own, now) ? own : NO_LEASE;
    }
    const wanted = leases.findAddress(this.requestedAddress());
    return wanted !== NO_LEASE && leases.isAvailable(wanted, secondsOf(now))
      ? wanted
      : leases.findOldest(secondsOf(now));
  }

  /** Whether the sender may have this address: it is the sender's own, or free. */
  private mayHave(lease: number, now: number): boolean {
    const { leases, message } = this;
    const nowSeconds = secondsOf(now);
    if (!leases.isClient(lease, message)) {
      const own = leases.findClient(message);
      return leases.isAvailable(lease, nowSeconds) && !(own !== NO_LEASE && leases.isFixed(own));
    }
    return leases.stateOf(lease) !== LEASE_DECLINED || !leases.isHeld(lease, nowSeconds);
  }

  /** The four states of a client that sends REQUEST (RFC 2131 §4.3.2). */
  takeDhcpRequest(now: number): void {
    const { leases, message, reply } = this;
    const hasAddress = message.clientAddress !== NO_ADDRESS;
    const wanted = hasAddress ? message.clientAddress : this.requestedAddress();
    if (wanted === NO_ADDRESS) {
      return;
    }
    const lease = leases.findAddress(wanted);
    const namesServer = message.number(OPTION_SERVER_IDENTIFIER, 4, NO_ADDRESS) !== NO_ADDRESS;
    if (!namesServer && lease === NO_LEASE && reply.network.isUsable(wanted)) {
      // No record of this client: silence (RFC 2131 §4.3.2), as its address may have been set by hand.
      return;
    }
    const mayHave = lease !== NO_LEASE && this.mayHave(lease, now);
    const isOffered = mayHave && leases.isClient(lease, message) && leases.isHeld(lease, secondsOf(now));
    if (namesServer && !hasAddress ? isOffered : mayHave) {
      this.bind(lease, now);
    } else {
      reply.sendRefusal(message);
      this.observer?.refused(message.hardwareText, wanted, now);
    }
  }

  private bind(lease: number, now: number): void {
    const { leases, message, reply } = this;
    // No lease ends before the client's own clock ends it.
    leases.assign(lease, message, LEASE_BOUND, secondsOf(now + MS_PER_SECOND - 1), reply.network.leaseSeconds);
    reply.sendAnswer(message, message.type === BOOTP ? BOOTP : ACKNOWLEDGE, lease);
    this.observer?.leased(this.show(lease, now), now);
  }

  takeDecline(now: number): void {
    const lease = this.leases.findAddress(this.requestedAddress());
    if (lease !== NO_LEASE && this.leases.isClient(lease, this.message)) {
      this.decline(lease, now);
    }
  }

  decline(lease: number, now: number): void {
    this.leases.decline(lease, secondsOf(now), DECLINED_SECONDS);
    this.observer?.declined(this.leases.addressOf(lease), now);
  }

  takeRelease(now: number): void {
    const { leases, message } = this;
    const lease = leases.findAddress(message.clientAddress);
    if (lease === NO_LEASE || !leases.isClient(lease, message)) {
      return;
    }
    // A declined address rests, whoever had it.
    const state = leases.stateOf(lease);
    if (state !== LEASE_FREE && state !== LEASE_DECLINED) {
      leases.free(lease, secondsOf(now));
      this.observer?.released(this.show(lease, now), now);
    }
  }

  /** The client has chosen another server: it does not want what it was offered here. */
  takeBackOffer(now: number): void {
    const { leases, message } = this;
    const lease = leases.findClient(message);
    if (lease !== NO_LEASE && leases.stateOf(lease) === LEASE_OFFERED) {
      leases.free(lease, secondsOf(now));
    }
  }

  /** Gives the sender a lease that it had before, if it may have it. */
  restore(address: number, remainingSeconds: number, now: number): void {
    const lease = this.leases.findAddress(address);
    if (lease !== NO_LEASE && this.mayHave(lease, now)) {
      this.leases.assign(lease, this.message, LEASE_BOUND, secondsOf(now), remainingSeconds);
    }
  }

  /** A machine uses an address that is being probed. */
  addressInUse(address: number, now: number): void {
    const lease = this.leases.findAddress(address);
    if (lease !== NO_LEASE && this.probes?.has(lease)) {
      this.decline(lease, now);
    }
  }

  /** Offers the addresses about which no machine has complained. */
  pollProbes(now: number): void {
    const { leases, message, probes } = this;
    for (let probe = probes?.findDue(now) ?? null; probe !== null; probe = probes?.findDue(now) ?? null) {
      const { length, lease, request } = probe;
      probe.length = 0;
      message.read(request, length);
      // A fixed address that another machine uses is still its client's.
      const isFound = leases.stateOf(lease) === LEASE_DECLINED;
      if (!isFound && leases.isClient(lease, message) && leases.isHeld(lease, secondsOf(now))) {
        this.giveAddress(lease, now);
      } else {
        this.offerAddress(request, length, now);
      }
    }
  }

  /** Shows each address that a client has, or was offered. */
  visit(visit: (lease: LeaseView) => void, now: number): void {
    const { leases } = this;
    for (let lease = 0; lease < leases.count; lease++) {
      const state = leases.stateOf(lease);
      if ((state === LEASE_BOUND || state === LEASE_OFFERED) && leases.isHeld(lease, secondsOf(now))) {
        visit(this.show(lease, now));
      }
    }
  }

  /** Shows an address if a client has accepted it. */
  find(address: number, now: number): LeaseView | null {
    const lease = this.leases.findAddress(address);
    return lease === NO_LEASE || !this.show(lease, now).isBound ? null : this.view;
  }

  private show(lease: number, now: number): LeaseView {
    this.view.lease = lease;
    this.view.nowSeconds = secondsOf(now);
    return this.view;
  }

  private requestedAddress(): number {
    return this.message.number(OPTION_REQUESTED_ADDRESS, 4, NO_ADDRESS);
  }
}

/** Leases count seconds, which fit into 32 bits for 68 years. */
function secondsOf(now: number): number {
  // Only integers: V8 makes an object of a fraction.
  return (now - (now % MS_PER_SECOND)) / MS_PER_SECOND;
}
