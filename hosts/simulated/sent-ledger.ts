/**
 * How many bytes went to whom: towards a peer that never acknowledged anything, whose address may therefore be somebody
 * else's, they stay within a bound for each datagram that came from there.
 */
import { OPCODE_READ_REQUEST, OPCODE_WRITE_REQUEST, PACKET_BYTES_MAX } from "../../src/index.js";
import { opcodeOf } from "./messages.js";
import { violated } from "./violation.js";

/** A block once and repeated twice. */
const BLOCKS_MAX = 3;
/** All four options with their longest values. */
const OPTION_ACKNOWLEDGEMENT_BYTES_MAX = 73;
/** The least interval that a client can ask for (RFC 2349), with which an OACK is repeated until the transfer ends. */
const INTERVAL_MS_LEAST = 1000;
/** Doubling from a millisecond, so many repeats come before an interval is a second. */
const DOUBLINGS_MAX = 10;
const ERROR_BYTES_MAX = 68;

interface Account {
  requests: number;
  others: number;
  sentBytes: number;
  isAcknowledged: boolean;
}

export class SentLedger {
  private readonly accounts = new Map<string, Account>();
  private readonly requestBytesMax: number;

  constructor({ giveUpMs }: { readonly giveUpMs: number }) {
    const offers = 1 + Math.ceil(giveUpMs / INTERVAL_MS_LEAST) + DOUBLINGS_MAX;
    const messagesBytes = Math.max(BLOCKS_MAX * PACKET_BYTES_MAX, offers * OPTION_ACKNOWLEDGEMENT_BYTES_MAX);
    // A transfer may end with an ERROR: the server stops, or its storage fails.
    this.requestBytesMax = messagesBytes + ERROR_BYTES_MAX;
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
    const allowed = account.requests * this.requestBytesMax + account.others * ERROR_BYTES_MAX;
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
