/**
 * The callbacks of a firmware author, called in the middle of the engine's work. What they throw goes no further: it
 * would leave the engine half-way, and an exception that left the callback of a socket would end the machine.
 */
import type { Outcome, TransferObserver, TransferView } from "../../src/index.js";
import { ErrorReport } from "./error-report.js";

/** The callbacks about transfers of `Owner`, which is a server or a client. */
export interface TransferCallbackOptions<Owner, View extends TransferView> {
  onStarted?(this: Owner, transfer: TransferView): void;
  onProgress?(this: Owner, transfer: TransferView): void;
  onEnded?(this: Owner, transfer: View, outcome: Outcome, durationMs: number): void;
  onError?(this: Owner, error: unknown): void;
}

export class TransferCallbacks<Owner, View extends TransferView>
  extends ErrorReport<Owner>
  implements TransferObserver
{
  constructor(
    protected override readonly owner: Owner,
    private readonly callbacks: TransferCallbackOptions<Owner, View>,
  ) {
    super(owner, callbacks.onError);
  }

  started(transfer: TransferView): void {
    try {
      this.callbacks.onStarted?.call(this.owner, transfer);
    } catch (error) {
      this.failed(error);
    }
  }

  progressed(transfer: TransferView): void {
    if (this.callbacks.onProgress !== undefined) {
      try {
        this.callbacks.onProgress.call(this.owner, transfer);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  ended(transfer: View, outcome: Outcome, now: number): void {
    try {
      this.callbacks.onEnded?.call(this.owner, transfer, outcome, now - transfer.startedAt);
    } catch (error) {
      this.failed(error);
    }
  }
}
