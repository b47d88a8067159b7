/** Checks each message of the DHCP engine: whether it may be sent, to whom, and what it says. */
import type { DhcpObserver } from "../../../src/dhcp/index.js";
import { violated } from "../checks/violation.js";
import { addressText, type DhcpMessage, readDhcpMessage } from "../wire/dhcp-messages.js";
import { AddressBook } from "./address-book.js";

const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const ACK = 5;
const NAK = 6;
const INFORM = 8;
const NOWHERE = "0.0.0.0";
const BROADCAST = "255.255.255.255";
const MIN_BYTES = 300;
const MAX_BYTES = 548;
const HEADERS_BYTES = 28;
/** Options that an answer may have although the client did not ask: those of a lease and of PXE. */
const UNASKED = [43, 51, 53, 54, 58, 59, 60, 61, 97];
const OPTIONS_OF_LEASE = [51, 54, 58, 59];

/** Settings of the checked server. */
export interface CheckedDhcpServer {
  readonly address: string;
  /** The addresses that it may give. */
  readonly addresses: ReadonlySet<string>;
  readonly leaseSeconds: number;
  /** Addresses that are kept for one client each: by hardware type and address, as {@link clientOf} writes them. */
  readonly fixed: ReadonlyMap<string, string>;
  /** Options of the network that are set. */
  readonly setOptions: ReadonlySet<number>;
}

export class DhcpChecker {
  /** Answers that were checked. */
  answers = 0;
  private readonly book: AddressBook;
  private readonly requests = new Map<string, DhcpMessage>();
  private readonly fixedAddresses: ReadonlySet<string>;
  /** Whether the engine is handling a request that came through a relay agent. */
  private isRelayed = false;

  constructor(
    private readonly server: CheckedDhcpServer,
    private readonly isServing: () => boolean,
    private readonly nowMs: () => number,
  ) {
    this.book = new AddressBook(server.leaseSeconds);
    this.fixedAddresses = new Set(server.fixed.values());
  }

  /** A datagram reaches the engine. */
  receives(bytes: Uint8Array): void {
    const message = readDhcpMessage(bytes);
    this.isRelayed = message?.operation === 1 && message.relayAddress !== NOWHERE;
    if (message !== undefined && message.operation === 1 && !this.isRelayed) {
      this.requests.set(exchangeOf(message), message);
      if (message.type === REQUEST && (message.numbers(54) ?? this.server.address) !== this.server.address) {
        this.book.takeBackOffers(clientOf(message));
      }
    }
  }

  /** The engine is done with the datagram. */
  rests(): void {
    this.isRelayed = false;
  }

  /** The server's clock is about to jump. */
  clockJumps(): void {
    this.book.forgetEnded(this.nowMs());
  }

  /** The engine sends a datagram. */
  sends(bytes: Uint8Array, to: string, port: number): void {
    const message = readDhcpMessage(bytes, true) ?? violated("a message that is not well formed");
    if (message.operation === 1) {
      if (message.type !== DISCOVER || port !== 67 || to !== BROADCAST) {
        violated("a request that is no question for other servers");
      }
      return;
    }
    this.answers++;
    this.checkNotRelayed();
    if (!this.isServing()) {
      violated("an answer of a server that does not serve");
    }
    // Each request has one answer at most, so it is taken out.
    const exchange = exchangeOf(message);
    const request = this.requests.get(exchange) ?? violated("an answer that no request has asked for");
    this.requests.delete(exchange);
    this.checkHeader(request, message, to, port);
    this.checkOptions(request, message);
    this.checkAddress(request, message);
  }

  /** Reports of the engine, which change who has an address. */
  observer(): DhcpObserver {
    return {
      leased: () => this.checkNotRelayed(),
      released: ({ address }) => {
        this.checkNotRelayed();
        this.book.release(addressText(address));
      },
      declined: (address) => {
        this.checkNotRelayed();
        this.book.rest(addressText(address), this.nowMs());
      },
      refused: () => this.checkNotRelayed(),
      exhausted: () => this.checkNotRelayed(),
      serving() {},
      silenced: () => this.checkNotRelayed(),
    };
  }

  /** The server serves its own cable: nothing comes of a request that a relay agent hands on. */
  private checkNotRelayed(): void {
    if (this.isRelayed) {
      violated("a relayed request has an effect");
    }
  }

  private checkHeader(request: DhcpMessage, answer: DhcpMessage, to: string, port: number): void {
    const { address } = this.server;
    const { length } = answer;
    const limit = (request.number(57, 2) ?? MAX_BYTES + HEADERS_BYTES) - HEADERS_BYTES;
    demand(length >= MIN_BYTES && length <= MAX_BYTES && (limit < MIN_BYTES || length <= limit), `${length} bytes`);
    demand(port === 68 && to === (answer.type === NAK ? BROADCAST : receiverOf(request)), `sent to ${to}:${port}`);
    demand(request.relayAddress === NOWHERE && answer.relayAddress === NOWHERE, "a relayed request is answered");
    demand(answer.flags === (request.flags & 0x8000), "the flags differ");
    demand(answer.clientAddress === (answer.type === NAK ? NOWHERE : request.clientAddress), "ciaddr differs");
    demand(answer.serverAddress === NOWHERE || answer.serverAddress === address, `siaddr ${answer.serverAddress}`);
    const isType = answer.type === expectedType(request.type) || (answer.type === NAK && request.type === REQUEST);
    demand(isType, `type ${answer.type} answers type ${request.type}`);
  }

  private checkOptions(request: DhcpMessage, answer: DhcpMessage): void {
    const { options } = answer;
    const { setOptions, address, leaseSeconds } = this.server;
    const list = request.options.get(55);
    for (const code of options.keys()) {
      demand(
        list === undefined || list.length === 0 || list.includes(code) || UNASKED.includes(code),
        `option ${code}`,
      );
      demand(![3, 6, 12, 15, 42].includes(code) || setOptions.has(code), `option ${code} is not set`);
      demand(answer.type !== 0 || ![53, 61, ...OPTIONS_OF_LEASE].includes(code), `option ${code} of DHCP in BOOTP`);
    }
    if (answer.type !== 0) {
      demand(answer.numbers(54) === address, "the server identifier is not the server's");
      demand(answer.numbers(61) === request.numbers(61), "the client identifier differs");
    }
    const hasLease = answer.type === OFFER || (answer.type === ACK && request.type !== INFORM);
    const leaseTime = answer.number(51, 4);
    demand(leaseTime === (hasLease ? leaseSeconds : undefined), `lease time ${leaseTime}`);
    if (hasLease) {
      const [renewal = 0, rebinding = 0] = [answer.number(58, 4), answer.number(59, 4)];
      demand(renewal > 0 && renewal < rebinding && rebinding < leaseSeconds, `T1 ${renewal}, T2 ${rebinding}`);
    }
  }

  private checkAddress(request: DhcpMessage, answer: DhcpMessage): void {
    const { yourAddress } = answer;
    const client = clientOf(request);
    const mayLackAddress = answer.type === NAK || request.type === INFORM;
    if (mayLackAddress || (request.type === 0 && request.clientAddress !== NOWHERE)) {
      demand(yourAddress === NOWHERE, `yiaddr ${yourAddress}`);
      return;
    }
    const fixed = this.server.fixed.get(client);
    if (fixed === undefined) {
      demand(this.server.addresses.has(yourAddress), `${yourAddress} is not the server's to give`);
      demand(!this.fixedAddresses.has(yourAddress), `${yourAddress} is kept for another client than ${client}`);
    } else {
      demand(yourAddress === fixed, `${client} gets ${yourAddress} in place of ${fixed}, which is kept for it`);
    }
    if (answer.type === OFFER) {
      this.book.offer(yourAddress, client, this.nowMs());
    } else {
      this.book.bind(yourAddress, client, this.nowMs());
    }
  }
}

function demand(holds: boolean, what: string): void {
  if (!holds) {
    violated(`An answer is wrong: ${what}`);
  }
}

function receiverOf(request: DhcpMessage): string {
  return request.clientAddress === NOWHERE ? BROADCAST : request.clientAddress;
}

function expectedType(type: number): number {
  return type === 0 ? 0 : type === DISCOVER ? OFFER : ACK;
}

/** One client's exchange: transaction and hardware address. */
function exchangeOf(message: DhcpMessage): string {
  return `${message.transactionId} ${clientOf(message)}`;
}

/** A client, as the checker knows it. */
export function clientOf({ hardwareType, hardware }: Pick<DhcpMessage, "hardwareType" | "hardware">): string {
  return `${hardwareType}/${hardware.join("-")}`;
}
