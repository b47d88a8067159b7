/** A file that is sent while it still grows. */
import type { ReadableFile } from "../../../src/index.js";

/** A file whose size is known, and whose bytes come in their order. */
export interface GrowingFile extends ReadableFile {
  /** Bytes from the start that can be read now. Once the rest cannot come, all of them: `read` refuses then. */
  readonly readyBytes: number;
  /** Set by the host, and called when `readyBytes` has grown. Not within `read` and `close`. */
  onGrowth: () => void;
  /** Nothing has come for `seconds`: from now on the rest cannot come. */
  stall(seconds: number): void;
}

export function isGrowing(file: unknown): file is GrowingFile {
  return typeof (file as Partial<GrowingFile> | null | undefined)?.readyBytes === "number";
}
