/** What a storage of the board answers when it must refuse. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_DEFINED,
  type Refusal,
} from "../../../src/index.js";

export const NOT_FOUND: Refusal = ~ERROR_FILE_NOT_FOUND;
export const FORBIDDEN: Refusal = ~ERROR_ACCESS_VIOLATION;
export const DISK_FULL: Refusal = ~ERROR_DISK_FULL;
export const EXISTS: Refusal = ~ERROR_FILE_EXISTS;
export const FAILED: Refusal = ~ERROR_NOT_DEFINED;
