/**
 * Counts the bytes that go to each client. A client that never acknowledged anything may have a forged address, so the bytes
 * sent there stay within a bound for each datagram that came from it.
 */
import { MAX_PACKET_BYTES } from "../../../src/index.js";
import { violated } from "./violation.js";

/** A block once, and its two repeats. */
const MAX_BLOCKS = 3;
/** All four options with their longest values. */
const MAX_OPTION_ACKNOWLEDGEMENT_BYTES = 73;
/** The shortest interval that a client can negotiate (RFC 2349); the OACK is repeated at it until the transfer ends. */
const MIN_INTERVAL_MS = 1000;
/** Repeats before an interval that starts at a millisecond and doubles has grown to a second. */
const MAX_DOUBLINGS = 10;
const MAX_ERROR_BYTES = 68;

interface Account {
  requests: number;
  others: number;
  sentBytes: number;
  isAcknowledged: boolean;
}

export class SentLedger {
  private readonly accounts = new Map<string, Account>();
  private readonly maxRequestBytes: number;

  constructor({ giveUpMs }: { readonly giveUpMs: number }) {
    const offers = 1 + Math.ceil(giveUpMs / MIN_INTERVAL_MS) + MAX_DOUBLINGS;
    const messagesBytes = Math.max(MAX_BLOCKS * MAX_PACKET_BYTES, offers * MAX_OPTION_ACKNOWLEDGEMENT_BYTES);
    // A transfer may end with an ERROR: the server stops, or its storage fails.
    this.maxRequestBytes = messagesBytes + MAX_ERROR_BYTES;
  }

  countReceived(address: string, port: number, isRequest: boolean): void {
    const account = this.account(address, port);
    if (isRequest) {
      account.requests++;
    } else {
      account.others++;
    }
  }

  countAcknowledged(address: string, port: number): void {
    this.account(address, port).isAcknowledged = true;
  }

  countSent(address: string, port: number, bytes: number): void {
    const account = this.account(address, port);
    account.sentBytes += bytes;
    const allowed = account.requests * this.maxRequestBytes + account.others * MAX_ERROR_BYTES;
    if (!account.isAcknowledged && account.sentBytes > allowed) {
      violated(`${account.sentBytes} bytes went to ${address}:${port}, which never acknowledged anything`);
    }
  }

  private account(address: string, port: number): Account {
    const key = `${address} ${port}`;
    let account = this.accounts.get(key);
    if (account === undefined) {
      account = { requests: 0, others: 0, sentBytes: 0, isAcknowledged: false };
      this.accounts.set(key, account);
    }
    return account;
  }
}
