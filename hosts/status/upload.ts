/** An upload over HTTP, into the same storage and by the same steps as over TFTP. */
import { DISK_FULL, type WritableFile } from "../../src/index.js";
import { type Answer, dataAnswer, errorAnswer, STATUS_BAD_REQUEST, STATUS_CREATED } from "./answer.js";
import { refusedUpload } from "./refusal-answers.js";

/**
 * The host looks at each upload so often. A client that has gone, or that sends a byte now and then, keeps others out for two
 * such periods at most, however large a file it has announced and however fast it began.
 */
export const PROGRESS_CHECK_MS = 30_000;
/** 4 KiB a second, the rate of a bad radio link. */
const MIN_BYTES_PER_CHECK = 122_880;

export class Upload {
  private position = 0;
  private checkedPosition = 0;
  private hasEnded = false;

  /**
   * @param file an open file, closed when the upload ends.
   * @param sizeBytes length of the body.
   * @param onEnd called once, with whether the file was stored.
   */
  constructor(
    private readonly file: WritableFile,
    readonly name: string,
    readonly sizeBytes: number,
    private readonly onEnd: (isStored: boolean) => void,
  ) {}

  /** Whether enough of the body has arrived since the last call. To be called every `PROGRESS_CHECK_MS`. */
  keepsUp(): boolean {
    const arrivedBytes = this.position - this.checkedPosition;
    this.checkedPosition = this.position;
    return arrivedBytes >= MIN_BYTES_PER_CHECK;
  }

  /** Bytes of the body still to come. */
  get leftBytes(): number {
    return this.sizeBytes - this.position;
  }

  /** Whether all bytes have arrived, so that `finish` may be called. */
  get isComplete(): boolean {
    return this.position === this.sizeBytes;
  }

  /**
   * Writes the next part of the body. Its memory must be writable.
   *
   * @returns undefined, or the answer if the file cannot be written, which ends the upload.
   */
  write(bytes: Uint8Array): Answer | undefined {
    if (this.hasEnded) {
      return undefined;
    }
    if (this.position + bytes.byteLength > this.sizeBytes) {
      this.end(false);
      return refusedUpload(DISK_FULL, this.name);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const refusal = this.file.write(view, 0, view.byteLength, this.position);
    if (refusal < 0) {
      this.end(false);
      return refusedUpload(refusal, this.name);
    }
    this.position += bytes.byteLength;
    return undefined;
  }

  /** Ends the body: the file gets its name if it is complete. */
  finish(): Answer {
    if (this.hasEnded || !this.isComplete) {
      this.end(false);
      return errorAnswer(STATUS_BAD_REQUEST, `"${this.name}" arrived incomplete and was not saved. Send it again.`);
    }
    const refusal = this.file.commit();
    this.end(refusal >= 0);
    return refusal < 0
      ? refusedUpload(refusal, this.name)
      : dataAnswer({ name: this.name, sizeBytes: this.sizeBytes }, STATUS_CREATED);
  }

  /** Discards the file, when the connection is lost or too slow. Can be called at any time. */
  abort(): void {
    this.end(false);
  }

  private end(isStored: boolean): void {
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.file.close();
      this.onEnd(isStored);
    }
  }
}
