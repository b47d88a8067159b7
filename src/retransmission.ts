/**
 * When to send again: an estimate of the round trip in integers, back-off, and giving up (RFC 6298, RFC 1123 §4.2.3.2).
 */
import { checked } from "./checked.js";
import { FLAG_ANSWERED, FLAG_FIXED_INTERVAL, FLAG_REPEATED, ROUND_TRIP_SCALE, type Transfer } from "./transfer.js";

/** Times that a host may set, in milliseconds, from 1 to a day. */
export interface RetransmissionOptions {
  /**
   * Wait before the first repeat, as long as nothing was measured. RFC 6298 §2.1 has a second, for the whole internet;
   * TFTP is used where round trips are short, and a block too many does no harm. Default 300; a client's is 1,000.
   */
  initialIntervalMs?: number;
  /** The shortest wait, however fast the peer is: a client may pause to write its flash. Default 30. */
  minIntervalMs?: number;
  /** The longest wait that back-off reaches. Not below the floor; default 4,000. */
  maxIntervalMs?: number;
  /** A transfer ends when nothing new got through for so long. Default 25,000: U-Boot asks again after 5 s, ten times. */
  giveUpMs?: number;
  /** How long a finished upload stays to repeat its last ACK. Default 12,000: a client that repeats after 5 s is heard twice. */
  lingerMs?: number;
}

const INITIAL_INTERVAL_MS = 300;
const MIN_INTERVAL_MS = 30;
const MAX_INTERVAL_MS = 4000;
const GIVE_UP_MS = 25_000;
const LINGER_MS = 12_000;
/** A day: nobody waits longer. */
const MAX_WAIT_MS = 86_400_000;

/** Longer than this a round trip is not: the sample comes from a clock that jumped, or from a peer that slept. */
const MAX_ROUND_TRIP_MS = 60_000;
/**
 * An ACK that was repeated twice in vain waits so long. It is then the DATA that was lost, and tftp-hpa, which repeats a
 * block after 5 s, begins that wait anew at whatever it receives: a server that never fell silent would keep it from it.
 */
const SILENCE_MS = 6000;
/** A client with an interval of its own is waited for so many of them, so that with a long one it still gets its chance. */
const FIXED_INTERVALS_WAITED = 3;

export class Retransmission {
  readonly initialIntervalMs: number;
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly giveUpMs: number;
  readonly lingerMs: number;

  constructor(options: RetransmissionOptions) {
    this.minIntervalMs = checked("minIntervalMs", options.minIntervalMs ?? MIN_INTERVAL_MS, 1, MAX_WAIT_MS);
    this.maxIntervalMs = checked("maxIntervalMs", options.maxIntervalMs ?? MAX_INTERVAL_MS, 1, MAX_WAIT_MS);
    this.initialIntervalMs = checked(
      "initialIntervalMs",
      options.initialIntervalMs ?? INITIAL_INTERVAL_MS,
      1,
      MAX_WAIT_MS,
    );
    this.giveUpMs = checked("giveUpMs", options.giveUpMs ?? GIVE_UP_MS, 1, MAX_WAIT_MS);
    this.lingerMs = checked("lingerMs", options.lingerMs ?? LINGER_MS, 1, MAX_WAIT_MS);
    if (this.maxIntervalMs < this.minIntervalMs) {
      throw new RangeError(`maxIntervalMs (${this.maxIntervalMs}) is below minIntervalMs (${this.minIntervalMs})`);
    }
  }

  /** The outstanding message has its answer: takes the time it took as a sample, unless it was sent twice (Karn). */
  answered(transfer: Transfer, now: number): void {
    if ((transfer.flags & FLAG_REPEATED) !== 0) {
      transfer.flags &= ~FLAG_REPEATED;
      return;
    }
    const sampleMs = now - transfer.sentAt;
    if (sampleMs < 0 || sampleMs > MAX_ROUND_TRIP_MS) {
      return;
    }
    let variation = transfer.roundTripVariation;
    if (transfer.smoothedRoundTrip < 0) {
      transfer.smoothedRoundTrip = sampleMs * ROUND_TRIP_SCALE;
      variation = sampleMs * 2;
    } else {
      const difference = sampleMs - (transfer.smoothedRoundTrip >> 3);
      transfer.smoothedRoundTrip += difference;
      variation += (difference < 0 ? -difference : difference) - (variation >> 2);
    }
    transfer.roundTripVariation = variation;
    if ((transfer.flags & FLAG_FIXED_INTERVAL) === 0) {
      const intervalMs = (transfer.smoothedRoundTrip >> 3) + variation;
      transfer.intervalMs =
        intervalMs < this.minIntervalMs
          ? this.minIntervalMs
          : intervalMs > this.maxIntervalMs
            ? this.maxIntervalMs
            : intervalMs;
    }
  }

  /** The outstanding message is about to be sent again: no sample from it, and a longer wait (RFC 6298 §5.5). */
  backOff(transfer: Transfer): void {
    const isSecondRepeat = (transfer.flags & FLAG_REPEATED) !== 0;
    transfer.flags |= FLAG_REPEATED;
    if ((transfer.flags & FLAG_FIXED_INTERVAL) !== 0) {
      return;
    }
    if (isSecondRepeat && transfer.isReceiving && transfer.intervalMs < SILENCE_MS) {
      transfer.intervalMs = SILENCE_MS;
    } else if (transfer.intervalMs < this.maxIntervalMs) {
      const doubled = transfer.intervalMs * 2;
      transfer.intervalMs = doubled < this.maxIntervalMs ? doubled : this.maxIntervalMs;
    }
  }

  /** When the transfer is given up, unless something new gets through before. */
  givesUpAt(transfer: Transfer): number {
    return transfer.progressAt + waitMs(transfer, this.giveUpMs);
  }

  /** Until when a finished upload stays to repeat its last ACK. */
  lingersUntil(transfer: Transfer): number {
    return transfer.progressAt + waitMs(transfer, this.lingerMs);
  }
}

function waitMs(transfer: Transfer, leastMs: number): number {
  const isStretched = FLAG_FIXED_INTERVAL | FLAG_ANSWERED;
  if ((transfer.flags & isStretched) !== isStretched) {
    // Nor is a slot kept longer for somebody who has not answered yet.
    return leastMs;
  }
  const fixedMs = transfer.intervalMs * FIXED_INTERVALS_WAITED;
  return fixedMs > leastMs ? fixedMs : leastMs;
}
