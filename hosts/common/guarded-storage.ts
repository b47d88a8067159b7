/**
 * Guards a storage and its files: what they throw becomes a refusal, and is reported. Nothing may throw through the engine,
 * which would be left half-way; on a board an exception that leaves the callback of a socket or a timer ends the machine.
 */
import {
  type Address,
  isRefusal,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../src/index.js";
import { addressText } from "./address-text.js";

/** Receives what a storage threw. */
export interface StorageErrors {
  /**
   * Reports an exception. Must not throw.
   *
   * @param isWriting whether `write` of a file threw it, which on some systems is how a full disk shows.
   * @returns the refusal that the engine gets instead.
   */
  refuse(error: unknown, isWriting: boolean): Refusal;
}

/** A file that needs no guard, which costs a call for each block: its methods never throw. */
export interface SafeFile extends ReadableFile {
  readonly neverThrows: true;
}

// Texts of a module cost a board no memory; those in functions are made at each call.
const OPEN_FOR_READING = "openForReading";
const OPEN_FOR_WRITING = "openForWriting";
const FUNCTION = "function";

/**
 * Returns what a storage has answered.
 *
 * @throws TypeError when that is neither a file nor a refusal, such as the promise of an `async` method.
 */
function checkedAnswer<File extends ReadableFile | WritableFile>(
  answer: File | Refusal,
  method: string,
): File | Refusal {
  const isAnswer = isRefusal(answer) ? answer < 0 : typeof (answer as File | undefined)?.close === FUNCTION;
  if (!isAnswer) {
    throw new TypeError(`${method} returned ${String(answer)}; it must return a file or a refusal at once`);
  }
  return answer;
}

function isSafe(file: ReadableFile): file is SafeFile {
  return (file as Partial<SafeFile>).neverThrows === true;
}

/** Gives the storage an address as a text, also where the sockets have a number. */
export class GuardedStorage implements Storage {
  constructor(
    private readonly storage: Storage,
    private readonly errors: StorageErrors,
  ) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    try {
      const file = checkedAnswer(this.storage.openForReading(name, addressText(address)), OPEN_FOR_READING);
      return isRefusal(file) || isSafe(file) ? file : new GuardedReadableFile(file, this.errors);
    } catch (error) {
      return this.errors.refuse(error, false);
    }
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    try {
      const file = checkedAnswer(this.storage.openForWriting(name, sizeBytes, addressText(address)), OPEN_FOR_WRITING);
      return isRefusal(file) ? file : new GuardedWritableFile(file, this.errors);
    } catch (error) {
      return this.errors.refuse(error, false);
    }
  }
}

export class GuardedFile<File extends { close(): void }> {
  constructor(
    protected readonly file: File,
    protected readonly errors: StorageErrors,
  ) {}

  close(): void {
    try {
      this.file.close();
    } catch (error) {
      this.errors.refuse(error, false);
    }
  }
}

export class GuardedReadableFile extends GuardedFile<ReadableFile> implements ReadableFile {
  readonly sizeBytes: number;

  constructor(file: ReadableFile, errors: StorageErrors) {
    super(file, errors);
    this.sizeBytes = file.sizeBytes;
  }

  read(target: Uint8Array, position: number): number {
    try {
      const length = this.file.read(target, position);
      return length <= target.length ? length : this.errors.refuse(new RangeError(`read returned ${length}`), false);
    } catch (error) {
      return this.errors.refuse(error, false);
    }
  }
}

export class GuardedWritableFile extends GuardedFile<WritableFile> implements WritableFile {
  write(source: DataView, offset: number, length: number, position: number): number {
    try {
      return this.file.write(source, offset, length, position);
    } catch (error) {
      return this.errors.refuse(error, true);
    }
  }

  commit(): number {
    try {
      return this.file.commit();
    } catch (error) {
      return this.errors.refuse(error, false);
    }
  }
}
