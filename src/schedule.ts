/**
 * Which transfer is due next: a binary heap of the transfers in use, by `wakeAt`. The free ones follow in the same array.
 *
 * A transfer's deadline moves with every packet, nearly always to a later time. The heap is not told of that: it wakes the
 * transfer at the earlier time, finds that nothing is due yet, and puts it back. So a packet costs the schedule nothing,
 * however many transfers there are, and a wake-up costs a few comparisons.
 */
import type { Transfer } from "./transfer.js";

/** Value of `nextAt` when nothing is scheduled. */
export const NEVER = Number.POSITIVE_INFINITY;

export class Schedule {
  /**
   * Time of the first wake-up, or {@link NEVER}. Begins as undefined: a field with large numbers only is a double to V8, whose
   * interpreter makes an object to read it.
   */
  nextAt: number = undefined as unknown as number;
  /** Number of transfers in use. */
  size = 0;
  /** The transfers in use, as a heap, and after them the free ones. */
  private readonly heap: Transfer[];

  constructor(pool: readonly Transfer[]) {
    this.heap = pool.slice();
    this.nextAt = NEVER;
  }

  /** The transfer that `add` takes next; one must be free. */
  get nextFree(): Transfer {
    return this.heap[this.size] as Transfer;
  }

  /** The transfer to wake first. There must be one: `nextAt` is not {@link NEVER}. */
  get first(): Transfer {
    return this.heap[0] as Transfer;
  }

  /** Takes the next free transfer, after it has begun. */
  add(wakeAt: number): void {
    const transfer = this.nextFree;
    transfer.wakeAt = wakeAt;
    this.siftUp(transfer, this.size++);
  }

  /** Puts a transfer back to the free ones. */
  remove(transfer: Transfer): void {
    const index = transfer.heapIndex;
    const last = this.heap[--this.size] as Transfer;
    if (last !== transfer) {
      if (last.wakeAt < transfer.wakeAt) {
        this.siftUp(last, index);
      } else {
        this.siftDown(last, index);
      }
    } else if (index === 0) {
      this.nextAt = NEVER;
    }
    this.heap[this.size] = transfer;
  }

  /** Counts the interval of a message that was sent now. It may have become shorter than the heap knows. */
  awaitAnswer(transfer: Transfer, now: number): void {
    transfer.sentAt = now;
    if (now + transfer.intervalMs < transfer.wakeAt) {
      this.move(transfer, now + transfer.intervalMs);
    }
  }

  /** Wakes the transfer at `wakeAt` instead of its present time. */
  move(transfer: Transfer, wakeAt: number): void {
    const earlier = wakeAt < transfer.wakeAt;
    transfer.wakeAt = wakeAt;
    if (earlier) {
      this.siftUp(transfer, transfer.heapIndex);
    } else {
      this.siftDown(transfer, transfer.heapIndex);
    }
  }

  /** Wakes every transfer at `wakeAt`. */
  moveAll(wakeAt: number): void {
    for (let index = 0; index < this.size; index++) {
      (this.heap[index] as Transfer).wakeAt = wakeAt;
      this.nextAt = wakeAt;
    }
  }

  private siftUp(transfer: Transfer, from: number): void {
    const heap = this.heap;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as Transfer;
      if (parent.wakeAt <= transfer.wakeAt) {
        break;
      }
      heap[index] = parent;
      parent.heapIndex = index;
      index = above;
    }
    this.place(transfer, index);
  }

  private siftDown(transfer: Transfer, from: number): void {
    const heap = this.heap;
    const size = this.size;
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= size) {
        break;
      }
      let child = heap[below] as Transfer;
      if (below + 1 < size && (heap[below + 1] as Transfer).wakeAt < child.wakeAt) {
        child = heap[++below] as Transfer;
      }
      if (transfer.wakeAt <= child.wakeAt) {
        break;
      }
      heap[index] = child;
      child.heapIndex = index;
      index = below;
    }
    this.place(transfer, index);
  }

  private place(transfer: Transfer, index: number): void {
    this.heap[index] = transfer;
    transfer.heapIndex = index;
    this.nextAt = this.first.wakeAt;
  }
}
