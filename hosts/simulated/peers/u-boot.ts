/**
 * U-Boot (net/tftp.c): a loader whose only repeats come from a timer of five seconds.
 *
 * - Asks for `timeout` 5, `tsize` 0, `blksize` 1468 and perhaps a window; ends with ERROR 8 if the OACK changes the
 *   timeout or has larger blocks.
 * - Does not acknowledge a repeated block: only its own timer repeats the ACK.
 * - ERROR 1 and 2 end it; after any other it starts again from the same port.
 * - Closes its port after its last ACK.
 */
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_NOT_FOUND } from "../../../src/index.js";
import { numberOf } from "../wire/messages.js";
import type { SimulatedClientOptions } from "./client.js";
import { GetClient } from "./get-client.js";
import type { SimulatedWorld } from "./peer.js";

const TIMEOUT_SECONDS = 5;
const MAX_RETRIES = 10;
/** The real one never stops; a simulation must end. */
const MAX_STARTS = 4;
const START_AGAIN_MS = 10;

/** U-Boot's client. */
export class UBoot extends GetClient {
  private starts = 1;

  constructor(world: SimulatedWorld, options: SimulatedClientOptions) {
    super(world, {
      timeoutSeconds: TIMEOUT_SECONDS,
      blockSizeBytes: 1468,
      tellsSize: true,
      ...options,
      retryMs: TIMEOUT_SECONDS * 1000,
      maxRetries: MAX_RETRIES,
    });
  }

  protected override receivedOutOfOrder(): void {}

  protected override receivedError(message: Uint8Array): void {
    const code = numberOf(message);
    if (code === ERROR_FILE_NOT_FOUND || code === ERROR_ACCESS_VIOLATION || ++this.starts > MAX_STARTS) {
      super.receivedError(message);
    } else {
      this.restart(START_AGAIN_MS);
    }
  }
}
