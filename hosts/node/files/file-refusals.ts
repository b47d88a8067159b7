/** Errors of `node:fs` as refusals of the engine. */
import { BUSY, DISK_FULL, EXISTS, FAILED, FORBIDDEN, NOT_FOUND, type Refusal } from "../../../src/index.js";

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOENT: NOT_FOUND,
  ENOTDIR: NOT_FOUND,
  ENAMETOOLONG: NOT_FOUND,
  // The file system takes names in UTF-8 only.
  EILSEQ: NOT_FOUND,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  ELOOP: FORBIDDEN,
  EISDIR: FORBIDDEN,
  ENXIO: FORBIDDEN,
  ENODEV: FORBIDDEN,
  EINVAL: FORBIDDEN,
  EEXIST: EXISTS,
  ENOSPC: DISK_FULL,
  EDQUOT: DISK_FULL,
  EFBIG: DISK_FULL,
  // Too many open files, or too little memory, for the moment.
  EMFILE: BUSY,
  ENFILE: BUSY,
  ENOMEM: BUSY,
};

/** Receives an error whose cause a refusal would hide. Must not throw. */
export type FileErrorListener = (error: unknown) => void;

export function ignoreError(): void {}

/** The refusal for an error that `node:fs` threw. */
export function refusalOf(error: unknown): Refusal {
  const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
  return (code === undefined ? undefined : REFUSALS[code]) ?? FAILED;
}
