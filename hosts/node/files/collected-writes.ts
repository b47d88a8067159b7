/**
 * Blocks of a file that is being received, written some at a time: asking the system for each block costs as much as the
 * engine's own work. All files of the process share these buffers. With more files than buffers, blocks are written one by one,
 * unless a file has stalled: its client may be gone, and its buffer serves another.
 */
import { MAX_BLOCK_BYTES } from "../../../src/index.js";
import { writeWhole } from "./write-whole.js";

/** More blocks at a time bring no more speed. */
const BUFFER_BYTES = 16 * MAX_BLOCK_BYTES;
/** Together 512 KiB, made one by one. */
const MAX_BUFFERS = 64;
/**
 * A file has stalled when this many blocks of others came since its last one. With a lower number, files that take turns would
 * take each other's buffer at each block; 1,024 transfers can run at once by default.
 */
const STALLED_BLOCKS = 4096;

/** The files that have a buffer, at most {@link MAX_BUFFERS}. */
const holders: CollectedWrites[] = [];
const free: Buffer[] = [];
/** Blocks of all files so far, as an integer of 32 bits. */
let blockCount = 0;
/** The holder that was looked at last. */
let hand = 0;

export class CollectedWrites {
  private buffer: Buffer | undefined;
  /** Position in the file of the collected bytes, and their number. */
  private start = 0;
  private length = 0;
  /** The block count at the last block of this file. */
  private lastBlock = 0;

  constructor(private readonly descriptor: number) {}

  /**
   * Takes bytes, and writes what was collected if they do not fit or do not follow.
   *
   * @throws NodeJS.ErrnoException when the system cannot write; it may concern bytes that were taken earlier.
   */
  write(source: DataView, offset: number, length: number, position: number): void {
    blockCount = (blockCount + 1) | 0;
    this.lastBlock = blockCount;
    if (position !== this.start + this.length || this.length + length > BUFFER_BYTES) {
      this.flush();
    }
    this.buffer ??= takeBuffer(this);
    const { buffer } = this;
    if (buffer === undefined || length > BUFFER_BYTES) {
      writeWhole(this.descriptor, source, offset, length, position);
      return;
    }
    if (this.length === 0) {
      this.start = position;
    }
    buffer.set(bytesOf(source, offset, length), this.length);
    this.length += length;
  }

  /**
   * Writes what was collected.
   *
   * @throws NodeJS.ErrnoException when the system cannot.
   */
  flush(): void {
    const { length } = this;
    this.length = 0;
    this.writeOut(length);
  }

  /** Drops what was collected, and gives back the buffer. */
  close(): void {
    if (this.buffer !== undefined) {
      free.push(this.giveUpBuffer());
    }
  }

  /** Returns the buffer if the file has stalled. If its bytes cannot be written, it keeps them, and fails when it goes on. */
  yieldIfStalled(): Buffer | undefined {
    if (((blockCount - this.lastBlock) | 0) < STALLED_BLOCKS) {
      return undefined;
    }
    try {
      this.writeOut(this.length);
    } catch {
      return undefined;
    }
    return this.giveUpBuffer();
  }

  private writeOut(length: number): void {
    if (length > 0) {
      writeWhole(this.descriptor, this.buffer as Buffer, 0, length, this.start);
    }
  }

  private giveUpBuffer(): Buffer {
    const buffer = this.buffer as Buffer;
    this.buffer = undefined;
    this.length = 0;
    const last = holders.pop() as CollectedWrites;
    if (last !== this) {
      holders[holders.indexOf(this)] = last;
    }
    return buffer;
  }
}

/**
 * Returns a free, new or stalled file's buffer; undefined if there is none. Each call checks one holder only, since most have not
 * stalled.
 */
function takeBuffer(taker: CollectedWrites): Buffer | undefined {
  let buffer = free.pop();
  if (buffer === undefined && holders.length < MAX_BUFFERS) {
    buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  } else if (buffer === undefined) {
    hand = (hand + 1) % MAX_BUFFERS;
    buffer = (holders[hand] as CollectedWrites).yieldIfStalled();
  }
  if (buffer !== undefined) {
    holders.push(taker);
  }
  return buffer;
}

/** The bytes that were asked for last. A host receives every datagram in the same buffer, so they are mostly the same. */
let lastSource: DataView | undefined;
let lastBytes = new Uint8Array(0);

function bytesOf(source: DataView, offset: number, length: number): Uint8Array {
  const start = source.byteOffset + offset;
  if (source !== lastSource || lastBytes.byteOffset !== start || lastBytes.length !== length) {
    lastSource = source;
    lastBytes = new Uint8Array(source.buffer as ArrayBuffer, start, length);
  }
  return lastBytes;
}
