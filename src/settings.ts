/** Settings that a host may pass to the engine, with their ranges and defaults. */
import { FIRST_LISTENER } from "./host.js";
import { MAX_WINDOW_SIZE_KEPT } from "./options.js";
import type { AddressHash } from "./transfers.js";

/** Times of retransmission, in milliseconds, from 1 to a day. */
export interface RetransmissionOptions {
  /**
   * Wait before the first repeat until a round trip was measured. RFC 6298 §2.1 has one second, for the whole internet;
   * TFTP is used where round trips are short, and an extra block does no harm. It may be below `minIntervalMs`. Default 300,
   * or 1,000 for a client; `minIntervalMs` if that is longer.
   */
  initialIntervalMs?: number;
  /**
   * Shortest wait once a round trip was measured, however fast the peer is: a device may pause to write its flash. A peer that
   * answers both copies of a message pauses for longer, and its transfer then waits for longer, at most `maxIntervalMs`.
   * Default 250, or `maxIntervalMs` if that is shorter.
   */
  minIntervalMs?: number;
  /**
   * Longest wait that back-off and pauses of the peer lead to, not below `minIntervalMs`. Default 4,000, or 6,000 for a client; `minIntervalMs` if
   * that is longer.
   */
  maxIntervalMs?: number;
  /** A transfer without progress ends after this time. Default 25,000: U-Boot asks again after 5 s, ten times. */
  giveUpMs?: number;
  /** A received file's slot stays this long to repeat the last ACK. Default 12,000: two repeats of a client with 5 s. */
  lingerMs?: number;
}

/** Options of a server. The defaults suit a board. */
export interface ServerOptions extends RetransmissionOptions {
  /** Transfers at once, 1 to 65,536. Default 8. */
  maxTransfers?: number;
  /**
   * Largest window granted, in blocks, 1 to 16,384 (RFC 7440); 1 keeps lock-step. Default 16; 8 with `singlePort`, where
   * anybody can acknowledge in a client's name.
   */
  maxWindowSize?: number;
  /** Largest upload in bytes, 0 or more; a larger one gets ERROR 3. Default: limited by the storage only. */
  maxSizeBytes?: number;
  /**
   * All transfers share the listening port instead of having one each (RFC 1350 §4), for networks that translate
   * addresses. Default false.
   */
  singlePort?: boolean;
  /**
   * Transfers that one address may have before it has answered any, 1 to 65,536. Further requests get no answer. Default:
   * no limit. With a limit, each request is compared with every slot of the pool.
   */
  maxUnansweredPerAddress?: number;
  /**
   * Transfers that one address may have at once, 1 to 65,536, so that one client cannot take all slots. Further requests get
   * no answer. Default: no limit. With a limit, each request is compared with every slot of the pool.
   */
  maxTransfersPerAddress?: number;
  /**
   * Requests answered per second, errors included, and answers to strangers on transfers' ports; 1 to 1,000,000. Others get
   * no answer, and the client asks again. Default: no limit.
   */
  maxAnswersPerSecond?: number;
  /**
   * The same for each address, so that one client cannot use up the answers of all; counted first. 1 to 1,000,000. Default:
   * no limit.
   */
  maxAnswersPerSecondPerAddress?: number;
  /** Spreads addresses in the search for a peer, for large pools whose clients may all use the same port. Default: by port. */
  addressHash?: AddressHash;
}

/** More than a machine has ports to give, and below the numbers of listening ports. */
export const MAX_TRANSFERS = FIRST_LISTENER;

const DEFAULT_TRANSFERS = 8;
const DEFAULT_WINDOW_SIZE = 16;
/**
 * With a single port, a request and an ACK in a victim's name bring it this window, and its first block 24 times more if they
 * ask for a `timeout` of 1 s: 32 blocks. Larger windows gain little.
 */
const SINGLE_PORT_WINDOW_SIZE = 8;
const MAX_ANSWERS_PER_SECOND = 1_000_000;
/** No file is larger than the numbers that are exact. */
export const ANY_SIZE = Number.MAX_SAFE_INTEGER;

/** The options of a server, checked and complete. */
export class ServerSettings {
  readonly maxTransfers: number;
  readonly maxWindowSize: number;
  readonly maxSizeBytes: number;
  readonly maxUnansweredPerAddress: number;
  readonly maxTransfersPerAddress: number;
  /** 0 for no limit. */
  readonly maxAnswersPerSecond: number;
  /** 0 for no limit. */
  readonly maxAnswersPerSecondPerAddress: number;
  readonly singlePort: boolean;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: ServerOptions) {
    this.maxTransfers = transfersOption(options, "maxTransfers", DEFAULT_TRANSFERS);
    this.singlePort = options.singlePort ?? false;
    const windowSize = this.singlePort ? SINGLE_PORT_WINDOW_SIZE : DEFAULT_WINDOW_SIZE;
    this.maxWindowSize = numberOption(options, "maxWindowSize", windowSize, 1, MAX_WINDOW_SIZE_KEPT);
    this.maxSizeBytes = numberOption(options, "maxSizeBytes", ANY_SIZE, 0, ANY_SIZE);
    this.maxUnansweredPerAddress = transfersOption(options, "maxUnansweredPerAddress", MAX_TRANSFERS);
    this.maxTransfersPerAddress = transfersOption(options, "maxTransfersPerAddress", MAX_TRANSFERS);
    this.maxAnswersPerSecond = rateOption(options, "maxAnswersPerSecond");
    this.maxAnswersPerSecondPerAddress = rateOption(options, "maxAnswersPerSecondPerAddress");
  }
}

/**
 * Returns the value of an option if it is an integer from `least` to `most`.
 *
 * @throws RangeError that names the option and its range.
 */
export function checked(name: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/** Returns an option, or its default, if that is an integer from `least` to `most`. */
export function numberOption<Name extends string>(
  options: { readonly [name in Name]?: number | undefined },
  name: Name,
  byDefault: number,
  least: number,
  most: number,
): number {
  return checked(name, options[name] ?? byDefault, least, most);
}

/** Returns a number of transfers. */
export function transfersOption<Name extends string>(
  options: { readonly [name in Name]?: number | undefined },
  name: Name,
  byDefault: number,
): number {
  return numberOption(options, name, byDefault, 1, MAX_TRANSFERS);
}

type Rate = "maxAnswersPerSecond" | "maxAnswersPerSecondPerAddress";

function rateOption(options: ServerOptions, name: Rate): number {
  return options[name] === undefined ? 0 : numberOption(options, name, 0, 1, MAX_ANSWERS_PER_SECOND);
}
