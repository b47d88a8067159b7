import fs from "node:fs";
import { diskPath } from "./disk-names.js";

/** Bytes that this user may still write to the file system of a folder. */
export function roomBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(diskPath(folder));
  return bavail * bsize;
}
