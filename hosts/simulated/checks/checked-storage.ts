/**
 * Wraps any storage: checks both sides of the contract between engine and storage at each call, and remembers what was read
 * and written for the checks on the wire. A violation says which side broke the contract.
 */
import {
  type Address,
  isRefusal,
  MAX_BLOCK_BYTES,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import { GrowingBytes } from "../wire/bytes.js";
import { callUserCode, RuleViolation, violated } from "./violation.js";

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
}

/** Wraps any storage, and checks the contract between it and the engine. */
export class CheckedStorage implements Storage {
  /** Handles that are open. */
  openCount = 0;
  /** The last file that was opened; reset at each engine call. */
  lastOpened: OpenedFile | undefined;
  /** The last refusal, or 0; reset at each engine call. */
  lastRefusal: Refusal = 0;

  constructor(private readonly storage: Storage) {}

  openForReading(name: string, address: Address): ReadableFile | Refusal {
    checkName(name);
    const call = `openForReading of ${JSON.stringify(name)}`;
    const file = callStorage(call, () => this.storage.openForReading(name, address));
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
    const file = callStorage(call, () => this.storage.openForWriting(name, sizeBytes, address));
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

function callStorage<Result>(call: string, action: () => Result): Result {
  return callUserCode("storage", `The storage broke its contract: ${call}`, action);
}

/** The engine calls everything at once: a promise is no file. */
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
    callStorage(this.callText("close"), () => this.opened.close());
  }

  /** Names a call for a message. */
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
    const call = this.callText("read");
    if (target.length !== MAX_BLOCK_BYTES) {
      violated(`The engine called ${call} with a buffer of ${target.length} bytes; it must have ${MAX_BLOCK_BYTES}`);
    }
    const count = callStorage(call, () => this.file.read(target, position));
    if (count < 0) {
      return this.storage.refuse(call, count);
    }
    if (!Number.isInteger(count) || count > target.length) {
      blameStorage(`${call} gave ${String(count)} bytes for a buffer of ${target.length}`);
    }
    this.remember(target.subarray(0, count), position, count < target.length);
    return count;
  }

  private remember(part: Uint8Array, position: number, isEnd: boolean): void {
    const known = this.known;
    const call = this.callText("read");
    if (position > known.length) {
      violated(`The engine called ${call} at ${position}, past what it had read before`);
    }
    const overlap = known.part(position, position + part.length);
    for (let index = 0; index < overlap.length; index++) {
      if (overlap[index] !== part[index]) {
        blameStorage(`${call} gave other bytes at ${position + index} when they were read again`);
      }
    }
    const end = position + part.length;
    if (this.isWhole ? end > known.length : isEnd && end < known.length) {
      blameStorage(`${call} gave another length when the end was read again`);
    }
    known.append(part.subarray(overlap.length));
    this.isWhole ||= isEnd;
    if (isEnd && this.sizeBytes >= 0 && end !== this.sizeBytes) {
      blameStorage(`${call} ended at ${end}, and its size was announced as ${this.sizeBytes}`);
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
    super(storage, name, file);
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    this.mustBeOpen("write");
    const call = this.callText("write");
    if (this.isWhole || position !== this.known.length) {
      violated(`The engine called ${call} at ${position}, not at its end, ${this.known.length}`);
    }
    const result = callStorage(call, () => this.file.write(source, offset, length, position));
    if (result !== 0) {
      return this.storage.refuse(call, result);
    }
    this.known.append(new Uint8Array(source.buffer, source.byteOffset + offset, length));
    return 0;
  }

  commit(): number {
    this.mustBeOpen("commit");
    const call = this.callText("commit");
    if (this.isWhole) {
      violated(`The engine called ${call} twice`);
    }
    const result = callStorage(call, () => this.file.commit());
    if (result !== 0) {
      return this.storage.refuse(call, result);
    }
    this.isWhole = true;
    return 0;
  }
}
