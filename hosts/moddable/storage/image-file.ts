/**
 * A file in the flash image. It is read in place; only the block to be sent is copied.
 */
import copy from "lockstep-tftp/copy";
import type { SafeFile } from "../../common/guarded-storage.js";

export class ImageFile implements SafeFile {
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
    copy(target, this.image, this.start + position, count);
    return count;
  }

  /** Memory can always be read. */
  get neverThrows(): true {
    return true;
  }

  close(): void {}
}
