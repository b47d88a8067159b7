/** A stream as the file that `put` sends. Only a part of it is in memory. */
import type { Readable } from "node:stream";
import { MAX_BLOCK_BYTES, type ReadableFile } from "../../../src/index.js";
import { asError, failure } from "../../common/failure.js";
import type { Pace } from "./held-acknowledgement.js";
import { LocalFileError } from "./local-file-error.js";

/**
 * Bytes that are read in advance. A stream that ends within them has a known size, as files have; a longer one bridges pauses
 * of its source with them.
 */
const READ_AHEAD_BYTES = 1024 * 1024;
/** A larger window is refused before anything is sent. */
const MAX_WINDOW_SIZE = 16_384;

/**
 * Keeps the last window behind what was read, because blocks may have to be sent again, and what was read in advance.
 *
 * The engine reads at once or not at all. So its peer's ACKs are held until `isReady` says that a whole window can be read.
 */
export class StreamSource implements ReadableFile, Pace {
  onReady: () => void = () => {};
  /** Bytes of the largest window, and of one block: as a repeat reads it, and as netascii reads beyond its block. */
  private readonly windowBytes: number;
  private readonly ring: Buffer;
  /** Position after the last byte that has come. */
  private end = 0;
  /** Position after the last byte that was read. */
  private readEnd = 0;
  private hasEnded = false;
  private failed: Error | undefined;
  private readonly filled: Promise<void>;
  private noteFilled: () => void = () => {};
  private noteRoom: () => void = () => {};

  /**
   * @param windowSize largest number of blocks that the server may ask for again.
   * @param onError receives the error, in words for a person, when the stream fails.
   */
  constructor(
    private readonly stream: Readable,
    windowSize: number,
    private readonly onError: (error: Error) => void,
  ) {
    const blocks = windowSize <= MAX_WINDOW_SIZE ? windowSize : 1;
    this.windowBytes = (blocks + 1) * MAX_BLOCK_BYTES;
    this.ring = Buffer.allocUnsafe(this.windowBytes + Math.max(READ_AHEAD_BYTES, 2 * this.windowBytes));
    this.filled = new Promise((resolve) => {
      this.noteFilled = resolve;
    });
    void this.pump();
  }

  /** Size of the stream if it has ended, or -1. */
  get sizeBytes(): number {
    return this.hasEnded ? this.end : -1;
  }

  /** Whether all blocks of the next window can be read, or none will come any more. */
  get isReady(): boolean {
    return this.hasEnded || this.failed !== undefined || this.end - this.readEnd >= this.windowBytes;
  }

  /**
   * Waits until the stream has ended, or as much as possible was read in advance.
   *
   * @throws LocalFileError when the stream fails; the reason of an abort.
   */
  async fill(signal: AbortSignal | undefined): Promise<void> {
    const stop = (): void => this.close();
    if (signal?.aborted) {
      stop();
    }
    signal?.addEventListener("abort", stop);
    await this.filled;
    signal?.removeEventListener("abort", stop);
    signal?.throwIfAborted();
    if (this.failed !== undefined) {
      throw new LocalFileError(this.failed.message, { cause: this.failed.cause });
    }
  }

  read(target: Uint8Array, position: number): number {
    if (this.failed !== undefined) {
      throw this.failed.cause;
    }
    const length = Math.min(target.length, this.end - position);
    if (length < target.length && !this.hasEnded) {
      // A shorter block would be the last one, and complete the file.
      throw new Error("the stream was read before its bytes have come");
    }
    const at = position % this.ring.length;
    const first = this.ring.copy(target, 0, at, at + length);
    this.ring.copy(target, first, 0, length - first);
    if (position + length > this.readEnd) {
      this.readEnd = position + length;
      // Not for each block: the source would be woken too often.
      if (this.room >= this.windowBytes) {
        this.noteRoom();
      }
    }
    return length;
  }

  /** The stream has delivered too little for too long. */
  stall(seconds: number): void {
    this.fail(new Error(`no more came for ${seconds} s; save it as a file first, and put that`));
  }

  close(): void {
    this.stream.destroy();
    this.noteRoom();
    this.noteFilled();
  }

  private get room(): number {
    return this.ring.length - (this.end - Math.max(0, this.readEnd - this.windowBytes));
  }

  private async pump(): Promise<void> {
    try {
      for await (const part of this.stream) {
        await this.take(bytesOf(part));
      }
      this.hasEnded = true;
      this.noteFilled();
      this.onReady();
    } catch (error) {
      this.fail(error);
    }
  }

  private async take(bytes: Buffer): Promise<void> {
    let taken = 0;
    while (taken < bytes.length && !this.stream.destroyed) {
      if (this.room === 0) {
        this.noteFilled();
        await new Promise<void>((resolve) => {
          this.noteRoom = resolve;
        });
      }
      const at = this.end % this.ring.length;
      const length = bytes.copy(this.ring, at, taken, taken + Math.min(this.room, this.ring.length - at));
      taken += length;
      this.end += length;
      if (this.isReady) {
        this.onReady();
      }
    }
  }

  private fail(error: unknown): void {
    if (this.failed === undefined && !this.hasEnded) {
      const { code } = asError(error) as NodeJS.ErrnoException;
      const reason = code === "ERR_STREAM_PREMATURE_CLOSE" ? new Error("it was closed before its end") : error;
      this.failed = failure(`the stream failed after ${this.end} bytes`, reason);
      this.failed.cause = error;
      this.onError(this.failed);
    }
    this.noteFilled();
    this.onReady();
  }
}

/** @throws TypeError when a stream delivers anything else than bytes and texts. */
function bytesOf(part: unknown): Buffer {
  if (typeof part === "string") {
    return Buffer.from(part);
  }
  if (part instanceof Uint8Array) {
    return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  }
  throw new TypeError("a stream must deliver bytes or strings");
}
