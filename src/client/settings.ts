/** Options of a client, with their ranges and defaults. */
import { ANY_SIZE, numberOption, type RetransmissionOptions, transfersOption } from "../settings.js";

/** Options of a client. */
export interface ClientOptions extends RetransmissionOptions {
  /** Transfers at once, 1 to 65,536. Default 1. */
  maxTransfers?: number;
  /** Largest download in bytes, 0 or more; a larger one is aborted with ERROR 3. Default: no limit. */
  maxSizeBytes?: number;
}

/** The options of a client, checked and complete. */
export class ClientSettings {
  readonly maxTransfers: number;
  readonly maxSizeBytes: number;

  /**
   * @throws RangeError when an option is out of its range.
   */
  constructor(options: ClientOptions) {
    this.maxTransfers = transfersOption(options, "maxTransfers", 1);
    this.maxSizeBytes = numberOption(options, "maxSizeBytes", ANY_SIZE, 0, ANY_SIZE);
  }
}
