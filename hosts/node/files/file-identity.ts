/** Whether a file is still the one that it was, by what the system says of it. */
import type fs from "node:fs";

/** A file that changed so lately may change again without a new time: file systems count in steps of up to 2 s. */
const SETTLED_MS = 3000;

/** Whether a change of the file from now on would show. */
export function isSettled({ ctimeMs }: fs.Stats): boolean {
  return Date.now() - ctimeMs > SETTLED_MS;
}

/** What tells a file, and each of its changes, from others. The whole of what the system says takes eight times the memory. */
export type FileIdentity = Readonly<Pick<fs.Stats, "dev" | "ino" | "size" | "mtimeMs" | "ctimeMs">>;

export function identityOf({ dev, ino, size, mtimeMs, ctimeMs }: fs.Stats): FileIdentity {
  return { dev, ino, size, mtimeMs, ctimeMs };
}

/** Whether both are of the same file, and it has not changed between them. */
export function isSameFile(before: FileIdentity, after: FileIdentity): boolean {
  return (
    before.dev === after.dev &&
    before.ino === after.ino &&
    before.size === after.size &&
    before.mtimeMs === after.mtimeMs &&
    before.ctimeMs === after.ctimeMs
  );
}
