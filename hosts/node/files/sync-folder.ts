/** Writes the names of a folder to the disk. */
import fs from "node:fs";

/** Answers of systems and file systems that cannot synchronise a folder. Any other is a failure of the disk. */
const NO_FOLDER_SYNC: ReadonlySet<string> = new Set([
  "EINVAL",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EPERM",
  "EACCES",
  "EBADF",
  "EISDIR",
]);

/** Writes the names of an open folder to the disk, where the system can do that. */
export function syncFolder(descriptor: number): void {
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
  }
}
