/** Keeps a fetched file in memory. */
import type { WritableFile } from "../../../src/index.js";
import { copyOf, type DownloadTarget } from "./download-target.js";

export class MemoryTarget implements DownloadTarget, WritableFile {
  readonly file = this;
  readonly path = undefined;
  readonly problem = "there is not enough memory";
  private readonly blocks: Buffer[] = [];

  /** Content of the file. */
  get content(): Buffer {
    return Buffer.concat(this.blocks);
  }

  write(source: DataView, offset: number, length: number): number {
    this.blocks.push(copyOf(source, offset, length));
    return 0;
  }

  commit(): number {
    return 0;
  }

  close(): void {}

  async finish(): Promise<void> {}

  discard(): void {}
}
