/** Lets so many exchanges with an upstream run at once. Others wait for their turn. */
export class Turns {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /**
   * Waits for a turn.
   *
   * @param signal ends the waiting.
   * @throws the reason of the signal.
   */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.free > 0) {
      this.free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const stop = (): void => {
        this.waiting.delete(start);
        reject(signal?.reason);
      };
      this.waiting.add(start);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /** Returns a turn, which the one that has waited longest gets. */
  give(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.free++;
    } else {
      this.waiting.delete(next);
      next();
    }
  }
}
