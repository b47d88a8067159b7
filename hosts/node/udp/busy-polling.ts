/**
 * Looks for the next packet for a short time before the process sleeps. In lock-step the peer's answer often comes
 * within microseconds, sooner than a sleeping processor core wakes up.
 *
 * While it looks it keeps a core busy; so it stops where that does not pay: when the answers come later (a slow peer), when
 * the next packet is there already (many transfers, or a peer that runs on this very core), and when no packet comes at
 * all. It never runs while nothing is transferred.
 */
/** Longer than a peer on the same machine or wire takes to answer, shorter than it takes to wake up. */
const LOOK_MS = 0.05;
/** So many looks in vain in a row, and it stops for a while. */
const MAX_VAIN_LOOKS = 8;
/** After so many packets it is judged whether it pays. */
const JUDGED_PACKETS = 64;
/** It pays when at least so many of them were waited for; the others were there already. */
const MIN_WAITED_PACKETS = 16;
/** It stops for so many packets at first: what looked bad can be an accident, on a machine with much to do. */
const MIN_PAUSE_PACKETS = 512;
/** And for twice as many each time that it has not paid again, up to this: under a second of lock-step with a peer near enough. */
const MAX_PAUSE_PACKETS = 8192;

export class BusyPolling {
  private readonly enabled: boolean;
  private lookingUntil = 0;
  private isLooking = false;
  private vainLooks = 0;
  /** Turns of the event loop since the last packet. In the second at the earliest it has waited for the next one. */
  private turns = 0;
  private packets = 0;
  private waitedPackets = 0;
  private pausedPackets = 0;
  private nextPausePackets = MIN_PAUSE_PACKETS;

  constructor(enabled: boolean) {
    this.enabled = enabled;
  }

  /** A packet of a running transfer has been answered, and the next is awaited. */
  packetAnswered(): void {
    if (!this.enabled) {
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
      this.vainLooks = 0;
      this.packets++;
      if (this.turns >= 2) {
        this.waitedPackets++;
      }
      if (this.packets === JUDGED_PACKETS) {
        this.judge();
      }
    }
    this.turns = 0;
    this.lookingUntil = performance.now() + LOOK_MS;
  }

  /** Each turn of the event loop asks the system for packets without waiting, as long as an immediate is due. */
  private readonly look = (): void => {
    this.turns++;
    if (this.pausedPackets === 0 && performance.now() < this.lookingUntil) {
      setImmediate(this.look);
      return;
    }
    this.isLooking = false;
    if (this.pausedPackets === 0 && ++this.vainLooks >= MAX_VAIN_LOOKS) {
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
    this.vainLooks = 0;
    this.pausedPackets = this.nextPausePackets;
    this.nextPausePackets = Math.min(2 * this.nextPausePackets, MAX_PAUSE_PACKETS);
  }
}
