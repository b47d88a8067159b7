/** What a file system's errors mean to a TFTP client. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  REFUSED_WITHOUT_ANSWER,
  type Refusal,
} from "../../../src/index.js";

export const NOT_FOUND: Refusal = ~ERROR_FILE_NOT_FOUND;
export const FORBIDDEN: Refusal = ~ERROR_ACCESS_VIOLATION;
export const DISK_FULL: Refusal = ~ERROR_DISK_FULL;
export const EXISTS: Refusal = ~ERROR_FILE_EXISTS;
export const FAILED: Refusal = ~ERROR_NOT_DEFINED;

const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOENT: NOT_FOUND,
  ENOTDIR: NOT_FOUND,
  ENAMETOOLONG: NOT_FOUND,
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
  EMFILE: REFUSED_WITHOUT_ANSWER,
  ENFILE: REFUSED_WITHOUT_ANSWER,
  ENOMEM: REFUSED_WITHOUT_ANSWER,
};

/** The refusal for an error that `node:fs` has thrown. */
export function refusalOf(error: unknown): Refusal {
  const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
  return (code === undefined ? undefined : REFUSALS[code]) ?? FAILED;
}
