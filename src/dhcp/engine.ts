/**
 * A DHCP and BOOTP server without I/O, for a network that has no other: a host hands it datagrams and the time, and it answers
 * through the host's {@link DhcpTransport}. Nothing is allocated while messages come, unless an observer reads texts.
 */
import { NEVER } from "../schedule.js";
import { Allocation } from "./allocation.js";
import { BootRules } from "./boot-rules.js";
import type { DhcpObserver, DhcpTransport, LeaseView } from "./host.js";
import { LeaseCursor } from "./lease-view.js";
import { Leases, NO_LEASE } from "./leases.js";
import { makeMemory } from "./memory.js";
import { Message } from "./message.js";
import { Network } from "./network.js";
import { Outgoing } from "./outgoing.js";
import { Probes } from "./probes.js";
import { Reply } from "./reply.js";
import { type DhcpOptions, DhcpSettings } from "./settings.js";
import {
  ACKNOWLEDGE,
  AT_MAGIC,
  BOOTP,
  DECLINE,
  DISCOVER,
  HARDWARE_ETHERNET,
  INFORM,
  MAX_REPLY_BYTES,
  NO_ADDRESS,
  OFFER,
  OPTION_SERVER_IDENTIFIER,
  REFUSE,
  RELEASE,
  REQUEST,
} from "./wire.js";

const STATE_STOPPED = 0;
const STATE_LOOKING = 1;
const STATE_SERVING = 2;

/** A server may look for the address that it offers before it answers: dnsmasq does it for three seconds. */
const FIRST_QUESTIONS = 3;
const FIRST_INTERVAL_MS = 2000;
/** Rare, since each question holds an address of the other server for a minute. */
const LATER_INTERVAL_MS = 60_000;

export class DhcpEngine {
  private state = STATE_STOPPED;
  /** Questions for other servers before this one serves, and the time of the next question. */
  private questions = 0;
  private askAt = 0;
  private readonly network: Network;
  private readonly message = new Message();
  private readonly allocation: Allocation;

  /**
   * @param buffer holds a message that is sent, during the engine's calls only: {@link MAX_REPLY_BYTES} bytes, which others
   * may use between them. Default: the engine has its own.
   * @throws RangeError when an option is out of its range.
   */
  constructor(
    transport: DhcpTransport,
    options: DhcpOptions,
    observer: DhcpObserver | null = null,
    buffer: DataView = new DataView(new ArrayBuffer(MAX_REPLY_BYTES)),
  ) {
    const settings = new DhcpSettings(options);
    const { fixed, rangeStart, rangeCount } = settings;
    const { view, rulesAt, leasesAt } = makeMemory(settings);
    const rules = new BootRules(view, rulesAt);
    const leases = new Leases(view, leasesAt, fixed, rangeStart, rangeCount);
    this.network = new Network(view, settings);
    this.allocation = new Allocation(
      leases,
      this.message,
      new Reply(new Outgoing(buffer, transport), this.network, rules, leases),
      transport.probe === undefined ? null : new Probes(transport),
      new LeaseCursor(leases, rules),
      observer,
    );
  }

  /** Whether clients are served: the search for other servers found none. */
  get isServing(): boolean {
    return this.state === STATE_SERVING;
  }

  /** Time at which `poll` is needed next; {@link NEVER} when nothing waits. */
  get nextAt(): number {
    const { state, askAt, allocation } = this;
    const nextQuestion = state === STATE_STOPPED ? NEVER : askAt;
    return allocation.probes === null ? nextQuestion : Math.min(nextQuestion, allocation.probes.nextAt);
  }

  /** Searches for other servers for six seconds, then serves clients if it found none. */
  start(now: number): void {
    this.state = STATE_LOOKING;
    this.questions = 0;
    this.askAt = now;
    this.poll(now);
  }

  /** Answers no more. Leases are kept, for another `start`. */
  stop(): void {
    this.state = STATE_STOPPED;
    this.allocation.probes?.clear();
  }

  /** Shows each address that a client has, or was offered. `visit` must not call the server. */
  visitLeases(visit: (lease: LeaseView) => void, now: number): void {
    this.allocation.visit(visit, now);
  }

  /** Shows the lease of an address that a client has accepted; null if none has. The view is good until the next call. */
  leaseOf(address: number, now: number): LeaseView | null {
    return this.allocation.find(address | 0, now);
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
    const request = this.allocation.reply.requestOf(hardwareType, hardwareAddress);
    if (this.message.read(request, AT_MAGIC)) {
      this.allocation.restore(address | 0, remainingSeconds, now);
    }
    this.message.forget();
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
    if (this.state !== STATE_STOPPED && message.read(packet, length)) {
      if (message.isReply) {
        this.takeReply(now);
      } else if (!message.isRelayed && !this.isOwnQuestion()) {
        this.takeRequest(packet, length, now);
      }
    }
    message.forget();
  }

  /** A machine uses this address, as `probe` has found. */
  addressInUse(address: number, now: number): void {
    this.allocation.addressInUse(address | 0, now);
  }

  /** Does what is due. */
  poll(now: number): void {
    // A question further away than any was due before the host's clock went back.
    if (this.state !== STATE_STOPPED && (now >= this.askAt || this.askAt - now > LATER_INTERVAL_MS)) {
      this.ask(now);
    }
    this.allocation.pollProbes(now);
    this.message.forget();
  }

  /** Asks for other servers, or starts to serve when none has answered. */
  private ask(now: number): void {
    if (this.state === STATE_LOOKING && this.questions === FIRST_QUESTIONS) {
      this.state = STATE_SERVING;
      this.askAt = now + LATER_INTERVAL_MS;
      this.allocation.observer?.serving(now);
      return;
    }
    this.questions++;
    this.askAt = now + (this.state === STATE_LOOKING ? FIRST_INTERVAL_MS : LATER_INTERVAL_MS);
    this.allocation.reply.sendDiscover();
  }

  private takeRequest(packet: DataView, length: number, now: number): void {
    const { message, network, allocation } = this;
    const server = message.number(OPTION_SERVER_IDENTIFIER, 4, NO_ADDRESS);
    if (server !== NO_ADDRESS && server !== network.address) {
      this.takeRequestToOther(server, now);
      return;
    }
    const isFromElsewhere = message.clientAddress !== NO_ADDRESS && !network.isUsable(message.clientAddress);
    if (this.state !== STATE_SERVING || isFromElsewhere) {
      return;
    }
    switch (message.type) {
      case BOOTP:
      case DISCOVER:
        allocation.offerAddress(packet, length, now);
        break;
      case REQUEST:
        allocation.takeDhcpRequest(now);
        break;
      case DECLINE:
        allocation.takeDecline(now);
        break;
      case RELEASE:
        allocation.takeRelease(now);
        break;
      case INFORM:
        if (message.clientAddress !== NO_ADDRESS) {
          allocation.reply.sendAnswer(message, ACKNOWLEDGE, NO_LEASE);
        }
        break;
    }
  }

  /** Another server's answer: to this server's question, or from this network to one of its clients. */
  private takeReply(now: number): void {
    const { message, network } = this;
    const { type } = message;
    const isAnswerToThis = message.transactionId === network.transactionId;
    // A server that names itself nowhere else has its address in the header (RFC 951 §3).
    const server = message.number(OPTION_SERVER_IDENTIFIER, 4, isAnswerToThis ? message.serverAddress : NO_ADDRESS);
    const isOther = server !== NO_ADDRESS && server !== network.address;
    const isAnswer = isAnswerToThis || type === OFFER || type === ACKNOWLEDGE || type === REFUSE;
    if (isOther && isAnswer && (isAnswerToThis || network.isUsable(server))) {
      this.fallSilent(server, now);
    }
  }

  /**
   * A client has chosen another server. One socket may hear the clients of all interfaces, so only a server of this network
   * counts.
   */
  private takeRequestToOther(server: number, now: number): void {
    this.allocation.takeBackOffer(now);
    if (this.message.type === REQUEST && this.network.isUsable(server)) {
      this.fallSilent(server, now);
    }
  }

  private fallSilent(server: number, now: number): void {
    this.stop();
    this.allocation.observer?.silenced(server, now);
  }

  /** A broadcast comes back to its sender. */
  private isOwnQuestion(): boolean {
    const { message, network } = this;
    return (
      message.transactionId === network.transactionId &&
      message.hardwareType === HARDWARE_ETHERNET &&
      message.isAskedBy(network.address)
    );
  }
}
