/** Who has which address by the server's own clock, as its messages and its reports say. */
import { violated } from "../checks/violation.js";

/** As the engine has them: times of an offer and of a rest, in seconds. */
const OFFER_SECONDS = 60;
const REST_SECONDS = 600;
/** An offer is counted in whole seconds, so it may end a second earlier. */
const OFFER_SLACK_MS = 1000;
const NOBODY = "a machine that the server does not know";

interface Entry {
  readonly holder: string;
  readonly untilMs: number;
  readonly isOffer: boolean;
}

export class AddressBook {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly leaseSeconds: number) {}

  /** The server offers an address to a client. */
  offer(address: string, client: string, nowMs: number): void {
    const entry = this.check(address, client, nowMs);
    if (entry === undefined || entry.isOffer) {
      this.give(address, { holder: client, untilMs: nowMs + OFFER_SECONDS * 1000, isOffer: true });
    }
  }

  /** The server gives an address to a client. */
  bind(address: string, client: string, nowMs: number): void {
    this.check(address, client, nowMs);
    this.give(address, { holder: client, untilMs: nowMs + this.leaseSeconds * 1000, isOffer: false });
  }

  release(address: string): void {
    this.entries.delete(address);
  }

  /** Another machine uses the address. */
  rest(address: string, nowMs: number): void {
    // The engine counts whole seconds.
    this.entries.set(address, { holder: NOBODY, untilMs: nowMs + (REST_SECONDS - 1) * 1000, isOffer: false });
  }

  /** The client has chosen another server. */
  takeBackOffers(client: string): void {
    for (const [address, { holder, isOffer }] of this.entries) {
      if (holder === client && isOffer) {
        this.entries.delete(address);
      }
    }
  }

  /** Forgets what has ended, which a clock that goes back does not revive. */
  forgetEnded(nowMs: number): void {
    for (const [address, { untilMs, isOffer }] of this.entries) {
      if (untilMs - (isOffer ? OFFER_SLACK_MS : 0) <= nowMs) {
        this.entries.delete(address);
      }
    }
  }

  /** Returns the entry of an address that is held, which must be the client's. */
  private check(address: string, client: string, nowMs: number): Entry | undefined {
    const entry = this.entries.get(address);
    if (entry === undefined || entry.untilMs - (entry.isOffer ? OFFER_SLACK_MS : 0) <= nowMs) {
      return undefined;
    }
    if (entry.holder !== client) {
      violated(`${address} is given to ${client} while ${entry.holder} has it for ${entry.untilMs - nowMs} ms more`);
    }
    return entry;
  }

  private give(address: string, entry: Entry): void {
    for (const [other, { holder }] of this.entries) {
      if (holder === entry.holder) {
        this.entries.delete(other);
      }
    }
    this.entries.set(address, entry);
  }
}
