/**
 * Any storage, with faults: calls that fail, and calls that take their time.
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

/** How often each call fails, in percent, and how long it takes. Everything is off unless it is set. */
export interface StorageFaults {
  /** Opening finds that something is short for the moment: the client gets no answer. */
  openBusyPercent?: number;
  /** A block cannot be read: ERROR 0. */
  readErrorPercent?: number;
  /** A block cannot be written: ERROR 0. */
  writeErrorPercent?: number;
  /** There is no room for a block: ERROR 3. */
  writeFullPercent?: number;
  /** The whole file is in and cannot be given its name: ERROR 0. */
  commitErrorPercent?: number;
  /** The machine stands still for so long when a file is committed, as while flash is erased. */
  commitMs?: number;
  /** The machine stands still for so long in each read or write. */
  blockMs?: number;
}

/** Lets the whole machine stand still, as a call does that waits for flash. */
export type StallMachine = (durationMs: number) => void;

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
          // What a failed read leaves in the buffer must not reach anybody.
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
