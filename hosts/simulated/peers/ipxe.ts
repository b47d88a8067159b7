/**
 * iPXE (net/udp/tftp.c): a fast boot loader that acknowledges too much.
 *
 * - Asks for `blksize` 1432 and `tsize` 0, always from port 1024.
 * - Its first repeat comes after a quarter of a second, then it doubles up to ten seconds.
 * - Acknowledges every DATA, repeated ones too, with the last block in order: a careless server then sends everything
 *   twice.
 * - When it only wants the size, it ends with ERROR 0 "TFTP Aborted".
 */
import { ERROR_NOT_DEFINED } from "../../../src/index.js";
import type { SimulatedClientOptions } from "./client.js";
import { GetClient } from "./get-client.js";
import type { SimulatedWorld } from "./peer.js";

const PORT = 1024;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
const MAX_RETRIES = 8;

/** Options of an {@link IPxe}. Its port is always the same. */
export interface IPxeOptions extends Omit<SimulatedClientOptions, "port"> {
  /** It asks for the size only. Default false. */
  wantsSizeOnly?: boolean;
}

/** iPXE's client. */
export class IPxe extends GetClient {
  private readonly wantsSizeOnly: boolean;

  constructor(world: SimulatedWorld, { wantsSizeOnly = false, ...options }: IPxeOptions) {
    super(world, { blockSizeBytes: 1432, tellsSize: true, ...options, port: PORT, maxRetries: MAX_RETRIES });
    this.wantsSizeOnly = wantsSizeOnly;
  }

  protected override retryMs(): number {
    return Math.min(FIRST_RETRY_MS * 2 ** this.retries, LAST_RETRY_MS);
  }

  protected override receivedOutOfOrder(): void {
    this.acknowledge();
  }

  protected override offerAccepted(): void {
    if (this.wantsSizeOnly) {
      this.breakOff(ERROR_NOT_DEFINED, "TFTP Aborted");
    } else {
      super.offerAccepted();
    }
  }
}
