/**
 * Wraps any storage, and adds faults: calls that fail, and calls that take time.
 */
import {
  type Address,
  BUSY,
  DISK_FULL,
  FAILED,
  isRefusal,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import type { SeededRandom } from "../network/seeded-random.js";

/** Faults of a storage: how often each call fails, in percent, and how long it takes. Each is off unless it is set. */
export interface StorageFaults {
  /** Opening fails for lack of memory or files: the client gets no answer. */
  openBusyPercent?: number;
  /** A block cannot be read: ERROR 0. */
  readErrorPercent?: number;
  /** A block cannot be written: ERROR 0. */
  writeErrorPercent?: number;
  /** A block finds no room: ERROR 3. */
  writeFullPercent?: number;
  /** The file is whole and cannot get its name: ERROR 0. */
  commitErrorPercent?: number;
  /** Milliseconds for which a commit blocks the machine, as erasing flash does. */
  commitMs?: number;
  /** Milliseconds for which each read or write blocks the machine. */
  blockMs?: number;
}

/** Blocks the whole machine, as a call does that waits for flash. */
export type StallMachine = (durationMs: number) => void;

/** Wraps any storage, and adds faults. */
export class FaultyStorage implements Storage {
  constructor(
    private readonly storage: Storage,
    private readonly faults: StorageFaults,
    private readonly random: SeededRandom,
    private readonly stall: StallMachine,
  ) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    if (this.happens(this.faults.openBusyPercent)) {
      return BUSY;
    }
    const file = this.storage.openForReading(name, address);
    return isRefusal(file) ? file : this.reading(file);
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    if (this.happens(this.faults.openBusyPercent)) {
      return BUSY;
    }
    const file = this.storage.openForWriting(name, sizeBytes, address);
    return isRefusal(file) ? file : this.writing(file);
  }

  private reading(file: ReadableFile): ReadableFile {
    return {
      sizeBytes: file.sizeBytes,
      read: (target, position) => {
        this.wait(this.faults.blockMs);
        if (this.happens(this.faults.readErrorPercent)) {
          // The buffer's content after a failed read must not be sent.
          target.fill(0xee);
          return FAILED;
        }
        return file.read(target, position);
      },
      close: () => file.close(),
    };
  }

  private writing(file: WritableFile): WritableFile {
    return {
      write: (source, offset, length, position) => {
        this.wait(this.faults.blockMs);
        if (this.happens(this.faults.writeErrorPercent)) {
          return FAILED;
        }
        return this.happens(this.faults.writeFullPercent) ? DISK_FULL : file.write(source, offset, length, position);
      },
      commit: () => {
        this.wait(this.faults.commitMs);
        return this.happens(this.faults.commitErrorPercent) ? FAILED : file.commit();
      },
      close: () => file.close(),
    };
  }

  private happens(percent: number | undefined): boolean {
    return this.random.chance(percent ?? 0);
  }

  private wait(durationMs: number | undefined): void {
    if (durationMs !== undefined && durationMs > 0) {
      this.stall(durationMs);
    }
  }
}
