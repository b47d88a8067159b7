/** Where `get` writes a file. */
import type { WritableFile } from "../../../src/index.js";

export interface DownloadTarget {
  /** The file that the engine writes to. */
  readonly file: WritableFile;
  /** Path of the file, as a person would type it; undefined if it has none. */
  readonly path: string | undefined;
  /** Why the file could not be written, for an error message. */
  readonly problem: string;
  /** Waits until everything is written. Rejects if that fails. */
  finish(): Promise<void>;
  /** Drops what was written, after a failed transfer. */
  discard(reason: unknown): void;
}

/** Copies what the engine writes, because the engine reuses its buffer. */
export function copyOf(source: DataView, offset: number, length: number): Buffer {
  return Buffer.from(Buffer.from(source.buffer, source.byteOffset + offset, length));
}
