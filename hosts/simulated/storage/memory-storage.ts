/**
 * Files in memory, for tests: some to fetch, and those that were put.
 */
import {
  DISK_FULL,
  EXISTS,
  FORBIDDEN,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { GrowingBytes } from "../wire/bytes.js";

/** What a {@link MemoryStorage} allows. */
export interface MemoryStorageOptions {
  /** Which uploads are allowed: none, of new names, or also in place of a file. Default "overwrite". */
  write?: "never" | "new" | "overwrite";
  /** Room for all files together, in bytes. Default: no limit. */
  capacityBytes?: number;
}

/** Files in memory. What was put can be looked at. */
export class MemoryStorage implements Storage {
  private readonly files = new Map<string, Uint8Array>();
  /** Every content that each name ever had. */
  private readonly history = new Map<string, Uint8Array[]>();
  private readonly write: "never" | "new" | "overwrite";
  private readonly capacityBytes: number;
  private usedBytes = 0;

  constructor({ write = "overwrite", capacityBytes = Number.POSITIVE_INFINITY }: MemoryStorageOptions = {}) {
    this.write = write;
    this.capacityBytes = capacityBytes;
  }

  /** Puts a file there, or replaces one. Transfers that are reading the old one go on with it. */
  set(name: string, content: Uint8Array): void {
    this.usedBytes += content.length - (this.files.get(name)?.length ?? 0);
    this.files.set(name, content);
    const versions = this.history.get(name) ?? [];
    versions.push(content);
    this.history.set(name, versions);
  }

  /** The file's bytes, or undefined where there is none. */
  get(name: string): Uint8Array | undefined {
    return this.files.get(name);
  }

  /** Whether there is a file of this name. */
  has(name: string): boolean {
    return this.files.has(name);
  }

  /** The names of all files that are there now. */
  get names(): readonly string[] {
    return [...this.files.keys()];
  }

  /** Every content that the name ever had, the first first. */
  versions(name: string): readonly Uint8Array[] {
    return this.history.get(name) ?? [];
  }

  openForReading(name: string): ReadableFile | Refusal {
    const content = this.files.get(name);
    return content === undefined ? NOT_FOUND : new SentFile(content);
  }

  openForWriting(name: string, sizeBytes: number): WritableFile | Refusal {
    if (this.write === "never") {
      return FORBIDDEN;
    }
    if (this.write === "new" && this.files.has(name)) {
      return EXISTS;
    }
    return sizeBytes > this.roomBytes ? DISK_FULL : new ReceivedFile(this, name);
  }

  /** What can still be written. */
  get roomBytes(): number {
    return this.capacityBytes - this.usedBytes;
  }
}

class SentFile implements ReadableFile {
  readonly sizeBytes: number;

  constructor(private readonly content: Uint8Array) {
    this.sizeBytes = content.length;
  }

  read(target: Uint8Array, position: number): number {
    const part = this.content.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  close(): void {}
}

class ReceivedFile implements WritableFile {
  private readonly content = new GrowingBytes();

  constructor(
    private readonly storage: MemoryStorage,
    private readonly name: string,
  ) {}

  write(source: DataView, offset: number, length: number): number {
    if (this.content.length + length > this.storage.roomBytes) {
      return DISK_FULL;
    }
    this.content.append(new Uint8Array(source.buffer, source.byteOffset + offset, length));
    return 0;
  }

  commit(): number {
    if (this.content.length > this.storage.roomBytes) {
      return DISK_FULL;
    }
    this.storage.set(this.name, this.content.copy());
    return 0;
  }

  close(): void {}
}
