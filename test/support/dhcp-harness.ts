/** A DHCP engine with a recording transport and a clock. */
import {
  BROADCAST_ADDRESS,
  DhcpEngine,
  type DhcpObserver,
  type DhcpOptions,
  type DhcpTransport,
} from "lockstep-tftp/dhcp";
import {
  bits,
  dhcpMessage,
  type MessageFields,
  type OptionList,
  quad,
  quadText,
  type ReadMessage,
  readDhcpMessage,
} from "./dhcp-message.js";

export const SERVER = "192.168.88.1";

export interface Sent extends ReadMessage {
  readonly to: string;
  readonly port: number;
}

export class DhcpHarness {
  now = 1000;
  readonly sent: Sent[] = [];
  readonly probed: string[] = [];
  readonly events: string[] = [];
  readonly engine: DhcpEngine;

  constructor(options: Partial<DhcpOptions> = {}, { probes = false, isStarted = true } = {}) {
    const transport: DhcpTransport = {
      send: (packet, length, address, port) => {
        const message = readDhcpMessage(packet.subarray(0, length));
        this.sent.push({ ...message, to: quadText(address), port });
      },
    };
    if (probes) {
      transport.probe = (address) => void this.probed.push(quadText(address));
    }
    this.engine = new DhcpEngine(
      transport,
      {
        address: bits(SERVER),
        netmask: bits("255.255.255.0"),
        rangeStart: bits("192.168.88.100"),
        rangeEnd: bits("192.168.88.103"),
        transactionId: 0x51515151,
        ...options,
      },
      this.observer(),
    );
    if (isStarted) {
      this.engine.start(this.now);
      this.pass(6000);
      this.sent.length = 0;
      this.events.length = 0;
    }
  }

  /** Lets time pass, and calls the engine when it wants to be called. */
  pass(ms: number): void {
    const end = this.now + ms;
    while (this.engine.nextAt <= end) {
      this.now = Math.max(this.now, this.engine.nextAt);
      this.engine.poll(this.now);
    }
    this.now = end;
  }

  /** Hands a message to the engine. Returns the messages that it sends at once. */
  receive(fields: MessageFields | DataView): readonly Sent[] {
    const packet = fields instanceof DataView ? fields : dhcpMessage(fields);
    const before = this.sent.length;
    this.engine.receive(packet, packet.byteLength, this.now);
    return this.sent.slice(before);
  }

  /** Sends a DHCP message of a type, with more options. */
  ask(type: number, options: OptionList = [], fields: MessageFields = {}): readonly Sent[] {
    return this.receive({ ...fields, options: [[53, [type]], ...options] });
  }

  /** DISCOVER, and REQUEST for what is offered. Returns the address. */
  lease(fields: MessageFields = {}): string {
    const offered = this.ask(1, [], fields)[0]?.yourAddress ?? "none";
    const [answer] = this.ask(
      3,
      [
        [50, quad(offered)],
        [54, quad(SERVER)],
      ],
      fields,
    );
    return answer?.type === 5 ? answer.yourAddress : `type ${answer?.type}`;
  }

  /** A client by its number. */
  client(number: number): MessageFields {
    return { hardware: [2, 0, 0, 0, 0, number], transactionId: number };
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

export const BROADCAST = quadText(BROADCAST_ADDRESS);
