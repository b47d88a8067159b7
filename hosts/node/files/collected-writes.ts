/**
 * Blocks of a file that is being received, written some at a time: asking the system for each block costs as much as the
 * engine's own work. All files of the process share these buffers; with more files than buffers, blocks are written one by one.
 */
import { MAX_BLOCK_BYTES } from "../../../src/index.js";
import { writeWhole } from "./write-whole.js";

/** More blocks at a time bring no more speed. */
const BUFFER_BYTES = 16 * MAX_BLOCK_BYTES;
/** Together 512 KiB, made one by one. */
const MAX_BUFFERS = 64;

const free: Buffer[] = [];
let made = 0;

export class CollectedWrites {
  private buffer: Buffer | undefined;
  /** Position in the file of the collected bytes, and their number. */
  private start = 0;
  private length = 0;

  constructor(private readonly descriptor: number) {}

  /**
   * Takes bytes, and writes what was collected if they do not fit or do not follow.
   *
   * @throws NodeJS.ErrnoException when the system cannot write; it may concern bytes that were taken earlier.
   */
  write(source: DataView, offset: number, length: number, position: number): void {
    if (position !== this.start + this.length || this.length + length > BUFFER_BYTES) {
      this.flush();
    }
    this.buffer ??= takeBuffer();
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
    const { buffer, length } = this;
    if (buffer !== undefined && length > 0) {
      this.length = 0;
      writeWhole(this.descriptor, buffer, 0, length, this.start);
    }
  }

  /** Drops what was collected, and gives back the buffer. */
  close(): void {
    if (this.buffer !== undefined) {
      free.push(this.buffer);
      this.buffer = undefined;
      this.length = 0;
    }
  }
}

function takeBuffer(): Buffer | undefined {
  const present = free.pop();
  if (present !== undefined || made === MAX_BUFFERS) {
    return present;
  }
  made++;
  return Buffer.allocUnsafeSlow(BUFFER_BYTES);
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
