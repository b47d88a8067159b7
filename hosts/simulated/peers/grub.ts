/**
 * GRUB (grub-core/net/tftp.c): leaves all repeats to the server.
 *
 * - Asks for `/name` with `blksize` 1024 and `tsize` 0; the names in the OACK must be in lower case.
 * - Repeats its request 40 times, after 400 ms and 20 ms more each time; after the OACK it repeats nothing.
 * - Acknowledges old blocks again, ignores those that come too early.
 * - When it closes a file before its end, it sends ERROR 0 "closed".
 */
import { ERROR_NOT_DEFINED } from "../../../src/index.js";
import { BLOCK_NUMBER_MASK, type SimulatedClientOptions } from "./client.js";
import { GetClient } from "./get-client.js";
import type { SimulatedWorld } from "./peer.js";

const FIRST_RETRY_MS = 400;
const RETRY_MORE_MS = 20;
const MAX_RETRIES = 40;
/** Time without a block after which it gives up. */
const PATIENCE_MS = 30_000;

/** Options of a {@link Grub}. */
export interface GrubOptions extends SimulatedClientOptions {
  /** It closes the file after this block. Default: it reads to the end. */
  closesAfterBlock?: number;
}

/** GRUB's client. */
export class Grub extends GetClient {
  private readonly closesAfterBlock: number | undefined;
  private isAnswered = false;

  constructor(world: SimulatedWorld, { closesAfterBlock, ...options }: GrubOptions) {
    super(world, {
      blockSizeBytes: 1024,
      tellsSize: true,
      ...options,
      name: `/${options.name}`,
      maxRetries: MAX_RETRIES,
    });
    this.closesAfterBlock = closesAfterBlock;
  }

  protected override forget(): void {
    super.forget();
    this.isAnswered = false;
  }

  protected override retryMs(): number {
    return this.isAnswered ? PATIENCE_MS : FIRST_RETRY_MS + RETRY_MORE_MS * this.retries;
  }

  protected override offerAccepted(): void {
    this.isAnswered = true;
    super.offerAccepted();
  }

  protected override receivedOutOfOrder(ahead: number): void {
    if (ahead > BLOCK_NUMBER_MASK >> 1) {
      this.acknowledge();
    }
  }

  protected override progressed(): void {
    this.isAnswered = true;
    if (this.expected - 1 === this.closesAfterBlock && !this.isOver) {
      this.breakOff(ERROR_NOT_DEFINED, "closed");
    }
  }

  protected override repeatAnswer(): void {
    this.giveUp();
  }
}
