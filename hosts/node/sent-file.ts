/**
 * A large file that is being sent, as large as it was when it was opened. A few blocks are read at a time: to ask the
 * system for each costs as much as the engine takes for it.
 */
import fs from "node:fs";
import { BLOCK_BYTES_MAX, type ReadableFile } from "../../src/index.js";
import { FAILED, refusalOf } from "./refusals.js";

/** With all that goes with it, a simultaneous download takes less than 4 KiB. */
const BLOCKS_AHEAD = 3;
/** Buffers that wait for the next transfer, so that one need not be made for each. */
const RESTING_MAX = 64;

/** Some blocks of a file that lie next to each other. */
class Blocks {
  readonly bytes = Buffer.allocUnsafeSlow(BLOCKS_AHEAD * BLOCK_BYTES_MAX);
  /** Its parts, made once: to send a block makes no object. */
  readonly parts = Array.from({ length: BLOCKS_AHEAD }, (_, index) =>
    this.bytes.subarray(index * BLOCK_BYTES_MAX, (index + 1) * BLOCK_BYTES_MAX),
  );
}

const resting: Blocks[] = [];

export class SentFile implements ReadableFile {
  private blocks: Blocks | undefined;
  /** Where the blocks begin in the file, and where they end. */
  private from = 0;
  private to = 0;

  constructor(
    private readonly descriptor: number,
    readonly sizeBytes: number,
  ) {}

  /**
   * What a file has gained since it was opened is not sent: the client was told its size. A file that has become
   * shorter fails, for the client would take the short block for the end of a whole file.
   */
  read(target: Uint8Array, position: number): number {
    const left = this.sizeBytes - position;
    const wanted = left < target.length ? left : target.length;
    if (wanted <= 0) {
      return 0;
    }
    try {
      if (position < this.from || position + wanted > this.to) {
        this.fill(position);
      }
    } catch (error) {
      return refusalOf(error);
    }
    if (position + wanted > this.to) {
      return FAILED;
    }
    this.copyTo(target, position - this.from);
    return wanted;
  }

  close(): void {
    if (this.blocks !== undefined && resting.length < RESTING_MAX) {
      resting.push(this.blocks);
    }
    this.blocks = undefined;
    this.to = 0;
    try {
      fs.closeSync(this.descriptor);
    } catch {
      // Network file systems may fail here. Nothing was written, so nothing is lost.
    }
  }

  private fill(position: number): void {
    this.blocks ??= resting.pop() ?? new Blocks();
    const { bytes } = this.blocks;
    const left = this.sizeBytes - position;
    const count = fs.readSync(this.descriptor, bytes, 0, left < bytes.length ? left : bytes.length, position);
    this.from = position;
    this.to = position + count;
  }

  private copyTo(target: Uint8Array, offset: number): void {
    const { bytes, parts } = this.blocks as Blocks;
    const part = parts[offset / BLOCK_BYTES_MAX];
    if (part !== undefined) {
      target.set(part);
    } else {
      // Blocks of another size than 512 lie across the parts.
      bytes.copy(target, 0, offset, offset + target.length);
    }
  }
}
