/** Storages that say why they refuse. */
import type { Refusal, Storage } from "../../../src/index.js";
import type { ReasonCode } from "../../common/reasons.js";

/** A storage that says why it refused. Those of `lockstep-tftp/storage` do. */
export interface ReasonedStorage extends Storage {
  /**
   * Code of the reason of the last refusal, one of docs/troubleshooting.md, where the refusal does not say it. The server makes
   * it undefined before each request.
   */
  refusalReason: ReasonCode | undefined;
}

/** Reasons are constants of a module: texts in functions are made at each call. */
export const UPLOADS_OFF = "uploads_off";
export const NOT_A_FILE_NAME = "not_a_file_name";
export const FOLDER = "folder";
export const FOLDER_MISSING = "folder_missing";

/** Refuses for a reason. */
export function refuse(storage: ReasonedStorage, refusal: Refusal, reason: ReasonCode): Refusal {
  storage.refusalReason = reason;
  return refusal;
}

/** Takes the reason that a storage below has left. */
export function takeReason(storage: ReasonedStorage, below: Storage): void {
  const reason = (below as Partial<ReasonedStorage>).refusalReason;
  storage.refusalReason = reason;
  if (reason !== undefined) {
    (below as ReasonedStorage).refusalReason = undefined;
  }
}
