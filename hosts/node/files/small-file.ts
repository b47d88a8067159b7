import { MAX_BLOCK_BYTES, type ReadableFile } from "../../../src/index.js";
import type { FileIdentity } from "./file-identity.js";

/** A small file in memory. Any number of transfers may share it. */
export class SmallFile implements ReadableFile {
  readonly sizeBytes: number;
  /** Views of its blocks, each made when it is sent for the first time. */
  private readonly blocks: Buffer[] = [];
  private transfers = 0;

  /** @param onUnused is called whenever the last transfer has closed the file. */
  constructor(
    private readonly bytes: Buffer,
    readonly identity: FileIdentity,
    private readonly onUnused: (file: SmallFile) => void,
  ) {
    this.sizeBytes = bytes.length;
  }

  get isUsed(): boolean {
    return this.transfers > 0;
  }

  /** Adds a transfer, which closes the file. */
  use(): this {
    this.transfers++;
    return this;
  }

  read(target: Uint8Array, position: number): number {
    if (position % MAX_BLOCK_BYTES !== 0 || target.length !== MAX_BLOCK_BYTES) {
      return this.bytes.copy(target, 0, position);
    }
    const index = position / MAX_BLOCK_BYTES;
    let block = this.blocks[index];
    if (block === undefined) {
      block = this.bytes.subarray(position, position + MAX_BLOCK_BYTES);
      this.blocks[index] = block;
    }
    target.set(block);
    return block.length;
  }

  close(): void {
    if (--this.transfers === 0) {
      this.onUnused(this);
    }
  }
}
