/** Errors of `node:fs` as refusals with their reasons: what this user may not do, with which file or folder, and whose it is. */
import fs from "node:fs";
import path from "node:path";
import { FAILED, FORBIDDEN, NOT_FOUND, type Refusal } from "../../../src/index.js";
import { printable } from "../../common/printable.js";
import { type ReasonCode, refuseFor } from "../../common/reasons.js";
import { diskPath } from "./disk-names.js";
import { type FileErrorListener, refusalOf } from "./file-refusals.js";

/** Permissions of a file, without its type. */
const PERMISSION_BITS = 0o7777;
const MODE_DIGITS = 4;

const CODES: Readonly<Record<string, ReasonCode>> = {
  EISDIR: "folder",
  ELOOP: "link_loop",
  ENXIO: "special_file",
  ENODEV: "special_file",
  EINVAL: "special_file",
  EEXIST: "exists",
  ENOSPC: "disk_full",
  EDQUOT: "disk_full",
  EFBIG: "disk_full",
};

/** A file that was asked for. */
export interface AskedFile {
  /** The served folder. */
  readonly root: string;
  /** The path of the file, or of the folder for it. */
  readonly path: string;
  readonly isUpload: boolean;
}

/** Refuses to open a file, and says why. An error that means something to a client is no failure, and is not reported. */
export function refuseToOpen(error: unknown, file: AskedFile, onError: FileErrorListener): Refusal {
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return file.isUpload
        ? refuseFor(NOT_FOUND, "folder_missing", shown(file, path.dirname(file.path)))
        : notFound(file);
    case "ENAMETOOLONG":
      return refuseFor(NOT_FOUND, "not_a_file_name", ": it is too long for the file system");
    case "EILSEQ":
      return refuseFor(NOT_FOUND, "not_a_file_name", ": the file system takes names in UTF-8 only");
    case "EACCES":
    case "EPERM":
      return refuseFor(FORBIDDEN, file.isUpload ? "unwritable" : "unreadable", forbiddenAct(file));
    case "EROFS":
      return refuseFor(FORBIDDEN, "unwritable", "write to a read-only file system");
    default:
      return refuseToRead(error, onError);
  }
}

/** Refuses a file that could be opened, but not read. */
export function refuseToRead(error: unknown, onError: FileErrorListener): Refusal {
  const refusal = refusalOf(error);
  if (refusal === FAILED) {
    onError(error);
  }
  return refuseAfter(error, refusal);
}

/**
 * Refuses to continue with an open file, and reports why.
 *
 * @param problem begins the report, as `/srv/tftp/file could not be read`.
 */
export function refuseToContinue(problem: string, error: unknown, onError: FileErrorListener): Refusal {
  reportBroken(problem, error, onError);
  return refuseAfter(error, refusalOf(error));
}

/** Reports why a file can no longer be used. */
export function reportBroken(problem: string, error: unknown, onError: FileErrorListener): void {
  onError(new Error(`${problem}: ${messageOf(error)}`, { cause: error }));
}

function refuseAfter(error: unknown, refusal: Refusal): Refusal {
  const known = CODES[codeOf(error)];
  return known === undefined
    ? refuseFor(refusal, "failed", `: ${printable(messageOf(error))}`)
    : refuseFor(refusal, known);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null | undefined)?.code ?? "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function notFound({ path: place }: AskedFile): Refusal {
  return refuseFor(NOT_FOUND, "not_found", isLink(place) ? ": its link leads nowhere" : "");
}

/** Names the act, and the file or folder whose permissions stand against it. */
function forbiddenAct(file: AskedFile): string {
  // A link's own permissions mean nothing.
  const status = statusOf(file.path, fs.statSync);
  if (status === undefined) {
    return isLink(file.path) ? "follow its link" : forbiddenFolder(file);
  }
  if (status.isDirectory()) {
    return `make files in the folder ${shown(file, file.path)}${rightsOf(status)}`;
  }
  return `${file.isUpload ? "write to it" : "read it"}${rightsOf(status)}`;
}

/** Of the folders above the file, the last one that this user can see is one that it may not enter, or not write to. */
function forbiddenFolder(file: AskedFile): string {
  let folder = path.dirname(file.path);
  let status = statusOf(folder, fs.statSync);
  while (status === undefined && folder !== path.dirname(folder)) {
    folder = path.dirname(folder);
    status = statusOf(folder, fs.statSync);
  }
  const isDirect = file.isUpload && folder === path.dirname(file.path);
  return `${isDirect ? "make files in" : "enter"} the folder ${shown(file, folder)}${rightsOf(status)}`;
}

function isLink(place: string): boolean {
  return statusOf(place, fs.lstatSync)?.isSymbolicLink() ?? false;
}

function statusOf(place: string, ask: (place: string | Buffer) => fs.Stats): fs.Stats | undefined {
  try {
    return ask(diskPath(place));
  } catch {
    return undefined;
  }
}

/** Owner and mode; nothing on Windows, which has neither. */
function rightsOf(status: fs.Stats | undefined): string {
  if (status === undefined || process.platform === "win32") {
    return "";
  }
  const mode = (status.mode & PERMISSION_BITS).toString(8).padStart(MODE_DIGITS, "0");
  return ` (owner ${status.uid}, group ${status.gid}, mode ${mode})`;
}

/** A path in the folder as clients name it. */
function shown({ root }: AskedFile, place: string): string {
  return quoted(path.relative(root, place).replaceAll(path.sep, "/") || ".");
}

/** A path in quotation marks, safe for a terminal. */
export function quoted(place: string): string {
  return `"${printable(place)}"`;
}
