/**
 * Reports what storages, callbacks and sockets throw: to the firmware author's `onError` or, without one, on the console.
 */
import { DISK_FULL, FAILED, type Refusal } from "../../src/index.js";
import type { ErrorListener } from "../common/error-listener.js";
import type { StorageErrors } from "../common/guarded-storage.js";

export class ErrorReport<Owner> implements ErrorListener, StorageErrors {
  constructor(
    protected readonly owner: Owner,
    private readonly onError: ((this: Owner, error: unknown) => void) | undefined,
  ) {}

  failed(error: unknown): void {
    try {
      if (this.onError === undefined) {
        trace(`TFTP: ${String(error)}\n`);
      } else {
        this.onError.call(this.owner, error);
      }
    } catch {
      // Thrown by `onError`, or by an error that has no text. It must not end the machine.
    }
  }

  /** Only an exception in `write` says that the file system of a board is full. */
  refuse(error: unknown, isWriting: boolean): Refusal {
    this.failed(error);
    return isWriting ? DISK_FULL : FAILED;
  }
}
