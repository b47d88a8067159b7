/** What tells the contents of a file from others, for clients that have a copy or a part of it (RFC 9110 §8.8, §13). */
import type { ReadableFile } from "../../../src/index.js";
import { type FileIdentity, isSettled } from "../files/file-identity.js";

export interface Validators {
  readonly entityTag: string;
  readonly lastModified: string;
}

/** Undefined for a file that may change without showing it, and for one that is in no folder. */
export function validatorsOf(file: ReadableFile & { readonly identity?: FileIdentity }): Validators | undefined {
  const { identity } = file;
  if (identity === undefined || !isSettled(identity)) {
    return undefined;
  }
  const { dev, ino, size, mtimeMs, ctimeMs } = identity;
  const parts = [dev, ino, size, mtimeMs, ctimeMs].map((part) => part.toString(36));
  return { entityTag: `"${parts.join("-")}"`, lastModified: new Date(mtimeMs).toUTCString() };
}

/** Whether the client's copy is the present content: the answer is 304. */
export function isUnchanged(
  { entityTag, lastModified }: Validators,
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
): boolean {
  if (ifNoneMatch !== undefined) {
    const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    return tags.includes("*") || tags.includes(entityTag);
  }
  return Date.parse(ifModifiedSince ?? "") >= Date.parse(lastModified);
}

/** Whether a part may be sent: the client has the other parts of this very content. A date is too coarse for that. */
export function isSamePart(validators: Validators | undefined, ifRange: string | undefined): boolean {
  return ifRange === undefined || ifRange === validators?.entityTag;
}
