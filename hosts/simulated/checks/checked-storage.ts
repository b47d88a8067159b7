/**
 * Any storage, watched: both sides of the contract between engine and storage are checked at each call, and what was read
 * and written is remembered for the checks on the wire.
 */
import {
  type Address,
  isRefusal,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { GrowingBytes } from "../wire/bytes.js";
import { violated } from "./violation.js";

/** A file that is open now, or was. */
export interface OpenedFile {
  /** The name it was opened by. */
  readonly name: string;
  /** The size that the storage or the client said, or -1. */
  readonly sizeBytes: number;
  /** From the file's start, as far as it was read or written. */
  readonly known: GrowingBytes;
  /** Reading: the end was seen. Writing: it was committed. */
  readonly isWhole: boolean;
}

/** Any storage, watched. */
export class CheckedStorage implements Storage {
  /** Handles that are open. */
  openCount = 0;
  /** The last file that was opened, until somebody takes it. */
  lastOpened: OpenedFile | undefined;
  /** The last refusal, until somebody takes it; 0 when there was none. */
  lastRefusal: Refusal = 0;

  constructor(private readonly storage: Storage) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    checkName(name);
    const file = this.storage.openForReading(name, address);
    if (isRefusal(file)) {
      return this.refused(file);
    }
    this.openCount++;
    const checked = new CheckedReadableFile(this, name, file);
    this.lastOpened = checked;
    return checked;
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    checkName(name);
    const file = this.storage.openForWriting(name, sizeBytes, address);
    if (isRefusal(file)) {
      return this.refused(file);
    }
    this.openCount++;
    const checked = new CheckedWritableFile(this, name, sizeBytes, file);
    this.lastOpened = checked;
    return checked;
  }

  /** Remembers a refusal and hands it on. */
  refused(refusal: Refusal): Refusal {
    if (!(refusal < 0) || !Number.isInteger(refusal)) {
      violated(`The storage refused with ${refusal}, which is no complement of an error code`);
    }
    this.lastRefusal = refusal;
    return refusal;
  }
}

/** What the documentation of `Storage` promises of every name. */
function checkName(name: string): void {
  const components = name.split("/");
  const hasControls = [...name].some((character) => character < " " || character === "\x7f");
  if (components.some((component) => component === "" || component === "." || component === "..")) {
    violated(`The storage was asked for ${JSON.stringify(name)}, which has a component that must not be`);
  }
  if (hasControls || name.includes("\\")) {
    violated(`The storage was asked for ${JSON.stringify(name)}, which has a character that must not be`);
  }
}

class CheckedFile {
  readonly known = new GrowingBytes();
  isWhole = false;
  private isClosed = false;

  constructor(
    protected readonly storage: CheckedStorage,
    readonly name: string,
  ) {}

  protected mustBeOpen(call: string): void {
    if (this.isClosed) {
      violated(`${call} of ${JSON.stringify(this.name)} after it was closed`);
    }
  }

  protected closed(): void {
    this.mustBeOpen("close");
    this.isClosed = true;
    this.storage.openCount--;
  }
}

class CheckedReadableFile extends CheckedFile implements ReadableFile, OpenedFile {
  readonly sizeBytes: number;

  constructor(
    storage: CheckedStorage,
    name: string,
    private readonly file: ReadableFile,
  ) {
    super(storage, name);
    this.sizeBytes = file.sizeBytes;
  }

  read(target: Uint8Array, position: number): number {
    this.mustBeOpen("read");
    const count = this.file.read(target, position);
    if (count < 0) {
      return this.storage.refused(count);
    }
    if (!Number.isInteger(count) || count > target.length) {
      violated(`The storage read ${count} bytes of ${JSON.stringify(this.name)} into a buffer of ${target.length}`);
    }
    this.remember(target.subarray(0, count), position, count < target.length);
    return count;
  }

  close(): void {
    this.closed();
    this.file.close();
  }

  private remember(part: Uint8Array, position: number, isEnd: boolean): void {
    const known = this.known;
    if (position > known.length) {
      violated(`The engine read ${JSON.stringify(this.name)} at ${position}, past what it had read before`);
    }
    const overlap = known.part(position, position + part.length);
    for (let index = 0; index < overlap.length; index++) {
      if (overlap[index] !== part[index]) {
        violated(`The storage gave other bytes of ${JSON.stringify(this.name)} at ${position + index} when read again`);
      }
    }
    const end = position + part.length;
    if (this.isWhole ? end > known.length : isEnd && end < known.length) {
      violated(`The storage gave ${JSON.stringify(this.name)} another length when it was read again`);
    }
    known.append(part.subarray(overlap.length));
    this.isWhole ||= isEnd;
    if (isEnd && this.sizeBytes >= 0 && end !== this.sizeBytes) {
      violated(
        `The storage ended ${JSON.stringify(this.name)} at ${end}, and had said that its size is ${this.sizeBytes}`,
      );
    }
  }
}

class CheckedWritableFile extends CheckedFile implements WritableFile, OpenedFile {
  constructor(
    storage: CheckedStorage,
    name: string,
    readonly sizeBytes: number,
    private readonly file: WritableFile,
  ) {
    super(storage, name);
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    this.mustBeOpen("write");
    if (this.isWhole || position !== this.known.length) {
      violated(`The engine wrote ${JSON.stringify(this.name)} at ${position}, not at its end, ${this.known.length}`);
    }
    const result = this.file.write(source, offset, length, position);
    if (result !== 0) {
      return this.storage.refused(result);
    }
    this.known.append(new Uint8Array(source.buffer, source.byteOffset + offset, length));
    return 0;
  }

  commit(): number {
    this.mustBeOpen("commit");
    if (this.isWhole) {
      violated(`The engine committed ${JSON.stringify(this.name)} twice`);
    }
    const result = this.file.commit();
    if (result !== 0) {
      return this.storage.refused(result);
    }
    this.isWhole = true;
    return 0;
  }

  close(): void {
    this.closed();
    this.file.close();
  }
}
