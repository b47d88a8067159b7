/**
 * The callbacks of a firmware author, called in the middle of the engine's work. What they throw goes no further: it
 * would leave the engine half-way, and an exception that left the callback of a socket would end the machine.
 */
import type { Address, Observer, Outcome, TransferView } from "../../src/index.js";
import type TFTPServer from "./server.js";
import type { TFTPServerOptions } from "./server.js";

export class Callbacks implements Observer {
  constructor(
    private readonly server: TFTPServer,
    private readonly options: TFTPServerOptions,
  ) {}

  /** What the engine tells, or null when nobody wants to hear it, which costs the engine nothing. */
  get observer(): Observer | null {
    const { onStarted, onProgress, onEnded, onRefused, records } = this.options;
    const isWanted = (onStarted ?? onProgress ?? onEnded ?? onRefused ?? records) !== undefined;
    return isWanted ? this : null;
  }

  /** Whether a request from `address` is to be answered. */
  isWelcome(address: Address): boolean {
    try {
      return this.options.onRequest === undefined || this.options.onRequest.call(this.server, address);
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  started(transfer: TransferView): void {
    try {
      this.options.onStarted?.call(this.server, transfer);
    } catch (error) {
      this.failed(error);
    }
  }

  progressed(transfer: TransferView): void {
    if (this.options.onProgress !== undefined) {
      try {
        this.options.onProgress.call(this.server, transfer);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  ended(transfer: TransferView, outcome: Outcome, now: number): void {
    try {
      this.options.records?.ended(transfer, outcome, now);
      this.options.onEnded?.call(this.server, transfer, outcome, now - transfer.startedAt);
    } catch (error) {
      this.failed(error);
    }
  }

  refused(name: string, isUpload: boolean, errorCode: number, address: Address): void {
    try {
      this.options.records?.refused(isUpload, errorCode);
      this.options.onRefused?.call(this.server, name, isUpload, errorCode, address);
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    try {
      this.options.onError?.call(this.server, error);
    } catch {
      // Nobody is left to be told.
    }
  }
}
