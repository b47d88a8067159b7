import fs from "node:fs";

/** Bytes that this user may still write to the file system of a folder. */
export function roomBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}
