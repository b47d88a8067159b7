/**
 * A storage of somebody else's, which may throw: what it throws becomes a refusal, because nothing may throw through the
 * engine.
 */
import type { Address, ReadableFile, Refusal, Storage, WritableFile } from "../../../src/index.js";
import { isRefusal } from "../../../src/index.js";
import { refusalOf } from "./file-refusals.js";

export class GuardedStorage implements Storage {
  constructor(private readonly storage: Storage) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    return attempt(() => {
      const file = this.storage.openForReading(name, address);
      return isRefusal(file) ? file : new GuardedReadableFile(file);
    });
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    return attempt(() => {
      const file = this.storage.openForWriting(name, sizeBytes, address);
      return isRefusal(file) ? file : new GuardedWritableFile(file);
    });
  }
}

class GuardedReadableFile implements ReadableFile {
  readonly sizeBytes: number;

  constructor(private readonly file: ReadableFile) {
    this.sizeBytes = file.sizeBytes;
  }

  read(target: Uint8Array, position: number): number {
    try {
      return this.file.read(target, position);
    } catch (error) {
      return refusalOf(error);
    }
  }

  close(): void {
    attempt(() => this.file.close());
  }
}

class GuardedWritableFile implements WritableFile {
  constructor(private readonly file: WritableFile) {}

  write(source: DataView, offset: number, length: number, position: number): number {
    try {
      return this.file.write(source, offset, length, position);
    } catch (error) {
      return refusalOf(error);
    }
  }

  commit(): number {
    return attempt(() => this.file.commit());
  }

  close(): void {
    attempt(() => this.file.close());
  }
}

function attempt<Result>(action: () => Result): Result | Refusal {
  try {
    return action();
  } catch (error) {
    return refusalOf(error);
  }
}
