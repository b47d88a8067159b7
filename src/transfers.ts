/**
 * The fixed pool of transfers: every slot is made at the start, taken for a logical connection, and given back.
 */
import { FIRST_LISTENER } from "./host.js";
import { STATE_LINGERING, type Transfer } from "./transfer.js";

/** More than a machine has ports to give, and below the numbers of listening ports. */
export const MAX_TRANSFERS = FIRST_LISTENER;

/** All the slots that a pool has, made at the start. */
export function makeSlots<Slot extends Transfer>(count: number, make: (slot: number) => Slot): Slot[] {
  const slots: Slot[] = [];
  for (let slot = 0; slot < count; slot++) {
    slots.push(make(slot));
  }
  return slots;
}

export class Pool {
  /** Slots that nobody has. */
  freeCount: number;
  /** Slots of finished uploads, which only wait in case their last ACK is to be repeated. */
  lingeringCount = 0;

  /** All slots, by number. */
  private readonly slots: readonly Transfer[];
  /** The free slots are the first `freeCount` here. */
  private readonly freeSlots: Transfer[];
  /** Where the search for a lingering slot goes on. */
  private lingeringHand = 0;

  constructor(slots: readonly Transfer[]) {
    this.slots = slots;
    this.freeSlots = slots.slice().reverse();
    this.freeCount = slots.length;
  }

  /** The slot that `take` takes next; there must be a free one. */
  get nextFree(): Transfer {
    return this.freeSlots[this.freeCount - 1] as Transfer;
  }

  take(): void {
    this.freeCount--;
  }

  giveBack(transfer: Transfer): void {
    if (transfer.state === STATE_LINGERING) {
      this.lingeringCount--;
    }
    transfer.release();
    this.freeSlots[this.freeCount++] = transfer;
  }

  linger(transfer: Transfer): void {
    transfer.state = STATE_LINGERING;
    this.lingeringCount++;
  }

  /** A slot that lingers, each in its turn; there must be one. */
  get nextLingering(): Transfer {
    let transfer: Transfer;
    do {
      this.lingeringHand = (this.lingeringHand + 1) % this.slots.length;
      transfer = this.slots[this.lingeringHand] as Transfer;
    } while (transfer.state !== STATE_LINGERING);
    return transfer;
  }
}
