/** The callbacks of a server's author, and the records for its status page. */
import type { Address, Observer, Outcome, TransferView } from "../../src/index.js";
import type TFTPServer from "./server.js";
import type { TFTPServerOptions } from "./server.js";
import { TransferCallbacks } from "./transfer-callbacks.js";

export class Callbacks extends TransferCallbacks<TFTPServer, TransferView> implements Observer {
  constructor(
    server: TFTPServer,
    private readonly options: TFTPServerOptions,
  ) {
    super(server, options);
  }

  /** What the engine tells, or null when nobody wants to hear it, which costs the engine nothing. */
  get observer(): Observer | null {
    const { onStarted, onProgress, onEnded, onRefused, records } = this.options;
    const isWanted = (onStarted ?? onProgress ?? onEnded ?? onRefused ?? records) !== undefined;
    return isWanted ? this : null;
  }

  /** Whether a request from `address` is to be answered. */
  isWelcome(address: Address): boolean {
    try {
      return this.options.onRequest === undefined || this.options.onRequest.call(this.owner, address);
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  override ended(transfer: TransferView, outcome: Outcome, now: number): void {
    try {
      this.options.records?.ended(transfer, outcome, now);
    } catch (error) {
      this.failed(error);
    }
    super.ended(transfer, outcome, now);
  }

  refused(name: string, isUpload: boolean, errorCode: number, address: Address): void {
    try {
      this.options.records?.refused(isUpload, errorCode);
      this.options.onRefused?.call(this.owner, name, isUpload, errorCode, address);
    } catch (error) {
      this.failed(error);
    }
  }
}
