/** Allocates addresses to clients, and answers their requests. */
import { hardwareAddressText } from "./address-text.js";
import type { DhcpObserver, DhcpTransport, LeaseView } from "./host.js";
import type { LeaseCursor } from "./lease-view.js";
import { LEASE_BOUND, LEASE_DECLINED, LEASE_FREE, LEASE_OFFERED, type Leases, NO_LEASE } from "./leases.js";
import type { Message } from "./message.js";
import type { Probes } from "./probes.js";
import type { Reply } from "./reply.js";
import type { DhcpSettings } from "./settings.js";
import { ACKNOWLEDGE, BOOTP, NO_ADDRESS, OFFER } from "./wire.js";

/** An offer is kept for this time. Clients wait ten seconds at most for others. */
const OFFER_SECONDS = 60;
/** An address that another machine uses is left alone for this time. */
const DECLINED_SECONDS = 600;

export class Allocation {
  constructor(
    private readonly transport: DhcpTransport,
    private readonly settings: DhcpSettings,
    private readonly leases: Leases,
    /** The message that is being handled. */
    private readonly message: Message,
    private readonly reply: Reply,
    /** null if the host cannot probe. */
    private readonly probes: Probes | null,
    private readonly view: LeaseCursor,
    private readonly observer: DhcpObserver | null,
  ) {}

  /** DISCOVER, or a request of BOOTP. */
  offerAddress(packet: DataView, length: number, now: number): void {
    const { leases, message, probes } = this;
    const lease = this.choose(now);
    if (lease === NO_LEASE) {
      this.observer?.exhausted(this.hardwareText(), now);
      return;
    }
    if (leases.isClient(lease, message) && leases.isHeld(lease, secondsOf(now))) {
      if (!probes?.has(lease)) {
        this.giveAddress(lease, now);
      }
    } else if (probes === null) {
      this.giveAddress(lease, now);
    } else if (probes.add(packet, length, lease, now)) {
      leases.assign(lease, message, LEASE_OFFERED, secondsOf(now) + OFFER_SECONDS);
      this.transport.probe?.(leases.addressOf(lease));
    }
  }

  /** Offers an address, or gives it to a client of BOOTP, which asks only once. */
  giveAddress(lease: number, now: number): void {
    const { leases, message } = this;
    if (message.type === BOOTP) {
      this.bind(lease, now);
      return;
    }
    const isRenewed =
      leases.stateOf(lease) === LEASE_BOUND && leases.isClient(lease, message) && leases.isHeld(lease, secondsOf(now));
    if (!isRenewed) {
      leases.assign(lease, message, LEASE_OFFERED, secondsOf(now) + OFFER_SECONDS);
    }
    this.reply.sendAnswer(message, OFFER, lease);
  }

  /** The client's own address, the one that it wants, or the one that was not used for the longest time. */
  private choose(now: number): number {
    const { leases, message } = this;
    const own = leases.findClient(message);
    if (own !== NO_LEASE && (leases.isFixed(own) || leases.stateOf(own) !== LEASE_DECLINED)) {
      return this.mayHave(own, now) ? own : NO_LEASE;
    }
    const wanted = leases.findAddress(message.requestedAddress);
    return wanted !== NO_LEASE && leases.isAvailable(wanted, secondsOf(now))
      ? wanted
      : leases.findOldest(secondsOf(now));
  }

  /** Whether the sender may have this address: it is the sender's own, or free. */
  mayHave(lease: number, now: number): boolean {
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
    const { leases, message, settings } = this;
    const hasAddress = message.clientAddress !== NO_ADDRESS;
    const wanted = hasAddress ? message.clientAddress : message.requestedAddress;
    if (wanted === NO_ADDRESS) {
      return;
    }
    const lease = leases.findAddress(wanted);
    if (message.serverIdentifier === NO_ADDRESS && lease === NO_LEASE && settings.isUsable(wanted)) {
      // No record of this client: silence (RFC 2131 §4.3.2), as its address may have been set by hand.
      return;
    }
    const isChosen = message.serverIdentifier !== NO_ADDRESS && !hasAddress;
    const mayHave = lease !== NO_LEASE && this.mayHave(lease, now);
    const isOffered = mayHave && leases.isClient(lease, message) && leases.isHeld(lease, secondsOf(now));
    if (isChosen ? isOffered : mayHave) {
      this.bind(lease, now);
    } else {
      this.reply.sendRefusal(message);
      this.observer?.refused(this.hardwareText(), wanted, now);
    }
  }

  private bind(lease: number, now: number): void {
    const { leases, message, settings } = this;
    leases.assign(lease, message, LEASE_BOUND, secondsOf(now) + settings.leaseSeconds);
    this.reply.sendAnswer(message, message.type === BOOTP ? BOOTP : ACKNOWLEDGE, lease);
    this.observer?.leased(this.show(lease, now), now);
  }

  takeDecline(now: number): void {
    const lease = this.leases.findAddress(this.message.requestedAddress);
    if (lease !== NO_LEASE && this.leases.isClient(lease, this.message)) {
      this.decline(lease, now);
    }
  }

  decline(lease: number, now: number): void {
    this.leases.decline(lease, secondsOf(now) + DECLINED_SECONDS);
    this.observer?.declined(this.leases.addressOf(lease), now);
  }

  takeRelease(now: number): void {
    const { leases, message } = this;
    const lease = leases.findAddress(message.clientAddress);
    if (lease !== NO_LEASE && leases.isClient(lease, message) && leases.stateOf(lease) !== LEASE_FREE) {
      leases.free(lease);
      this.observer?.released(this.show(lease, now), now);
    }
  }

  show(lease: number, now: number): LeaseView {
    this.view.lease = lease;
    this.view.nowSeconds = secondsOf(now);
    return this.view;
  }

  private hardwareText(): string {
    return hardwareAddressText(this.message.hardwareAddress, 0, this.message.hardwareLength);
  }
}

/** Leases count seconds, which fit into 32 bits for 68 years. */
export function secondsOf(now: number): number {
  // Only integers: V8 makes an object of a fraction.
  return (now - (now % 1000)) / 1000;
}
