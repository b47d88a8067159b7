/** Tells from the file system's figures whether a file has changed. */
import type fs from "node:fs";

/** A file that changed more recently may change again without a new time: file systems count in steps of up to 2 s. */
const SETTLED_MS = 3000;

/** Whether any further change of the file would show in its figures. */
export function isSettled({ ctimeMs }: Pick<fs.Stats, "ctimeMs">): boolean {
  return Date.now() - ctimeMs > SETTLED_MS;
}

/** The figures that tell a file, and each of its changes, from others. All of `fs.Stats` takes eight times the memory. */
export type FileIdentity = Readonly<Pick<fs.Stats, "dev" | "ino" | "size" | "mtimeMs" | "ctimeMs">>;

export function identityOf({ dev, ino, size, mtimeMs, ctimeMs }: fs.Stats): FileIdentity {
  return { dev, ino, size, mtimeMs, ctimeMs };
}

/** Whether both are figures of one file that has not changed in between. */
export function isSameFile(before: FileIdentity, after: FileIdentity): boolean {
  return (
    before.dev === after.dev &&
    before.ino === after.ino &&
    before.size === after.size &&
    before.mtimeMs === after.mtimeMs &&
    before.ctimeMs === after.ctimeMs
  );
}
