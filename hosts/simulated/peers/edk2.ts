/**
 * EDK2, the PXE boot of UEFI (PxeBcMtftp.c, Mtftp4Rrq.c): asks twice.
 *
 * - First it only wants the size: `tsize` 0, `blksize` 1468, `windowsize` 4. It answers the OACK with ERROR 8 "User aborted
 *   the transfer". It takes an OACK without `tsize` for "file not found".
 * - Then it asks from the next port, without `tsize`, and fetches.
 * - Repeats every four seconds, six times.
 */
import type { OptionTexts } from "../wire/messages.js";
import { ERROR_OPTION_NEGOTIATION, type SimulatedClientOptions } from "./client.js";
import { GetClient } from "./get-client.js";
import type { SimulatedWorld } from "./peer.js";

const RETRY_MS = 4000;
const MAX_RETRIES = 6;

/** EDK2's client. */
export class Edk2 extends GetClient {
  private knowsSize = false;

  constructor(world: SimulatedWorld, options: SimulatedClientOptions) {
    super(world, { blockSizeBytes: 1468, windowSize: 4, ...options, retryMs: RETRY_MS, maxRetries: MAX_RETRIES });
  }

  protected override requestOptions(): OptionTexts {
    const options = super.requestOptions();
    return this.knowsSize ? options : ["tsize", "0", ...options];
  }

  protected override offerAccepted(): void {
    if (this.knowsSize) {
      super.offerAccepted();
    } else if (this.toldSizeBytes < 0) {
      this.breakOff(ERROR_OPTION_NEGOTIATION, "No size");
    } else {
      this.sendError(ERROR_OPTION_NEGOTIATION, "User aborted the transfer");
      this.knowsSize = true;
      this.bind(this.port + 1);
      this.begin();
    }
  }
}
