/** A file that is being put over HTTP, on the same storage and in the same steps as over TFTP. */
import { DISK_FULL, type WritableFile } from "../../src/index.js";
import { type Answer, dataAnswer, errorAnswer, STATUS_BAD_REQUEST, STATUS_CREATED } from "./answer.js";
import { putRefused } from "./refusal-answers.js";

/** A sender may be as slow as a bad radio link, but not so slow that it only keeps others out. */
const MIN_BYTES_PER_SECOND = 4096;
const PATIENCE_MS = 30_000;
const MS_PER_SECOND = 1000;

export class Upload {
  private position = 0;
  private isOver = false;

  /**
   * @param file opened; it is closed when the upload is over, in whatever way.
   * @param sizeBytes how long the body is.
   * @param over called once with whether the file is there.
   */
  constructor(
    private readonly file: WritableFile,
    readonly name: string,
    readonly sizeBytes: number,
    private readonly over: (isThere: boolean) => void,
  ) {}

  /** How long the whole upload may take, in milliseconds. */
  get patienceMs(): number {
    return PATIENCE_MS + Math.ceil((this.sizeBytes / MIN_BYTES_PER_SECOND) * MS_PER_SECOND);
  }

  /** How much of the body is still to come. */
  get leftBytes(): number {
    return this.sizeBytes - this.position;
  }

  /** Whether all bytes are in, so that `finish` may be called. */
  get isWhole(): boolean {
    return this.position === this.sizeBytes;
  }

  /**
   * Takes the next part of the body. Its memory must be writable.
   *
   * @returns undefined, or the answer when the file cannot be written; the upload is over then.
   */
  write(bytes: Uint8Array): Answer | undefined {
    if (this.isOver) {
      return undefined;
    }
    if (this.position + bytes.byteLength > this.sizeBytes) {
      this.end(false);
      return tooMuch(this.name);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const refusal = this.file.write(view, 0, view.byteLength, this.position);
    if (refusal < 0) {
      this.end(false);
      return putRefused(refusal, this.name);
    }
    this.position += bytes.byteLength;
    return undefined;
  }

  /** The body is at its end: the file gets its name, if it is whole. */
  finish(): Answer {
    if (this.isOver || !this.isWhole) {
      this.end(false);
      return errorAnswer(STATUS_BAD_REQUEST, `"${this.name}" was cut off and is not there. Send it again.`);
    }
    const refusal = this.file.commit();
    this.end(refusal >= 0);
    return refusal < 0
      ? putRefused(refusal, this.name)
      : dataAnswer({ name: this.name, sizeBytes: this.sizeBytes }, STATUS_CREATED);
  }

  /** The connection is gone, or too slow: nothing is left of the file. May be called at any time. */
  abort(): void {
    this.end(false);
  }

  private end(isThere: boolean): void {
    if (!this.isOver) {
      this.isOver = true;
      this.file.close();
      this.over(isThere);
    }
  }
}

function tooMuch(name: string): Answer {
  return putRefused(DISK_FULL, name);
}
