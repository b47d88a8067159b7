/**
 * When to send again: an estimate of the round trip in integers, back-off, and giving up (RFC 6298, RFC 1123 §4.2.3.2).
 */
import { checked, type RetransmissionOptions } from "./settings.js";
import {
  FLAG_ANSWERED,
  FLAG_FIXED_INTERVAL,
  FLAG_REPEATED,
  FLAG_REPEATED_TWICE,
  FLAG_RIVALLED,
  NO_PORT,
  ROUND_TRIP_SCALE,
  STATE_LINGERING,
  type Transfer,
} from "./transfer.js";

const INITIAL_INTERVAL_MS = 300;
const MIN_INTERVAL_MS = 30;
const MAX_INTERVAL_MS = 4000;
const GIVE_UP_MS = 25_000;
const LINGER_MS = 12_000;
/** A day, the upper limit of every time that a host may set. */
const MAX_WAIT_MS = 86_400_000;

/** Samples above this are discarded: the clock jumped or the peer slept. */
const MAX_ROUND_TRIP_MS = 60_000;
/**
 * After two unanswered repeats of an ACK, stay silent this long: the DATA was lost, and tftp-hpa restarts its 5 s timer on
 * every packet it receives, so a chatty server would keep it from ever resending.
 */
const SILENCE_MS = 6000;
/** With one of these an answer is no sample. A rival is asked for only then, so that the usual answer takes no longer. */
const UNUSUAL = FLAG_REPEATED | FLAG_REPEATED_TWICE | FLAG_RIVALLED;
/** A peer with a negotiated interval is waited for at least this many intervals, so that a long one leaves it a chance. */
const MIN_FIXED_INTERVALS = 3;
/** Flags of such a peer. One that has not answered keeps no slot for longer, whatever interval it asked for. */
const STRETCHED = FLAG_FIXED_INTERVAL | FLAG_ANSWERED;

/** Told when one of two transfers with the same peer has its answer. */
export interface Rivals {
  endRival(transfer: Transfer, now: number): void;
}

export class Retransmission {
  /** Set by a server, whose transfers may have rivals. */
  rivals: Rivals | null = null;
  readonly initialIntervalMs: number;
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly giveUpMs: number;
  readonly lingerMs: number;

  /**
   * @param isClient whether this end asks: then it alone has chosen the interval.
   * @throws RangeError when an option is out of its range.
   */
  constructor(
    options: RetransmissionOptions,
    private readonly isClient: boolean,
  ) {
    this.minIntervalMs = checkedWait("minIntervalMs", options.minIntervalMs ?? MIN_INTERVAL_MS);
    this.maxIntervalMs = checkedWait("maxIntervalMs", options.maxIntervalMs ?? MAX_INTERVAL_MS);
    this.initialIntervalMs = checkedWait("initialIntervalMs", options.initialIntervalMs ?? INITIAL_INTERVAL_MS);
    this.giveUpMs = checkedWait("giveUpMs", options.giveUpMs ?? GIVE_UP_MS);
    this.lingerMs = checkedWait("lingerMs", options.lingerMs ?? LINGER_MS);
    if (this.maxIntervalMs < this.minIntervalMs) {
      throw new RangeError(`maxIntervalMs (${this.maxIntervalMs}) is below minIntervalMs (${this.minIntervalMs})`);
    }
  }

  /** Takes the answer to the outstanding message as a sample of the round trip, unless that was repeated (Karn's rule). */
  takeSample(transfer: Transfer, now: number): void {
    const sampleMs = now - transfer.sentAt;
    if (transfer.flags & UNUSUAL || sampleMs < 0 || sampleMs > MAX_ROUND_TRIP_MS) {
      if (transfer.flags & FLAG_RIVALLED) {
        this.rivals?.endRival(transfer, now);
      }
      transfer.flags = (transfer.flags & ~UNUSUAL) | FLAG_ANSWERED;
      return;
    }
    let variation = transfer.roundTripVariation;
    if (transfer.smoothedRoundTrip < 0) {
      transfer.flags |= FLAG_ANSWERED;
      transfer.smoothedRoundTrip = sampleMs * ROUND_TRIP_SCALE;
      variation = sampleMs * 2;
    } else {
      const difference = sampleMs - (transfer.smoothedRoundTrip >> 3);
      transfer.smoothedRoundTrip += difference;
      variation += (difference < 0 ? -difference : difference) - (variation >> 2);
    }
    transfer.roundTripVariation = variation;
    if (transfer.flags & FLAG_FIXED_INTERVAL) {
      return;
    }
    const intervalMs = (transfer.smoothedRoundTrip >> 3) + variation;
    transfer.intervalMs =
      intervalMs < this.minIntervalMs
        ? this.minIntervalMs
        : intervalMs > this.maxIntervalMs
          ? this.maxIntervalMs
          : intervalMs;
  }

  /** Prepares a repeat of the outstanding message: no sample from it, and a longer wait (RFC 6298 §5.5). */
  backOff(transfer: Transfer): void {
    const isSecondRepeat = (transfer.flags & FLAG_REPEATED) !== 0;
    transfer.flags |= isSecondRepeat ? FLAG_REPEATED_TWICE : FLAG_REPEATED;
    if (transfer.flags & FLAG_FIXED_INTERVAL) {
      return;
    }
    // A client that requests a download has sent no ACK yet.
    const isAcknowledging = transfer.isReceiving && transfer.port !== NO_PORT;
    if (isSecondRepeat && isAcknowledging && transfer.intervalMs < SILENCE_MS) {
      transfer.intervalMs = SILENCE_MS;
    } else if (transfer.intervalMs < this.maxIntervalMs) {
      transfer.intervalMs = Math.min(2 * transfer.intervalMs, this.maxIntervalMs);
    }
  }

  /** Returns the time at which a transfer without progress ends, or a lingering one frees its slot. */
  endsAt(transfer: Transfer): number {
    const waitMs = transfer.state === STATE_LINGERING ? this.lingerMs : this.giveUpMs;
    if ((transfer.flags & STRETCHED) !== STRETCHED || !(this.isClient || hasGoneOn(transfer))) {
      return transfer.progressAt + waitMs;
    }
    return transfer.progressAt + Math.max(waitMs, MIN_FIXED_INTERVALS * transfer.intervalMs);
  }
}

/** Whether the peer has answered more than once: anybody can ask for a long interval and answer the OACK. */
function hasGoneOn(transfer: Transfer): boolean {
  return transfer.state === STATE_LINGERING || transfer.confirmed > (transfer.isReceiving ? 1 : 0);
}

function checkedWait(name: string, value: number): number {
  return checked(name, value, 1, MAX_WAIT_MS);
}
