/** A storage that may answer later. */
import type { Address, ReadableFile, Refusal, WritableFile } from "../../../src/index.js";

/** An answer of a storage, or a promise of it. */
export type Later<Answer> = Answer | PromiseLike<Answer>;

/** A file that is being received, as {@link WritableFile}, which may be completed later. */
export interface LaterWritableFile extends Omit<WritableFile, "commit"> {
  /**
   * Completes the file after its last block.
   *
   * @returns 0 or a {@link Refusal}, or a promise of either, which must settle within 20 s. Until then the client gets no ACK of its
   * last block. If the transfer ends before, `close` is called, and what the promise brings is not looked at.
   */
  commit(): Later<number>;
}

/**
 * A storage whose methods may return promises: of a file, as {@link Storage} has it, or of a refusal. The host keeps the
 * request until the promise has settled. A rejection is an exception of the storage.
 *
 * Opening a file and completing an upload may take time. The other methods of files answer at once.
 */
export interface LaterStorage {
  /**
   * Opens a file that the client at `address` requests.
   *
   * @returns the opened file or a {@link Refusal}, or a promise of either.
   */
  openForReading(name: string, address: Address): Later<ReadableFile | Refusal>;

  /**
   * Opens a file that the client at `address` wants to send.
   *
   * @param sizeBytes size that the client announced (RFC 2349 `tsize`), or -1.
   * @returns the opened file or a {@link Refusal}, or a promise of either.
   */
  openForWriting(name: string, sizeBytes: number, address: Address): Later<LaterWritableFile | Refusal>;
}

/** Whether an answer comes later. */
export function isLater<Answer>(answer: Later<Answer>): answer is PromiseLike<Answer> {
  return typeof (answer as Partial<PromiseLike<Answer>> | null | undefined)?.then === "function";
}
