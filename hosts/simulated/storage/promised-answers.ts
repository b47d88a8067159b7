/**
 * Promises of a storage. They settle in reality, while virtual time stands still, so that a run is the same however long they
 * take. Their answers arrive after a delay of virtual time.
 */
import type { Settled } from "../../common/later/held-request.js";

export class PromisedAnswers {
  private promised: Promise<() => void>[] = [];

  /** @param arrive schedules the arrival of an answer. */
  constructor(private readonly arrive: (answer: () => void) => void) {}

  /** Whether the storage has returned promises that were not awaited yet. */
  get areAwaited(): boolean {
    return this.promised.length > 0;
  }

  add(promise: PromiseLike<unknown>, settled: (settled: Settled) => void): void {
    const answer = Promise.resolve(promise).then(
      (value) => () => settled({ isRejected: false, value }),
      (value: unknown) => () => settled({ isRejected: true, value }),
    );
    this.promised.push(answer);
  }

  /** Waits until all promises have settled, and has their answers arrive in the order of the requests. */
  async settle(): Promise<void> {
    const promised = this.promised;
    this.promised = [];
    for (const answer of await Promise.all(promised)) {
      this.arrive(answer);
    }
  }
}
