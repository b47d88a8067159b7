/**
 * Files in memory, with faults on demand. It holds the engine to what `Storage` promises: clean names, reads of the
 * engine's one block, writes without gaps, nothing after `close`, `close` once.
 */
import {
  DISK_FULL,
  EXISTS,
  MAX_BLOCK_BYTES,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "lockstep-tftp/engine";
import { equal, ok } from "./assertions.js";

/** A read or write that touches this position fails. */
export interface Fault {
  readonly position: number;
  readonly refusal: Refusal;
}

export class MemoryStorage implements Storage {
  readonly files = new Map<string, Uint8Array>();
  /** Names that cannot be opened, and the answer. */
  readonly refusals = new Map<string, Refusal>();
  /** Names in the order in which the engine asked for them. */
  readonly asked: string[] = [];
  /** What the client announced for each upload, or -1. */
  readonly announcedBytes: number[] = [];

  mayOverwrite = true;
  roomBytes = Number.POSITIVE_INFINITY;
  /** The size of generated contents is not known before. */
  tellsSizes = true;
  readFault: Fault | null = null;
  writeFault: Fault | null = null;
  /** 0 for a commit that works. */
  commitResult: Refusal = 0;
  openHandles = 0;

  openForReading(name: string): ReadableFile | Refusal {
    this.ask(name);
    const file = this.files.get(name);
    const refusal = this.refusals.get(name) ?? (file === undefined ? NOT_FOUND : 0);
    return refusal < 0 ? refusal : new MemoryReadableFile(this, file as Uint8Array);
  }

  openForWriting(name: string, sizeBytes: number): WritableFile | Refusal {
    this.ask(name);
    this.announcedBytes.push(sizeBytes);
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) {
      return refusal;
    }
    if (this.files.has(name) && !this.mayOverwrite) {
      return EXISTS;
    }
    return sizeBytes > this.roomBytes ? DISK_FULL : new MemoryWritableFile(this, name);
  }

  private ask(name: string): void {
    for (let index = 0; index < name.length; index++) {
      const character = name.charCodeAt(index);
      ok(
        character >= 0x20 && character !== 0x7f && name[index] !== "\\",
        `the name "${name}" has only plain characters`,
      );
    }
    for (const component of name.split("/")) {
      ok(component !== "" && component !== "." && component !== "..", `the name "${name}" has plain components`);
    }
    this.asked.push(name);
  }
}

class Handle {
  private isOpen = true;

  constructor(protected readonly storage: MemoryStorage) {
    storage.openHandles++;
  }

  close(): void {
    this.mustBeOpen();
    this.isOpen = false;
    this.storage.openHandles--;
  }

  protected mustBeOpen(): void {
    ok(this.isOpen, "a file is used before it is closed, and closed once");
  }
}

class MemoryReadableFile extends Handle implements ReadableFile {
  readonly sizeBytes: number;

  constructor(
    storage: MemoryStorage,
    private readonly bytes: Uint8Array,
  ) {
    super(storage);
    this.sizeBytes = storage.tellsSizes ? bytes.length : -1;
  }

  read(target: Uint8Array, position: number): number {
    this.mustBeOpen();
    equal(target.length, MAX_BLOCK_BYTES, "bytes that a read asks for");
    const fault = this.storage.readFault;
    if (fault !== null && fault.position < position + target.length) {
      return fault.refusal;
    }
    const found = this.bytes.subarray(position, position + target.length);
    target.set(found);
    return found.length;
  }
}

class MemoryWritableFile extends Handle implements WritableFile {
  private readonly parts: Uint8Array[] = [];
  private sizeBytes = 0;
  private isCommitted = false;

  constructor(
    storage: MemoryStorage,
    private readonly name: string,
  ) {
    super(storage);
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    this.mustBeOpen();
    ok(!this.isCommitted, "nothing is written after the commit");
    equal(position, this.sizeBytes, "the position of a write");
    const fault = this.storage.writeFault;
    if (fault !== null && fault.position < position + length) {
      return fault.refusal;
    }
    if (position + length > this.storage.roomBytes) {
      return DISK_FULL;
    }
    this.parts.push(new Uint8Array(source.buffer, source.byteOffset + offset, length).slice());
    this.sizeBytes += length;
    return 0;
  }

  commit(): number {
    this.mustBeOpen();
    ok(!this.isCommitted, "a file is committed once");
    if (this.storage.commitResult < 0) {
      return this.storage.commitResult;
    }
    this.isCommitted = true;
    const whole = new Uint8Array(this.sizeBytes);
    let position = 0;
    for (const part of this.parts) {
      whole.set(part, position);
      position += part.length;
    }
    this.storage.files.set(this.name, whole);
    return 0;
  }
}
