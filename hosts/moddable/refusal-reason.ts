/** Reasons of refusals on a board: the codes of all hosts, with texts that name the settings of a board. */
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_FILE_EXISTS,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
} from "../../src/index.js";
import type { Reason, ReasonCode } from "../common/reasons.js";
import type { ReasonedStorage } from "./storage/reasoned-storage.js";

/** Made once, in a module that is preloaded: a refusal takes no memory. */
const REASONS: Readonly<Partial<Record<ReasonCode, Reason>>> = Object.freeze({
  uploads_off: reason("uploads_off", "uploads are off (write allows them)"),
  exists: reason("exists", "the file exists already (write=overwrite allows replacing it)"),
  folder: reason("folder", "it is a folder"),
  not_a_file_name: reason("not_a_file_name", "not a name for files"),
  malformed_request: reason("malformed_request", "the request is malformed, or its mode is unknown"),
  folder_missing: reason("folder_missing", "its folder is not there"),
  not_found: reason("not_found", "no such file"),
  too_large: reason("too_large", "larger than allowed (maxSizeBytes)"),
  forbidden: reason("forbidden", "the storage does not allow it"),
});
/** What an error means if the storage gives no reason. Others than these are reported as exceptions. */
const BY_ERROR: Readonly<Record<number, ReasonCode>> = Object.freeze({
  [ERROR_FILE_NOT_FOUND]: "not_found",
  [ERROR_ACCESS_VIOLATION]: "not_a_file_name",
  [ERROR_DISK_FULL]: "too_large",
  [ERROR_ILLEGAL_OPERATION]: "malformed_request",
  [ERROR_FILE_EXISTS]: "exists",
});

/** Frozen, since all callbacks get the same object. */
function reason(code: ReasonCode, text: string): Reason {
  return Object.freeze({ code, text });
}

/** Why a request was refused. Undefined if the storage may have refused it, and gives no reasons. */
export function refusalReason(errorCode: number, storage: ReasonedStorage | null): Reason | undefined {
  const isOfStorage = errorCode === ERROR_ACCESS_VIOLATION || errorCode === ERROR_DISK_FULL;
  if (storage === null && isOfStorage) {
    return undefined;
  }
  const code = storage?.refusalReason ?? BY_ERROR[errorCode];
  return code && REASONS[code];
}
