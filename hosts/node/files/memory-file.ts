import type { ReadableFile } from "../../../src/index.js";

/** A file whose bytes are in memory. It never changes, so any number of transfers may share one. */
export class MemoryFile implements ReadableFile {
  readonly sizeBytes: number;

  constructor(private readonly bytes: Buffer) {
    this.sizeBytes = bytes.length;
  }

  read(target: Uint8Array, position: number): number {
    if (position === 0 && this.sizeBytes <= target.length) {
      target.set(this.bytes);
      return this.sizeBytes;
    }
    return this.bytes.copy(target, 0, position);
  }

  close(): void {}
}
