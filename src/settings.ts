/**
 * What a server may be told at construction, and the limits it keeps.
 */
import { checked } from "./checked.js";
import { MAX_WINDOW_SIZE_KEPT } from "./options.js";
import type { AddressHash } from "./peers.js";
import type { RetransmissionOptions } from "./retransmission.js";
import { MAX_TRANSFERS } from "./transfers.js";

/** What a server is told at construction. Without any option it is a server for a board. */
export interface ServerOptions extends RetransmissionOptions {
  /** How many transfers there can be at once, 1 to 65,536. Default 8. */
  maxTransfers?: number;
  /** The largest window that is granted, in blocks, 1 to 16,384 (RFC 7440). Default 16; 1 keeps lock-step. */
  maxWindowSize?: number;
  /** The largest upload in bytes, 0 or more; a larger one gets ERROR 3. Default: no limit but the storage's. */
  maxSizeBytes?: number;
  /**
   * All transfers share the listening port instead of having one each (RFC 1350 §4), for networks that translate
   * addresses. Default false.
   */
  singlePort?: boolean;
  /**
   * How many transfers one address may have that it has not answered yet, 1 to 65,536. A request beyond that gets no
   * answer. Default: no limit. With a limit, each request costs a look at every slot of the pool.
   */
  maxUnansweredPerAddress?: number;
  /**
   * How many requests are answered in a second, errors included, and how many strangers are told that they are; 1 to
   * 1,000,000. The others get no answer, and ask again. Default: no limit.
   */
  maxAnswersPerSecond?: number;
  /**
   * Mixes addresses into the search for a peer: for large pools, whose clients may all use the same port. Default: ports
   * alone decide.
   */
  addressHash?: AddressHash;
}

const TRANSFERS_DEFAULT = 8;
const WINDOW_SIZE_DEFAULT = 16;
const MAX_ANSWERS_PER_SECOND = 1_000_000;

/** The options, checked and complete. */
export class ServerLimits {
  readonly maxTransfers: number;
  readonly maxWindowSize: number;
  readonly maxSizeBytes: number;
  readonly maxUnansweredPerAddress: number;
  /** 0 for no limit. */
  readonly maxAnswersPerSecond: number;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: ServerOptions) {
    this.maxTransfers = checked("maxTransfers", options.maxTransfers ?? TRANSFERS_DEFAULT, 1, MAX_TRANSFERS);
    this.maxWindowSize = checked(
      "maxWindowSize",
      options.maxWindowSize ?? WINDOW_SIZE_DEFAULT,
      1,
      MAX_WINDOW_SIZE_KEPT,
    );
    const anySize = Number.MAX_SAFE_INTEGER;
    this.maxSizeBytes = checked("maxSizeBytes", options.maxSizeBytes ?? anySize, 0, anySize);
    const unanswered = options.maxUnansweredPerAddress ?? MAX_TRANSFERS;
    this.maxUnansweredPerAddress = checked("maxUnansweredPerAddress", unanswered, 1, MAX_TRANSFERS);
    const perSecond = options.maxAnswersPerSecond;
    this.maxAnswersPerSecond =
      perSecond === undefined ? 0 : checked("maxAnswersPerSecond", perSecond, 1, MAX_ANSWERS_PER_SECOND);
  }
}
