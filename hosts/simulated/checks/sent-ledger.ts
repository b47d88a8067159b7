/**
 * How many bytes went to whom: towards a peer that never acknowledged anything, whose address may therefore be somebody
 * else's, they stay within a bound for each datagram that came from there.
 */
import { MAX_PACKET_BYTES, OPCODE_READ_REQUEST, OPCODE_WRITE_REQUEST } from "../../../src/index.js";
import { opcodeOf } from "../wire/messages.js";
import { violated } from "./violation.js";

/** A block once and repeated twice. */
const MAX_BLOCKS = 3;
/** All four options with their longest values. */
const MAX_OPTION_ACKNOWLEDGEMENT_BYTES = 73;
/** The least interval that a client can ask for (RFC 2349), with which an OACK is repeated until the transfer ends. */
const INTERVAL_MS_LEAST = 1000;
/** Doubling from a millisecond, so many repeats come before an interval is a second. */
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
    const offers = 1 + Math.ceil(giveUpMs / INTERVAL_MS_LEAST) + MAX_DOUBLINGS;
    const messagesBytes = Math.max(MAX_BLOCKS * MAX_PACKET_BYTES, offers * MAX_OPTION_ACKNOWLEDGEMENT_BYTES);
    // A transfer may end with an ERROR: the server stops, or its storage fails.
    this.maxRequestBytes = messagesBytes + MAX_ERROR_BYTES;
  }

  received(address: string, port: number, message: Uint8Array): void {
    const account = this.account(address, port);
    const opcode = opcodeOf(message);
    if (opcode === OPCODE_READ_REQUEST || opcode === OPCODE_WRITE_REQUEST) {
      account.requests++;
    } else {
      account.others++;
    }
  }

  acknowledged(address: string, port: number): void {
    this.account(address, port).isAcknowledged = true;
  }

  sent(address: string, port: number, message: Uint8Array): void {
    const account = this.account(address, port);
    account.sentBytes += message.length;
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
