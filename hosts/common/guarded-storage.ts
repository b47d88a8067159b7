/**
 * The storage behind a guard. What a storage throws ends here as a refusal: an exception that left the callback of a
 * socket or of a timer would end the machine.
 */
import {
  type Address,
  DISK_FULL,
  FAILED,
  isRefusal,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../src/index.js";

/** Is told of what was thrown. Must not throw. */
export interface ErrorListener {
  failed(error: unknown): void;
}

export class GuardedStorage implements Storage {
  constructor(
    private readonly storage: Storage,
    private readonly listener: ErrorListener,
  ) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    try {
      const file = this.storage.openForReading(name, address);
      return isRefusal(file) ? file : new GuardedReadableFile(file, this.listener);
    } catch (error) {
      this.listener.failed(error);
      return FAILED;
    }
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    try {
      const file = this.storage.openForWriting(name, sizeBytes, address);
      return isRefusal(file) ? file : new GuardedWritableFile(file, this.listener);
    } catch (error) {
      this.listener.failed(error);
      return FAILED;
    }
  }
}

class GuardedFile<File extends ReadableFile | WritableFile> {
  constructor(
    protected readonly file: File,
    protected readonly listener: ErrorListener,
  ) {}

  close(): void {
    try {
      this.file.close();
    } catch (error) {
      this.listener.failed(error);
    }
  }
}

export class GuardedReadableFile extends GuardedFile<ReadableFile> implements ReadableFile {
  readonly sizeBytes: number;

  constructor(file: ReadableFile, listener: ErrorListener) {
    super(file, listener);
    this.sizeBytes = file.sizeBytes;
  }

  read(target: Uint8Array, position: number): number {
    try {
      return this.file.read(target, position);
    } catch (error) {
      this.listener.failed(error);
      return FAILED;
    }
  }
}

export class GuardedWritableFile extends GuardedFile<WritableFile> implements WritableFile {
  /** The board's file system says in no other way that it is full. */
  write(source: DataView, offset: number, length: number, position: number): number {
    try {
      return this.file.write(source, offset, length, position);
    } catch (error) {
      this.listener.failed(error);
      return DISK_FULL;
    }
  }

  commit(): number {
    try {
      return this.file.commit();
    } catch (error) {
      this.listener.failed(error);
      return FAILED;
    }
  }
}
