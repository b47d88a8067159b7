/**
 * When to send again: an estimate of the round trip in integers, back-off, and giving up (RFC 6298, RFC 1123 §4.2.3.2).
 *
 * `intervalMs` is the wait before the first repeat of a message. Later waits follow from the time that it has been waited for,
 * so progress ends every back-off by itself. Three things make the interval longer than the estimate: Karn's rule until the
 * next sample, a peer that was found to pause, and an interval that was agreed.
 */
import { numberOption, type RetransmissionOptions } from "./settings.js";
import {
  FLAG_ANSWERED,
  FLAG_ANSWERED_LATE,
  FLAG_FIXED_INTERVAL,
  FLAG_NEEDLESS_REPEAT,
  FLAG_PEER_PAUSES,
  FLAG_REPEATED,
  FLAG_REPEATED_TWICE,
  FLAG_RIVALLED,
  NO_PORT,
  ROUND_TRIP_SCALE,
  STATE_LINGERING,
  STATE_RECEIVING,
  type Transfer,
} from "./transfer.js";

const INITIAL_INTERVAL_MS = 300;
/**
 * Many devices pause for 40 to 200 ms while they write to flash, and some of them hang, or write it twice, if a block comes
 * again meanwhile. A lost block costs this much, so it is hardly longer than that.
 */
const MIN_INTERVAL_MS = 250;
const MAX_INTERVAL_MS = 4000;
const GIVE_UP_MS = 25_000;
const LINGER_MS = 12_000;
/** A day, the upper limit of every time that a host may set. */
const MAX_WAIT_MS = 86_400_000;

/** Samples above this are discarded: the clock jumped or the peer slept. */
const MAX_ROUND_TRIP_MS = 60_000;
/**
 * After two unanswered repeats of an ACK, stay silent this long: the DATA was lost, and tftp-hpa restarts its 5 s timer on
 * every packet it receives, so a chatty server would keep it from ever resending. Where an interval was agreed, the silence
 * is longer than two of them, since such a client may wait for longer than it said.
 */
const SILENCE_MS = 6000;
/** The DATA of a client that waits for exactly two intervals arrives before the silence ends. */
const SILENCE_MARGIN_MS = 1000;
/** A peer with a negotiated interval is waited for at least this many intervals, so that a long one leaves it a chance. */
const MIN_FIXED_INTERVALS = 3;
/** A receiver's two repeats and the silence after them take little more than four, and the DATA needs time to arrive. */
const MIN_FIXED_INTERVALS_RECEIVING = 5;
/** Flags of such a peer. One that has not answered keeps no slot for longer, whatever interval it asked for. */
const STRETCHED = FLAG_FIXED_INTERVAL | FLAG_ANSWERED;

/** Told when one of two transfers with the same peer has its answer. */
export interface Rivals {
  endRival(transfer: Transfer, now: number): void;
}
/** A clock in whole milliseconds errs by this much at most, at either end of a time. */
const CLOCK_MS = 2;
/** A doubt takes a quarter from the wait: three of them undo one needless repeat, which doubles it. */
const DOUBT_SHIFT = 2;
/** Flags that end with the next answer, and for which that is not simply a sample. */
const UNSETTLED = FLAG_REPEATED | FLAG_REPEATED_TWICE | FLAG_RIVALLED | FLAG_ANSWERED_LATE | FLAG_NEEDLESS_REPEAT;
/** Flags of an interval that samples do not make shorter. */
const KEPT = FLAG_FIXED_INTERVAL | FLAG_PEER_PAUSES;
/** Flags with which a second answer changes nothing. */
const NOTHING_TO_LEARN = FLAG_FIXED_INTERVAL | FLAG_NEEDLESS_REPEAT | FLAG_REPEATED;

export class Retransmission {
  /** Set by a server, whose transfers may have rivals; null at a client. */
  rivals: Rivals | null = null;
  readonly initialIntervalMs: number;
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly giveUpMs: number;
  readonly lingerMs: number;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: RetransmissionOptions) {
    const longestMs = waitOption(options, "maxIntervalMs", MAX_INTERVAL_MS);
    const minIntervalMs = waitOption(options, "minIntervalMs", Math.min(MIN_INTERVAL_MS, longestMs));
    this.minIntervalMs = minIntervalMs;
    this.maxIntervalMs = options.maxIntervalMs ?? Math.max(longestMs, minIntervalMs);
    this.initialIntervalMs = waitOption(options, "initialIntervalMs", Math.max(INITIAL_INTERVAL_MS, minIntervalMs));
    this.giveUpMs = waitOption(options, "giveUpMs", GIVE_UP_MS);
    this.lingerMs = waitOption(options, "lingerMs", LINGER_MS);
    if (this.maxIntervalMs < this.minIntervalMs) {
      throw new RangeError(`maxIntervalMs (${this.maxIntervalMs}) is below minIntervalMs (${this.minIntervalMs})`);
    }
  }

  /**
   * Takes the answer to the outstanding message as a sample of the round trip, unless that was repeated (Karn's rule). Called
   * before `progressAt` is set to `now`.
   */
  takeSample(transfer: Transfer, now: number): void {
    const sampleMs = now - transfer.sentAt;
    if (transfer.flags & UNSETTLED || sampleMs < 0 || sampleMs > MAX_ROUND_TRIP_MS) {
      if (!this.settle(transfer, sampleMs, now)) {
        return;
      }
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
    const intervalMs = (transfer.smoothedRoundTrip >> 3) + variation;
    if (transfer.flags & KEPT) {
      if (transfer.flags & FLAG_FIXED_INTERVAL || intervalMs < transfer.intervalMs) {
        return;
      }
    }
    transfer.intervalMs =
      intervalMs < this.minIntervalMs
        ? this.minIntervalMs
        : intervalMs > this.maxIntervalMs
          ? this.maxIntervalMs
          : intervalMs;
  }

  /**
   * Notes whether the answer came after a repeat, and keeps the longer wait until the next sample (Karn). One exception: an
   * answer one round trip after the first repeat shows that something was lost, which says nothing about the peer's pace.
   *
   * @param sampleMs time since the message was last sent.
   * @returns whether that is a round trip.
   */
  private settle(transfer: Transfer, sampleMs: number, now: number): boolean {
    const { flags, intervalMs } = transfer;
    if (flags & FLAG_RIVALLED) {
      // Asked for here only, so that the usual answer takes no longer.
      this.rivals?.endRival(transfer, now);
    }
    transfer.flags = (flags & ~UNSETTLED) | FLAG_ANSWERED;
    if (flags & FLAG_ANSWERED_LATE) {
      // The last repeat was of use: the message, or its answer, had been lost.
      this.doubtPauses(transfer);
    }
    if (!(flags & FLAG_REPEATED)) {
      return !(flags & FLAG_RIVALLED) && sampleMs >= 0 && sampleMs <= MAX_ROUND_TRIP_MS;
    }
    const waitedMs = transfer.sentAt - transfer.progressAt;
    if (waitedMs >= intervalMs) {
      transfer.flags |= FLAG_ANSWERED_LATE;
      const differenceMs = Math.abs(sampleMs - (transfer.smoothedRoundTrip >> 3));
      const isLoss = waitedMs < 2 * intervalMs && differenceMs <= transfer.roundTripVariation + CLOCK_MS;
      if (!isLoss && !(flags & KEPT)) {
        transfer.intervalMs = this.longerWaitMs(intervalMs, waitedMs);
      }
    }
    return false;
  }

  /**
   * Counts a message that came again, and learns from it if it answers the message before the outstanding one (`ahead` is 0). If
   * that had been repeated, the repeat was needless: the peer had only paused, and it may do so at every block. The wait grows
   * past that pause, and samples do not make it shorter. Otherwise something doubles datagrams, and such an answer proves little.
   */
  noteRepeated(transfer: Transfer, ahead: number, now: number): void {
    const { flags, intervalMs } = transfer;
    transfer.duplicates++;
    // If it comes later than this, the peer's timer has repeated the answer.
    if (ahead !== 0 || now - transfer.sentAt >= this.minIntervalMs || flags & NOTHING_TO_LEARN) {
      return;
    }
    if (flags & FLAG_ANSWERED_LATE) {
      transfer.flags = (flags & ~FLAG_ANSWERED_LATE) | FLAG_NEEDLESS_REPEAT | FLAG_PEER_PAUSES;
      transfer.intervalMs = this.longerWaitMs(intervalMs, intervalMs);
    } else {
      this.doubtPauses(transfer);
    }
  }

  /** Shortens the wait for a peer that seemed to pause. If it does pause, the next needless repeat makes the wait longer. */
  private doubtPauses(transfer: Transfer): void {
    if (transfer.flags & FLAG_PEER_PAUSES) {
      transfer.intervalMs = Math.max(this.minIntervalMs, transfer.intervalMs - (transfer.intervalMs >> DOUBT_SHIFT));
    }
  }

  /**
   * Returns how long to wait for the answer, counted from `sentAt`. A message that was repeated waits longer, by the time that
   * it has been waited for in all: this doubles the wait (RFC 6298 §5.5). The second repeat is an exception once the round trip
   * is known: a message that was lost twice is likelier than a peer that takes twice as long, and loss must stay cheap.
   */
  waitMs(transfer: Transfer): number {
    const intervalMs = transfer.intervalMs;
    const waitedMs = transfer.sentAt - transfer.progressAt;
    const isTwoRepeats = waitedMs >= 2 * intervalMs;
    // A client that requests a download has sent no ACK yet.
    if (isTwoRepeats && transfer.isReceiving && transfer.port !== NO_PORT) {
      return Math.max(SILENCE_MS, 2 * intervalMs + SILENCE_MARGIN_MS);
    }
    const isConstant = transfer.flags & FLAG_FIXED_INTERVAL || (!isTwoRepeats && transfer.smoothedRoundTrip >= 0);
    return isConstant ? intervalMs : this.longerWaitMs(intervalMs, waitedMs);
  }

  /** Returns an interval and more, but at most `maxIntervalMs` or what the interval is already. */
  private longerWaitMs(intervalMs: number, moreMs: number): number {
    return Math.max(intervalMs, Math.min(intervalMs + moreMs, this.maxIntervalMs));
  }

  /** Returns the time at which a transfer without progress ends, or a lingering one frees its slot. */
  endsAt(transfer: Transfer): number {
    const waitMs = transfer.state === STATE_LINGERING ? this.lingerMs : this.giveUpMs;
    // A client alone has chosen the interval.
    if ((transfer.flags & STRETCHED) !== STRETCHED || !(this.rivals === null || hasGoneOn(transfer))) {
      return transfer.progressAt + waitMs;
    }
    const intervals = transfer.state === STATE_RECEIVING ? MIN_FIXED_INTERVALS_RECEIVING : MIN_FIXED_INTERVALS;
    return transfer.progressAt + Math.max(waitMs, intervals * transfer.intervalMs);
  }
}

/** Whether the peer has answered more than once: anybody can ask for a long interval and answer the OACK. */
function hasGoneOn(transfer: Transfer): boolean {
  return transfer.state === STATE_LINGERING || transfer.confirmed > (transfer.isReceiving ? 1 : 0);
}

function waitOption(options: RetransmissionOptions, name: keyof RetransmissionOptions, byDefault: number): number {
  return numberOption(options, name, byDefault, 1, MAX_WAIT_MS);
}
