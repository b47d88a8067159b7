/** What tells the contents of a file from others, for clients that have a copy or a part of it (RFC 9110 §8.8, §13). */
import { type FileIdentity, isSettled } from "../files/file-identity.js";

export interface Validators {
  /** A strong entity tag. */
  readonly entityTag: string | undefined;
  /** Time of the last change, in the form of HTTP. */
  readonly lastModified: string | undefined;
}

/** What a storage may say of a file: figures of a folder's, or the validators of another server's. */
type Described = Partial<Validators> & { readonly identity?: FileIdentity };

/** Without any for a file that may change without showing it, and for one that nothing is known of. */
export function validatorsOf(file: unknown): Validators {
  const { identity, entityTag, lastModified } = Object(file) as Described;
  if (identity === undefined || !isSettled(identity)) {
    return { entityTag, lastModified };
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
    return entityTag !== undefined && (tags.includes("*") || tags.includes(entityTag));
  }
  return Date.parse(ifModifiedSince ?? "") >= Date.parse(lastModified ?? "");
}

/** Whether a part may be sent: the client has the other parts of this very content. A date is too coarse for that. */
export function isSamePart({ entityTag }: Validators, ifRange: string | undefined): boolean {
  return ifRange === undefined || ifRange === entityTag;
}
