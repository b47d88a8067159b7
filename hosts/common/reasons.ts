/**
 * Reasons why a request is refused, for the owner of the server: the client only gets the error code, for which the engine
 * needs only a number. A storage leaves the reason of its last refusal here, and the host takes it as soon as the engine
 * reports that refusal. All of that happens in one call, so one place serves all servers of a process, and a reason passes
 * through storages that wrap others.
 */
import {
  BUSY,
  DISK_FULL,
  ERROR_ACCESS_VIOLATION,
  ERROR_DISK_FULL,
  ERROR_ILLEGAL_OPERATION,
  EXISTS,
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  type Refusal,
} from "../../src/index.js";
import { printable } from "./printable.js";

/** Stable name of a reason, for programs. docs/troubleshooting.md says what each means. */
export type ReasonCode =
  | "uploads_off"
  | "downloads_off"
  | "exists"
  | "folder"
  | "special_file"
  | "link_leads_out"
  | "link_loop"
  | "unreadable"
  | "unwritable"
  | "refused_by_rule"
  | "not_a_file_name"
  | "malformed_request"
  | "folder_missing"
  | "too_many_folders"
  | "not_found"
  | "disk_full"
  | "too_large"
  | "forbidden"
  | "upstream_unreachable"
  | "upstream_failed"
  | "failed"
  | "broadcast"
  | "broadcast_elsewhere"
  | "network_not_allowed";

/** Takes the place of a detail in a text. */
const DETAIL = "…";

/** Flags in the texts are those of the command; the options of the class have the same names. */
const REASON_TEXTS: Readonly<Record<ReasonCode, string>> = {
  uploads_off: "uploads are off (--write allows them)",
  downloads_off: "downloads are off (--write-only)",
  exists: "the file exists already…",
  folder: "it is a folder",
  special_file: "it is a device, a pipe or a socket",
  link_leads_out: "a link leads out of the folder…",
  link_loop: "links lead in a circle",
  unreadable: "this user may not …",
  unwritable: "this user may not …",
  refused_by_rule: "refused by rule …",
  not_a_file_name: "not a name for files…",
  malformed_request: "the request is malformed, or its mode is unknown",
  folder_missing: "the folder … is not there",
  too_many_folders: "rules make no more folders: …",
  not_found: "no such file…",
  disk_full: "the disk is full",
  too_large: "larger than allowed (--max-size)",
  forbidden: "the storage does not allow it",
  upstream_unreachable: "the upstream cannot be reached…",
  upstream_failed: "the upstream failed…",
  failed: "failed…",
  broadcast: "a broadcast is not answered (--answer-broadcast allows it)",
  broadcast_elsewhere: "a broadcast from a network in which this server has no address",
  network_not_allowed: "not allowed from this network (--allow)",
};

/** Reason why a request is refused or ignored, or a transfer has failed. It is frozen, and may be kept. */
export interface Reason {
  /** Stable name, for programs. */
  readonly code: ReasonCode;
  /**
   * The reason in words, for the owner of the server, safe for a terminal. It may name owners, folders outside the served
   * one, and rules: never show it to strangers.
   */
  readonly text: string;
}

/** Reasons for requests that the engine refuses before it asks the storage, by error code of RFC 1350 §5. */
const OF_ENGINE: Readonly<Record<number, ReasonCode>> = {
  [ERROR_ACCESS_VIOLATION]: "not_a_file_name",
  [ERROR_DISK_FULL]: "too_large",
  [ERROR_ILLEGAL_OPERATION]: "malformed_request",
};

const OF_STORAGE: Readonly<Record<Refusal, ReasonCode>> = {
  [NOT_FOUND]: "not_found",
  [FORBIDDEN]: "forbidden",
  [DISK_FULL]: "disk_full",
  [EXISTS]: "exists",
};

let last: { readonly refusal: Refusal; readonly reason: Reason } | undefined;
/** Also receives each reason, where refusals may come later. */
let keeper: ((refusal: Refusal, reason: Reason) => void) | undefined;

/** Sets the receiver of each reason, besides the next caller of {@link takeReason}. */
export function keepReasons(keep: (refusal: Refusal, reason: Reason) => void): void {
  keeper = keep;
}

/** @param detail takes the place of `…` in the text of `code`. Texts of a peer go through `printable` first. */
export function reasonFor(code: ReasonCode, detail = ""): Reason {
  return Object.freeze({ code, text: REASON_TEXTS[code].replace(DETAIL, () => detail) });
}

/** Refuses for a reason of the table. */
export function refuseFor(refusal: Refusal, code: ReasonCode, detail?: string): Refusal {
  return refuseWith(refusal, reasonFor(code, detail));
}

/** Refuses for this reason. */
export function refuseWith(refusal: Refusal, reason: Reason | undefined): Refusal {
  last = reason === undefined ? undefined : { refusal, reason };
  if (reason !== undefined) {
    keeper?.(refusal, reason);
  }
  return refusal;
}

/**
 * Refuses a request, or to continue a transfer, and says why: what a storage of your own returns instead of the bare
 * refusal. The text becomes the `reason` of the server's event `refused` or `ended`; the client does not see it.
 *
 * ```js
 * openForReading(name) {
 *   return this.phones.has(name) ? this.open(name) : refuse(NOT_FOUND, "the database has no such phone");
 * }
 * ```
 *
 * @param text for the owner of the server. Control characters in it are escaped, and it is cut after 200 characters.
 * @returns `refusal`.
 */
export function refuse(refusal: Refusal, text: string): Refusal {
  const code = OF_STORAGE[refusal] ?? "failed";
  return refuseWith(refusal, Object.freeze({ code, text: printable(text) }));
}

/** Gives a refusal of a storage a reason, unless the storage has left one. Returns `answer`. */
export function explained<File extends object>(answer: File | Refusal): File | Refusal {
  if (!isRefusal(answer) || answer === BUSY) {
    last = undefined;
  } else if (last?.refusal !== answer) {
    refuseFor(answer, OF_STORAGE[answer] ?? "failed");
  }
  return answer;
}

/** The reason that was left for `refusal`; undefined if there is none. Forgets it. */
export function takeReason(refusal: Refusal): Reason | undefined {
  const reason = last?.refusal === refusal ? last.reason : undefined;
  last = undefined;
  return reason;
}

/** Forgets a reason that nothing has taken. */
export function forgetReason(): void {
  last = undefined;
}

/** Takes the reason for a request that was answered with an ERROR. */
export function reasonOfRequest(errorCode: number): Reason {
  return takeReason(~errorCode) ?? reasonFor(OF_ENGINE[errorCode] ?? "failed");
}

/** Takes the reason for a transfer that was ended with an ERROR because of its file. */
export function reasonOfFailure(errorCode: number): Reason {
  return takeReason(~errorCode) ?? reasonFor(OF_STORAGE[~errorCode] ?? "failed");
}
