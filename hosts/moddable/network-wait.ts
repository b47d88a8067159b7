/**
 * Waits for the network of a board. Opening a socket throws as long as no network interface is up, and no event announces that
 * one is, so it is tried again and again.
 */
import Timer from "timer";
import { checked } from "../../src/index.js";

/** A network takes seconds to come up, and a failed attempt leaves some garbage. */
const TRY_AGAIN_MS = 500;
/** 24 days: a board counts milliseconds in 32 bits. */
const MAX_WAIT_MS = 0x7fffffff;

/** Options of a server or a client, as far as the wait needs them. */
export interface NetworkWaitOptions {
  readonly maxNetworkWaitMs?: number;
  readonly onReady?: unknown;
}

/** Learns how the wait ends. None of this may throw. */
export interface NetworkWaitListener {
  ready(): void;
  gaveUp(error: Error): void;
}

/**
 * Opens now or when the network is up. Throws as the constructor of {@link NetworkWait} does.
 *
 * @returns null if there is nothing to wait for and no onReady: that costs no memory.
 */
export function openNetwork(
  open: () => void,
  options: NetworkWaitOptions,
  listener: NetworkWaitListener,
): NetworkWait | null {
  if ((options.maxNetworkWaitMs ?? 0) === 0 && options.onReady === undefined) {
    open();
    return null;
  }
  return new NetworkWait(open, options, listener);
}

export class NetworkWait {
  private timer: Timer | null = null;
  private waitedMs = 0;
  private readonly maxWaitMs: number;

  /**
   * Opens at once, and tells the listener from a timer, so that the caller's constructor is done by then.
   *
   * @throws RangeError if `maxNetworkWaitMs` is out of range; if it is 0, what `open` throws.
   */
  constructor(
    private readonly open: () => void,
    { maxNetworkWaitMs, onReady }: NetworkWaitOptions,
    private readonly listener: NetworkWaitListener,
  ) {
    this.maxWaitMs = checked("maxNetworkWaitMs", maxNetworkWaitMs ?? 0, 0, MAX_WAIT_MS);
    try {
      open();
      if (onReady !== undefined) {
        this.timer = Timer.set(() => this.succeed(), 0);
      }
    } catch (error) {
      if (this.maxWaitMs === 0) {
        throw error;
      }
      this.timer = Timer.repeat(() => this.tryAgain(), TRY_AGAIN_MS);
    }
  }

  stop(): void {
    if (this.timer !== null) {
      Timer.clear(this.timer);
      this.timer = null;
    }
  }

  /** The SDK destroys a timer that does not repeat. */
  private succeed(): void {
    this.timer = null;
    this.listener.ready();
  }

  private tryAgain(): void {
    this.waitedMs += TRY_AGAIN_MS;
    try {
      this.open();
    } catch (error) {
      if (this.waitedMs >= this.maxWaitMs) {
        this.stop();
        this.listener.gaveUp(timedOut(error, this.waitedMs));
      }
      return;
    }
    this.stop();
    this.listener.ready();
  }
}

function timedOut(cause: unknown, waitedMs: number): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`No network in ${waitedMs / 1000} s (${reason}); start one, or allow a longer maxNetworkWaitMs`, {
    cause,
  });
}
