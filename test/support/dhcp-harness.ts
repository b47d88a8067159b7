/** A DHCP engine with a recording transport and a clock, on every platform. */
import {
  BROADCAST_ADDRESS,
  DhcpEngine,
  type DhcpObserver,
  type DhcpOptions,
  type DhcpTransport,
  type LeaseView,
} from "lockstep-tftp/dhcp";
import type { DhcpMessage } from "lockstep-tftp/simulated";
import {
  bits,
  dhcpMessage,
  type MessageFields,
  type OptionList,
  quad,
  quadText,
  readDhcpMessage,
} from "./dhcp-message.js";

export const SERVER = "192.168.88.1";
export const BROADCAST = quadText(BROADCAST_ADDRESS);
/** The engine asks for other servers for this time before it serves. */
export const LOOKING_MS = 6000;

export interface Sent extends DhcpMessage {
  readonly to: string;
  readonly port: number;
}

/** Brings datagrams to the engine and its answers back: over sockets, or at once. */
export interface DhcpCarrier {
  /** Returns the client's datagram as it arrived at the server. */
  ask(packet: Uint8Array): Promise<Uint8Array>;
  /** Returns the server's datagram as it arrived. */
  answer(packet: Uint8Array, address: string, port: number): Promise<Uint8Array>;
}

/** Carries the datagrams of all harnesses that are made from now on; without one they arrive at once. */
let carrier: DhcpCarrier | undefined;

export function carryBy(by: DhcpCarrier): void {
  carrier = by;
}

interface Leaving {
  readonly packet: Uint8Array;
  readonly to: string;
  readonly port: number;
}

export interface DhcpHarnessSetting {
  readonly probes?: boolean;
  /** False leaves the engine stopped. Default: it has looked for other servers, and serves. */
  readonly isStarted?: boolean;
}

export class DhcpHarness {
  now = 1000;
  readonly probed: string[] = [];
  readonly events: string[] = [];
  readonly engine: DhcpEngine;
  private readonly leaving: Leaving[] = [];

  constructor(options: Partial<DhcpOptions> = {}, { probes = false, isStarted = true }: DhcpHarnessSetting = {}) {
    const transport: DhcpTransport = {
      send: (packet, length, address, port) => {
        this.leaving.push({ packet: packet.slice(0, length), to: quadText(address), port });
      },
    };
    if (probes) {
      transport.probe = (address) => void this.probed.push(quadText(address));
    }
    const all: DhcpOptions = {
      address: bits(SERVER),
      netmask: bits("255.255.255.0"),
      rangeStart: bits("192.168.88.100"),
      rangeEnd: bits("192.168.88.103"),
      transactionId: 0x51515151,
      ...options,
    };
    this.engine = new DhcpEngine(transport, all, this.observer());
    if (isStarted) {
      this.engine.start(this.now);
      this.advance(LOOKING_MS);
      this.leaving.length = 0;
      this.events.length = 0;
    }
  }

  /** Lets time pass, and calls the engine when it wants to be called. Returns the messages that it sends. */
  pass(ms: number): Promise<readonly Sent[]> {
    this.advance(ms);
    return this.arrivals();
  }

  /** Hands a message to the engine. Returns the messages that it sends at once. */
  async receive(fields: MessageFields | DataView): Promise<readonly Sent[]> {
    const packet = fields instanceof DataView ? fields : dhcpMessage(fields);
    const bytes = new Uint8Array(packet.buffer, packet.byteOffset, packet.byteLength).slice();
    const arrived = (await carrier?.ask(bytes)) ?? bytes;
    this.engine.receive(new DataView(arrived.buffer, arrived.byteOffset, arrived.length), arrived.length, this.now);
    return this.arrivals();
  }

  /** Sends a DHCP message of a type, with more options. */
  ask(type: number, options: OptionList = [], fields: MessageFields = {}): Promise<readonly Sent[]> {
    return this.receive({ ...fields, options: [[53, [type]], ...options] });
  }

  /** The one answer to a DHCP message. */
  async answer(type: number, options: OptionList = [], fields: MessageFields = {}): Promise<Sent> {
    const [answer, ...others] = await this.ask(type, options, fields);
    if (answer === undefined || others.length > 0) {
      throw new Error(`a message of type ${type} got ${answer === undefined ? "no" : "more than one"} answer`);
    }
    return answer;
  }

  /** DISCOVER, and REQUEST for what is offered. Returns the address, or what came in its place. */
  async lease(fields: MessageFields = {}): Promise<string> {
    const [offer] = await this.ask(1, [], fields);
    if (offer === undefined) {
      return "no offer";
    }
    const accepted: OptionList = [
      [50, quad(offer.yourAddress)],
      [54, quad(SERVER)],
    ];
    const [answer] = await this.ask(3, accepted, fields);
    return answer?.type === 5 ? answer.yourAddress : `type ${answer?.type}`;
  }

  /** The leases of clients one after the other. */
  async leaseAll(numbers: readonly number[]): Promise<string> {
    const addresses: string[] = [];
    for (const number of numbers) {
      addresses.push(await this.lease(this.client(number)));
    }
    return addresses.join(" ");
  }

  /** A client by its number. */
  client(number: number): MessageFields {
    return { hardware: [2, 0, 0, 0, 0, number], transactionId: number };
  }

  /** The addresses that clients have or were offered, one a text. */
  leases(): string[] {
    const shown: string[] = [];
    const visit = (lease: LeaseView): void => {
      const state = lease.isBound ? "bound" : "offered";
      shown.push(`${quadText(lease.address)} ${lease.hardwareAddress} ${state} ${lease.remainingSeconds}`);
    };
    this.engine.visitLeases(visit, this.now);
    return shown;
  }

  private advance(ms: number): void {
    const end = this.now + ms;
    while (this.engine.nextAt <= end) {
      this.now = Math.max(this.now, this.engine.nextAt);
      this.engine.poll(this.now);
    }
    this.now = end;
  }

  private async arrivals(): Promise<readonly Sent[]> {
    const sent: Sent[] = [];
    for (const { packet, to, port } of this.leaving.splice(0)) {
      const arrived = (await carrier?.answer(packet, to, port)) ?? packet;
      sent.push(Object.assign(readDhcpMessage(arrived), { to, port }));
    }
    return sent;
  }

  private observer(): DhcpObserver {
    return {
      leased: (lease) => this.events.push(`leased ${quadText(lease.address)} ${lease.hardwareAddress} ${lease.file}`),
      released: (lease) => this.events.push(`released ${quadText(lease.address)}`),
      declined: (address) => this.events.push(`declined ${quadText(address)}`),
      refused: (hardware, address) => this.events.push(`refused ${hardware} ${quadText(address)}`),
      exhausted: (hardware) => this.events.push(`exhausted ${hardware}`),
      serving: () => this.events.push("serving"),
      silenced: (address) => this.events.push(`silenced ${quadText(address)}`),
    };
  }
}
