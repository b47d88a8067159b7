/**
 * Files in memory, for tests.
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

/** Options of a {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** Whether clients may upload: never, new files only, or also over existing files. Default "overwrite". */
  write?: "never" | "new" | "overwrite";
  /** Room for all files together, in bytes. Default: unlimited. */
  capacityBytes?: number;
}

/** Files in memory, with every content that a name ever had. */
export class MemoryStorage implements Storage {
  private readonly files = new Map<string, Uint8Array>();
  /** Contents of each name, the oldest first. */
  private readonly history = new Map<string, Uint8Array[]>();
  private readonly write: "never" | "new" | "overwrite";
  private readonly capacityBytes: number;
  private usedBytes = 0;

  constructor({ write = "overwrite", capacityBytes = Number.POSITIVE_INFINITY }: MemoryStorageOptions = {}) {
    this.write = write;
    this.capacityBytes = capacityBytes;
  }

  /** Stores a file, or replaces one. Transfers that read the old one continue with it. */
  set(name: string, content: Uint8Array): void {
    this.usedBytes += content.length - (this.files.get(name)?.length ?? 0);
    this.files.set(name, content);
    const versions = this.history.get(name) ?? [];
    versions.push(content);
    this.history.set(name, versions);
  }

  /** The file's bytes, or undefined for a missing file. */
  get(name: string): Uint8Array | undefined {
    return this.files.get(name);
  }

  /** Whether there is a file of this name. */
  has(name: string): boolean {
    return this.files.has(name);
  }

  /** The names of all present files. */
  get names(): readonly string[] {
    return [...this.files.keys()];
  }

  /** Every content that the name ever had, the oldest first. */
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

  /** Room that is left, in bytes. */
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
