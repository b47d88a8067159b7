/**
 * A DHCP and BOOTP server without I/O, for a network that has no other: a host hands it datagrams and the time, and it answers
 * through the host's {@link DhcpTransport}. Nothing is allocated while messages come, unless an observer reads texts.
 */
import { Allocation, secondsOf } from "./allocation.js";
import { BootRules } from "./boot-rules.js";
import type { DhcpObserver, DhcpTransport, LeaseView } from "./host.js";
import { LeaseCursor } from "./lease-view.js";
import { LEASE_BOUND, LEASE_OFFERED, Leases, NO_LEASE } from "./leases.js";
import { Message } from "./message.js";
import { OtherServers } from "./other-servers.js";
import { Probes } from "./probes.js";
import { Reply } from "./reply.js";
import { type DhcpOptions, DhcpSettings } from "./settings.js";
import {
  ACKNOWLEDGE,
  BOOTP,
  DECLINE,
  DISCOVER,
  HARDWARE_ETHERNET,
  INFORM,
  NO_ADDRESS,
  OFFER,
  RELEASE,
  REQUEST,
} from "./wire.js";

const STATE_STOPPED = 0;
const STATE_LOOKING = 1;
const STATE_SERVING = 2;

export class DhcpEngine {
  private state = STATE_STOPPED;
  private readonly settings: DhcpSettings;
  private readonly leases: Leases;
  private readonly reply: Reply;
  private readonly others: OtherServers;
  private readonly probes: Probes | null;
  private readonly message = new Message();
  private readonly allocation: Allocation;

  /** @throws RangeError when an option is out of its range. */
  constructor(
    transport: DhcpTransport,
    options: DhcpOptions,
    private readonly observer: DhcpObserver | null = null,
  ) {
    const settings = new DhcpSettings(options);
    const rules = new BootRules(settings.boot);
    this.settings = settings;
    this.leases = new Leases(settings.fixed, settings.rangeStart, settings.rangeCount);
    this.reply = new Reply(transport, settings, rules, this.leases);
    this.others = new OtherServers(this.reply);
    this.probes = transport.probe === undefined ? null : new Probes();
    this.allocation = new Allocation(
      transport,
      settings,
      this.leases,
      this.message,
      this.reply,
      this.probes,
      new LeaseCursor(this.leases, rules),
      observer,
    );
  }

  /** Whether clients are served: the search for other servers found none. */
  get isServing(): boolean {
    return this.state === STATE_SERVING;
  }

  /** Time at which `poll` is needed next; {@link NEVER} when nothing waits. */
  get nextAt(): number {
    const { others, probes } = this;
    return probes === null ? others.nextAt : Math.min(others.nextAt, probes.nextAt);
  }

  /** Searches for other servers for six seconds, then serves clients if it found none. */
  start(now: number): void {
    this.state = STATE_LOOKING;
    this.others.start(now);
    this.poll(now);
  }

  /** Answers no more. Leases are kept, for another `start`. */
  stop(): void {
    this.state = STATE_STOPPED;
    this.others.stop();
    this.probes?.clear();
  }

  /** Shows each address that a client has, or was offered. `visit` must not call the server. */
  visitLeases(visit: (lease: LeaseView) => void, now: number): void {
    for (let lease = 0; lease < this.leases.count; lease++) {
      const state = this.leases.stateOf(lease);
      if ((state === LEASE_BOUND || state === LEASE_OFFERED) && this.leases.isHeld(lease, secondsOf(now))) {
        visit(this.allocation.show(lease, now));
      }
    }
  }

  /**
   * Gives a client the address that it had before the host was restarted. Ignored if the address is no longer the server's
   * to give, or has another client.
   */
  restore(
    address: number,
    hardwareType: number,
    hardwareAddress: readonly number[],
    remainingSeconds: number,
    now: number,
  ): void {
    const { message, leases } = this;
    const lease = leases.findAddress(address | 0);
    if (lease !== NO_LEASE && message.setClient(hardwareType, hardwareAddress) && this.allocation.mayHave(lease, now)) {
      leases.assign(lease, message, LEASE_BOUND, secondsOf(now) + remainingSeconds);
    }
  }

  /**
   * Takes a datagram that arrived on port 67, or on port 68, where other servers' answers come. Never throws, whatever it
   * contains.
   *
   * @param packet holds the datagram from its first byte.
   * @param length length of the datagram.
   * @param now time of the host in whole milliseconds.
   */
  receive(packet: DataView, length: number, now: number): void {
    const { message } = this;
    if (this.state === STATE_STOPPED || !message.read(packet, length)) {
      return;
    }
    if (message.isReply) {
      this.takeReply(now);
    } else if (!message.isRelayed && !this.isOwnQuestion()) {
      this.takeRequest(packet, length, now);
    }
  }

  /** A machine uses this address, as `probe` has found. */
  addressInUse(address: number, now: number): void {
    const lease = this.leases.findAddress(address);
    if (lease !== NO_LEASE && this.probes?.has(lease)) {
      this.allocation.decline(lease, now);
    }
  }

  /** Does what is due. */
  poll(now: number): void {
    if (this.others.poll(now) && this.state === STATE_LOOKING) {
      this.state = STATE_SERVING;
      this.observer?.serving(now);
    }
    for (let probe = this.probes?.findDue(now) ?? null; probe !== null; probe = this.probes?.findDue(now) ?? null) {
      const { length, lease, request } = probe;
      probe.length = 0;
      this.message.read(request, length);
      if (this.leases.isClient(lease, this.message) && this.leases.isHeld(lease, secondsOf(now))) {
        this.allocation.giveAddress(lease, now);
      } else {
        this.allocation.offerAddress(request, length, now);
      }
    }
  }

  private takeRequest(packet: DataView, length: number, now: number): void {
    const { message, settings } = this;
    const { serverIdentifier } = message;
    if (serverIdentifier !== NO_ADDRESS && serverIdentifier !== settings.address) {
      this.takeRequestToOther(now);
      return;
    }
    const isFromElsewhere = message.clientAddress !== NO_ADDRESS && !settings.isUsable(message.clientAddress);
    if (this.state !== STATE_SERVING || isFromElsewhere) {
      return;
    }
    switch (message.type) {
      case BOOTP:
      case DISCOVER:
        this.allocation.offerAddress(packet, length, now);
        break;
      case REQUEST:
        this.allocation.takeDhcpRequest(now);
        break;
      case DECLINE:
        this.allocation.takeDecline(now);
        break;
      case RELEASE:
        this.allocation.takeRelease(now);
        break;
      case INFORM:
        if (message.clientAddress !== NO_ADDRESS) {
          this.reply.sendAnswer(message, ACKNOWLEDGE, NO_LEASE);
        }
        break;
    }
  }

  /** Another server's answer: to this server's question, or from this network to one of its clients. */
  private takeReply(now: number): void {
    const { message, settings } = this;
    const server = message.serverIdentifier;
    const isOther = server !== NO_ADDRESS && server !== settings.address;
    const isAnswer = message.type === OFFER || message.type === ACKNOWLEDGE;
    if (isOther && isAnswer && (message.transactionId === settings.transactionId || settings.isUsable(server))) {
      this.fallSilent(server, now);
    }
  }

  /**
   * A client has chosen another server. One socket may hear the clients of all interfaces, so only a server of this network
   * counts.
   */
  private takeRequestToOther(now: number): void {
    const { message, leases } = this;
    const lease = leases.findClient(message);
    if (lease !== NO_LEASE && leases.stateOf(lease) === LEASE_OFFERED) {
      leases.free(lease);
    }
    if (message.type === REQUEST && this.settings.isUsable(message.serverIdentifier)) {
      this.fallSilent(message.serverIdentifier, now);
    }
  }

  private fallSilent(server: number, now: number): void {
    this.stop();
    this.observer?.silenced(server, now);
  }

  /** A broadcast comes back to its sender. */
  private isOwnQuestion(): boolean {
    const { message, settings } = this;
    return (
      message.transactionId === settings.transactionId &&
      message.hardwareType === HARDWARE_ETHERNET &&
      message.hardwareAddress.getInt32(2) === settings.address
    );
  }
}
