/**
 * A file in the flash image. It is read in place; only the block to be sent is copied.
 */
import type { ReadableFile } from "../../../src/index.js";

export class ImageFile implements ReadableFile {
  /**
   * @param image the memory that holds the file, from `start` on.
   */
  constructor(
    private readonly image: ArrayBuffer,
    private readonly start: number,
    readonly sizeBytes: number,
  ) {}

  read(target: Uint8Array, position: number): number {
    const left = this.sizeBytes - position;
    const count = left < target.length ? left : target.length;
    if (count <= 0) {
      return 0;
    }
    target.set(new Uint8Array(this.image, this.start + position, count));
    return count;
  }

  close(): void {}
}
