/**
 * Files in memory with faults on demand, under the simulator's check of the contract between engine and storage.
 */
import {
  DISK_FULL,
  EXISTS,
  isRefusal,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "lockstep-tftp/engine";
import { CheckedStorage, MemoryStorage } from "lockstep-tftp/simulated";

/** A read or write that touches this position fails. */
export interface Fault {
  readonly position: number;
  readonly refusal: Refusal;
}

export class CaseStorage implements Storage {
  readonly files = new MemoryStorage();
  /** Refusals by the names of the files that cannot be opened. */
  readonly refusals = new Map<string, Refusal>();
  /** Names in the order in which the engine asked for them. */
  readonly asked: string[] = [];
  /** The size that the client announced for each upload, or -1. */
  readonly announcedBytes: number[] = [];

  mayOverwrite = true;
  roomBytes = Number.POSITIVE_INFINITY;
  /** Whether files have their size; the size of generated contents is unknown. */
  tellsSizes = true;
  readFault: Fault | null = null;
  writeFault: Fault | null = null;
  /** Result of every commit; 0 if it succeeds, and also `PENDING`. */
  commitResult: Refusal = 0;

  private readonly checked = new CheckedStorage(
    {
      openForReading: (name) => this.reading(name),
      openForWriting: (name, sizeBytes) => this.writing(name, sizeBytes),
    },
    false,
  );

  /** Files that are open. */
  get openHandles(): number {
    return this.checked.openCount;
  }

  openForReading(name: string): ReadableFile | Refusal {
    return this.checked.openForReading(name, "");
  }

  openForWriting(name: string, sizeBytes: number): WritableFile | Refusal {
    return this.checked.openForWriting(name, sizeBytes, "");
  }

  private reading(name: string): ReadableFile | Refusal {
    this.asked.push(name);
    const file = this.refusals.get(name) ?? this.files.openForReading(name);
    if (isRefusal(file)) {
      return file;
    }
    return {
      sizeBytes: this.tellsSizes ? file.sizeBytes : -1,
      read: (target, position) => failure(this.readFault, position + target.length) ?? file.read(target, position),
      close: () => file.close(),
    };
  }

  private writing(name: string, sizeBytes: number): WritableFile | Refusal {
    this.asked.push(name);
    this.announcedBytes.push(sizeBytes);
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) {
      return refusal;
    }
    if (this.files.has(name) && !this.mayOverwrite) {
      return EXISTS;
    }
    const file = sizeBytes > this.roomBytes ? DISK_FULL : this.files.openForWriting(name, sizeBytes);
    return isRefusal(file) ? file : this.faulty(file);
  }

  private faulty(file: WritableFile): WritableFile {
    return {
      write: (source, offset, length, position) => {
        const end = position + length;
        const full = end > this.roomBytes ? DISK_FULL : undefined;
        return failure(this.writeFault, end) ?? full ?? file.write(source, offset, length, position);
      },
      commit: () => (this.commitResult !== 0 ? this.commitResult : file.commit()),
      close: () => file.close(),
    };
  }
}

/** The refusal of a fault that lies before `end`. */
function failure(fault: Fault | null, end: number): Refusal | undefined {
  return fault !== null && fault.position < end ? fault.refusal : undefined;
}
