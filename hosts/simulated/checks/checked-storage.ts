/**
 * Wraps any storage: checks both sides of the contract between engine and storage at each call, and remembers what was read
 * and written for the checks on the wire. A violation says which side broke the contract.
 */
import {
  type Address,
  isRefusal,
  MAX_BLOCK_BYTES,
  PENDING,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { GrowingBytes } from "../wire/bytes.js";
import { RuleViolation, violated, violationOf } from "./violation.js";

/** A file that is or was open. */
export interface OpenedFile {
  /** The name by which it was opened. */
  readonly name: string;
  /** The size that the storage or the client announced, or -1. */
  readonly sizeBytes: number;
  /** From the file's start, as far as it was read or written. */
  readonly known: GrowingBytes;
  /** Reading: the end was seen. Writing: the file was committed. */
  readonly isWhole: boolean;
  /** Writing: the storage completes the file later. */
  readonly isPending: boolean;
}

/** Wraps any storage, and checks the contract between it and the engine. */
export class CheckedStorage implements Storage {
  /** Handles that are open. */
  openCount = 0;
  /** The last file that was opened; reset at each engine call. */
  lastOpened: OpenedFile | undefined;
  /** The last refusal, or 0; reset at each engine call. */
  lastRefusal: Refusal = 0;

  /**
   * @param storage the storage to check.
   * @param keepsContents whether contents are kept: the checks on the wire need them, and so does the check that bytes are
   * the same when they are read again. Without them the rest of the contract is checked, in less time.
   */
  constructor(
    private readonly storage: Storage,
    /** Whether contents are kept. */
    readonly keepsContents = true,
  ) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    checkName(name);
    const call = `openForReading of ${JSON.stringify(name)}`;
    let file: ReadableFile | Refusal;
    try {
      file = this.storage.openForReading(name, address);
    } catch (error) {
      throw storageViolation(call, error);
    }
    if (isRefusal(file)) {
      return this.refuse(call, file);
    }
    checkFile(call, file, ["read", "close"]);
    const { sizeBytes } = file;
    if (!Number.isInteger(sizeBytes) || sizeBytes < -1) {
      blameStorage(`${call} gave a file of ${String(sizeBytes)} bytes; expected a whole number, or -1 for unknown`);
    }
    this.openCount++;
    const checked = new CheckedReadableFile(this, name, file);
    this.lastOpened = checked;
    return checked;
  }

  openForWriting(name: string, sizeBytes: number, address: Address): WritableFile | Refusal {
    checkName(name);
    const call = `openForWriting of ${JSON.stringify(name)}`;
    let file: WritableFile | Refusal;
    try {
      file = this.storage.openForWriting(name, sizeBytes, address);
    } catch (error) {
      throw storageViolation(call, error);
    }
    if (isRefusal(file)) {
      return this.refuse(call, file);
    }
    checkFile(call, file, ["write", "commit", "close"]);
    this.openCount++;
    const checked = new CheckedWritableFile(this, name, sizeBytes, file);
    this.lastOpened = checked;
    return checked;
  }

  /** Remembers a refusal, and hands it on. */
  refuse(call: string, refusal: Refusal): Refusal {
    if (!(refusal < 0) || !Number.isInteger(refusal)) {
      blameStorage(`${call} refused with ${String(refusal)}; expected a refusal, such as NOT_FOUND or FAILED`);
    }
    this.lastRefusal = refusal;
    return refusal;
  }
}

function blameStorage(what: string): never {
  throw new RuleViolation(`The storage broke its contract: ${what}`, "storage");
}

function storageViolation(call: string, error: unknown): RuleViolation {
  return violationOf("storage", `The storage broke its contract: ${call}`, error);
}

/** Checks that a result is a file. The engine does not wait, so a promise is a mistake. */
function checkFile(call: string, file: unknown, methods: readonly string[]): void {
  const members = (typeof file === "object" && file !== null ? file : {}) as Readonly<Record<string, unknown>>;
  const missing = methods.find((method) => typeof members[method] !== "function");
  if (missing !== undefined) {
    blameStorage(`${call} gave ${shown(file)} without a method ${missing}; expected a file or a refusal`);
  }
}

function shown(value: unknown): string {
  return value instanceof Promise ? "a promise" : value === undefined ? "undefined" : `a value of type ${typeof value}`;
}

/** Checks what the documentation of `Storage` promises of every name. */
function checkName(name: string): void {
  const components = name.split("/");
  const hasControls = [...name].some((character) => character < " " || character === "\x7f");
  if (components.some((component) => component === "" || component === "." || component === "..")) {
    violated(`The engine asked the storage for ${JSON.stringify(name)}, which has a forbidden component`);
  }
  if (hasControls || name.includes("\\")) {
    violated(`The engine asked the storage for ${JSON.stringify(name)}, which has a forbidden character`);
  }
}

class CheckedFile {
  readonly known = new GrowingBytes();
  isWhole = false;
  isPending = false;
  /** Bytes from the start that were read or written. */
  protected knownBytes = 0;
  private isClosed = false;

  constructor(
    protected readonly storage: CheckedStorage,
    readonly name: string,
    private readonly opened: { close(): void },
  ) {}

  close(): void {
    this.mustBeOpen("close");
    this.isClosed = true;
    this.storage.openCount--;
    try {
      this.opened.close();
    } catch (error) {
      throw storageViolation(this.callText("close"), error);
    }
  }

  /** Names a call in a violation. Made then only: on XS texts cost much time. */
  protected callText(call: string): string {
    return `${call} of ${JSON.stringify(this.name)}`;
  }

  protected mustBeOpen(call: string): void {
    if (this.isClosed) {
      violated(`The engine called ${this.callText(call)} after it was closed`);
    }
  }
}

class CheckedReadableFile extends CheckedFile implements ReadableFile, OpenedFile {
  readonly sizeBytes: number;

  constructor(
    storage: CheckedStorage,
    name: string,
    private readonly file: ReadableFile,
  ) {
    super(storage, name, file);
    this.sizeBytes = file.sizeBytes;
  }

  read(target: Uint8Array, position: number): number {
    this.mustBeOpen("read");
    if (target.length !== MAX_BLOCK_BYTES) {
      const call = this.callText("read");
      violated(`The engine called ${call} with a buffer of ${target.length} bytes; it must have ${MAX_BLOCK_BYTES}`);
    }
    let count: number;
    try {
      count = this.file.read(target, position);
    } catch (error) {
      throw storageViolation(this.callText("read"), error);
    }
    if (count < 0) {
      return this.storage.refuse(this.callText("read"), count);
    }
    if (!Number.isInteger(count) || count > target.length) {
      blameStorage(`${this.callText("read")} gave ${String(count)} bytes for a buffer of ${target.length}`);
    }
    this.remember(target.subarray(0, count), position, count < target.length);
    return count;
  }

  private remember(part: Uint8Array, position: number, isEnd: boolean): void {
    if (position > this.knownBytes) {
      violated(`The engine called ${this.callText("read")} at ${position}, past what it had read before`);
    }
    const end = position + part.length;
    if (this.isWhole ? end > this.knownBytes : isEnd && end < this.knownBytes) {
      blameStorage(`${this.callText("read")} gave another length when the end was read again`);
    }
    this.isWhole ||= isEnd;
    if (isEnd && this.sizeBytes >= 0 && end !== this.sizeBytes) {
      blameStorage(`${this.callText("read")} ended at ${end}, and its size was announced as ${this.sizeBytes}`);
    }
    this.knownBytes = Math.max(this.knownBytes, end);
    if (this.storage.keepsContents) {
      this.keep(part, position);
    }
  }

  private keep(part: Uint8Array, position: number): void {
    const overlap = this.known.part(position, position + part.length);
    for (let index = 0; index < overlap.length; index++) {
      if (overlap[index] !== part[index]) {
        blameStorage(`${this.callText("read")} gave other bytes at ${position + index} when they were read again`);
      }
    }
    this.known.append(part.subarray(overlap.length));
  }
}

class CheckedWritableFile extends CheckedFile implements WritableFile, OpenedFile {
  constructor(
    storage: CheckedStorage,
    name: string,
    readonly sizeBytes: number,
    private readonly file: WritableFile,
  ) {
    super(storage, name, file);
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    this.mustBeOpen("write");
    if (this.isWhole || this.isPending || position !== this.knownBytes) {
      const call = this.callText("write");
      violated(`The engine called ${call} at ${position}, not at its end, ${this.knownBytes}`);
    }
    let result: number;
    try {
      result = this.file.write(source, offset, length, position);
    } catch (error) {
      throw storageViolation(this.callText("write"), error);
    }
    if (result !== 0) {
      return this.storage.refuse(this.callText("write"), result);
    }
    this.knownBytes += length;
    if (this.storage.keepsContents) {
      this.known.append(new Uint8Array(source.buffer, source.byteOffset + offset, length));
    }
    return 0;
  }

  commit(): number {
    this.mustBeOpen("commit");
    if (this.isWhole) {
      violated(`The engine called ${this.callText("commit")} twice`);
    }
    let result: number;
    try {
      result = this.file.commit();
    } catch (error) {
      throw storageViolation(this.callText("commit"), error);
    }
    this.isPending = result === PENDING;
    if (this.isPending) {
      return PENDING;
    }
    if (result !== 0) {
      return this.storage.refuse(this.callText("commit"), result);
    }
    this.isWhole = true;
    return 0;
  }
}
