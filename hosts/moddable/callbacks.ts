/**
 * Calls the callbacks of a firmware author, in the middle of the engine's work. What they throw goes no further: it would
 * leave the engine half-way, and an exception that leaves the callback of a socket ends the machine.
 */
import type { Outcome, TransferObserver, TransferView } from "../../src/index.js";
import { ErrorReport } from "./error-report.js";
import type { NetworkWaitListener } from "./network-wait.js";
import { type TFTPTransfer, viewOf } from "./views.js";

/** An owner of callbacks, which is closed when the network does not come up. */
interface Closable {
  close(): void;
}

/** The callbacks of `Owner`, a server or a client. */
export interface CallbackOptions<Owner, View extends TransferView> {
  onReady?(this: Owner): void;
  onStarted?(this: Owner, transfer: TFTPTransfer): void;
  onProgress?(this: Owner, transfer: TFTPTransfer): void;
  onEnded?(this: Owner, transfer: View & TFTPTransfer, outcome: Outcome, durationMs: number): void;
  onError?(this: Owner, error: unknown): void;
}

export class Callbacks<Owner extends Closable, View extends TransferView, Options extends CallbackOptions<Owner, View>>
  extends ErrorReport<Owner>
  implements TransferObserver, NetworkWaitListener
{
  /** By slot; made when its first transfer is shown. */
  private readonly views: (View & TFTPTransfer)[] = [];

  constructor(
    owner: Owner,
    protected readonly options: Options,
  ) {
    super(owner, options.onError);
  }

  ready(): void {
    try {
      this.options.onReady?.call(this.owner);
    } catch (error) {
      this.failed(error);
    }
  }

  gaveUp(error: Error): void {
    this.owner.close();
    this.failed(error);
  }

  started(transfer: TransferView): void {
    try {
      this.options.onStarted?.call(this.owner, this.shown(transfer as View));
    } catch (error) {
      this.failed(error);
    }
  }

  progressed(transfer: TransferView): void {
    if (this.options.onProgress !== undefined) {
      try {
        this.options.onProgress.call(this.owner, this.shown(transfer as View));
      } catch (error) {
        this.failed(error);
      }
    }
  }

  ended(transfer: View, outcome: Outcome, now: number): void {
    try {
      this.options.onEnded?.call(this.owner, this.shown(transfer), outcome, now - transfer.startedAt);
    } catch (error) {
      this.failed(error);
    }
  }

  /** The view of a transfer, with its address as a text. */
  shown(transfer: View): View & TFTPTransfer {
    this.views[transfer.slot] ??= viewOf(transfer);
    return this.views[transfer.slot] as View & TFTPTransfer;
  }
}
