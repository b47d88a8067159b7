import type { ReadableFile } from "../../../src/index.js";
import type { FileIdentity } from "./file-identity.js";

/** A file whose bytes are in memory. It never changes, so any number of transfers may share one. */
export class MemoryFile implements ReadableFile {
  readonly sizeBytes: number;

  /** @param identity of the file on disk, if the bytes come from one. */
  constructor(
    private readonly bytes: Buffer,
    readonly identity?: FileIdentity,
  ) {
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
