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
const VAIN_LOOKS_MAX = 8;
/** Packets after which it is tried again. */
const PAUSE_PACKETS = 2000;
/** So many packets in a row that were there without a wait, and it stops, too. */
const UNWAITED_PACKETS_MAX = 32;
/** For a shorter while: such a row can also be an accident, on a machine with much to do. */
const SHORT_PAUSE_PACKETS = 512;

export class BusyPolling {
  private readonly enabled: boolean;
  private lookingUntil = 0;
  private isLooking = false;
  private vainLooks = 0;
  /** Turns of the event loop since the last packet. In the second at the earliest it has waited for the next one. */
  private turns = 0;
  private unwaitedPackets = 0;
  private pausedPackets = 0;

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
      this.unwaitedPackets = this.turns < 2 ? this.unwaitedPackets + 1 : 0;
      if (this.unwaitedPackets >= UNWAITED_PACKETS_MAX) {
        this.pause(SHORT_PAUSE_PACKETS);
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
    if (this.pausedPackets === 0 && ++this.vainLooks >= VAIN_LOOKS_MAX) {
      this.pause(PAUSE_PACKETS);
    }
  };

  private pause(packets: number): void {
    this.vainLooks = 0;
    this.unwaitedPackets = 0;
    this.pausedPackets = packets;
  }
}
