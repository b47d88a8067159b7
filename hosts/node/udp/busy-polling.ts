/**
 * Looks for the next packet for a short time before the process sleeps. In lock-step the peer's answer often comes
 * within microseconds, sooner than a sleeping processor core wakes up.
 *
 * Looking keeps a core busy, so it pauses where it does not pay: when answers come later (a slow peer), when the next
 * packet is there already (many transfers, or a peer that runs on this very core), and when no packet comes at all. It
 * never runs while nothing is transferred.
 */
import { exactNow } from "../clock.js";

/** Longer than a peer on the same machine or wire takes to answer, shorter than it takes to wake up. */
const LOOK_MS = 0.05;
/** Pause after this many consecutive looks that found nothing. */
const MAX_EMPTY_LOOKS = 8;
/** Packets after which it is judged whether looking pays. */
const JUDGED_PACKETS = 64;
/**
 * Looking pays when at least this many of them were waited for; the others were there already. One in eight is enough, since
 * waking up costs as much time as several packets.
 */
const MIN_WAITED_PACKETS = 8;
/** The first pause. It is short: on a busy machine what looked bad can be an accident. */
const MIN_PAUSE_PACKETS = 512;
/** Each further pause is twice as long, up to this: under a second of lock-step with a peer near enough. */
const MAX_PAUSE_PACKETS = 8192;

export class BusyPolling {
  private lookingUntil = 0;
  private isLooking = false;
  private emptyLooks = 0;
  /** Turns of the event loop since the last packet. From the second one on it has waited for the next packet. */
  private turns = 0;
  private packets = 0;
  private waitedPackets = 0;
  private pausedPackets = 0;
  private nextPausePackets = MIN_PAUSE_PACKETS;

  /** @param engine whose packets are awaited. */
  constructor(private readonly engine: { readonly running: number }) {}

  /** Looks for the next packet, after one was answered, if a transfer is running. */
  expectPacket(): void {
    if (this.engine.running === 0) {
      return;
    }
    if (this.pausedPackets > 0) {
      this.pausedPackets--;
      return;
    }
    if (!this.isLooking) {
      this.isLooking = true;
      setImmediate(this.look);
    } else {
      this.emptyLooks = 0;
      this.packets++;
      if (this.turns >= 2) {
        this.waitedPackets++;
      }
      if (this.packets === JUDGED_PACKETS) {
        this.judge();
      }
    }
    this.turns = 0;
    this.lookingUntil = exactNow() + LOOK_MS;
  }

  /** While an immediate is due, each turn of the event loop asks the system for packets without waiting. */
  private readonly look = (): void => {
    this.turns++;
    if (this.pausedPackets === 0 && exactNow() < this.lookingUntil) {
      setImmediate(this.look);
      return;
    }
    this.isLooking = false;
    if (this.pausedPackets === 0 && ++this.emptyLooks >= MAX_EMPTY_LOOKS) {
      this.pause();
    }
  };

  private judge(): void {
    if (this.waitedPackets < MIN_WAITED_PACKETS) {
      this.pause();
    } else {
      this.nextPausePackets = MIN_PAUSE_PACKETS;
    }
    this.packets = 0;
    this.waitedPackets = 0;
  }

  private pause(): void {
    this.emptyLooks = 0;
    this.pausedPackets = this.nextPausePackets;
    this.nextPausePackets = Math.min(2 * this.nextPausePackets, MAX_PAUSE_PACKETS);
  }
}
