/** A copy that transfers read while it is still being written. */
import type { Refusal } from "../../../src/index.js";
import type { GrowingFile } from "../../common/later/growing-file.js";
import type { CachedCopy, SharedFile } from "./cached-copy.js";
import { failed } from "./upstream-failure.js";

export class FillingCopy {
  /** Bytes that may be read. */
  grownBytes = 0;
  /** Why the rest will not come; undefined while it may. */
  failure: unknown;
  /** Called when there is a failure, before transfers see it. */
  onFailure = (): void => {};
  private readonly files = new Set<FillingFile>();
  private unread = (): void => {};

  /**
   * @param copy has the announced size, and is open as far as it is written.
   * @param refuse makes the refusal for a failure.
   */
  constructor(
    private readonly copy: CachedCopy,
    private readonly url: string,
    private readonly refuse: (failure: unknown) => Refusal,
  ) {}

  /** The first `bytes` are written. */
  grow(bytes: number): void {
    this.grownBytes = bytes;
    this.tell();
  }

  /** The rest will not come. */
  fail(error: unknown): void {
    this.failure = error;
    this.onFailure();
    this.tell();
  }

  /** A file for one transfer. */
  share(): GrowingFile {
    const file = new FillingFile(this, this.copy.share(), this.url, this.refuse);
    this.files.add(file);
    return file;
  }

  closed(file: FillingFile): void {
    this.files.delete(file);
    this.tellIfUnread();
  }

  /** Calls `unread` when no transfer reads the copy any more, which may be now. */
  whenUnread(unread: () => void): void {
    this.unread = unread;
    this.tellIfUnread();
  }

  release(): void {
    this.copy.release();
  }

  private tell(): void {
    for (const file of [...this.files]) {
      file.onGrowth();
    }
  }

  private tellIfUnread(): void {
    if (this.files.size === 0) {
      this.unread();
    }
  }
}

class FillingFile implements GrowingFile, SharedFile {
  readonly sizeBytes: number;
  readonly entityTag: string | undefined;
  readonly lastModified: string | undefined;
  onGrowth = (): void => {};
  private stallFailure: unknown;

  constructor(
    private readonly filling: FillingCopy,
    private readonly file: SharedFile,
    private readonly url: string,
    private readonly refuse: (failure: unknown) => Refusal,
  ) {
    this.sizeBytes = file.sizeBytes;
    this.entityTag = file.entityTag;
    this.lastModified = file.lastModified;
  }

  get readyBytes(): number {
    return this.failure === undefined ? this.filling.grownBytes : this.sizeBytes;
  }

  stall(seconds: number): void {
    this.stallFailure = failed(this.url, `brought too little in ${seconds} s`);
  }

  read(target: Uint8Array, position: number): number {
    if (this.failure !== undefined) {
      return this.refuse(this.failure);
    }
    if (Math.min(position + target.length, this.sizeBytes) > this.filling.grownBytes) {
      throw new RangeError(`${position} of a file that grows was read too early`);
    }
    return this.file.read(target, position);
  }

  close(): void {
    this.file.close();
    this.filling.closed(this);
  }

  private get failure(): unknown {
    return this.filling.failure ?? this.stallFailure;
  }
}
