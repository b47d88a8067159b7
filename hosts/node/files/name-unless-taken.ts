import fs from "node:fs";
import { diskPath } from "./disk-names.js";

/** Answers of file systems without hard links, or that allow none to this file. */
const NO_LINK: ReadonlySet<string> = new Set(["EPERM", "ENOSYS", "EOPNOTSUPP", "ENOTSUP", "EMLINK", "EXDEV"]);

/** Whether a hard link failed although the names are fine. */
export function isWithoutLinks(error: unknown): boolean {
  return NO_LINK.has((error as NodeJS.ErrnoException).code ?? "");
}

/**
 * Gives a file its name unless another file has it. Unlike a rename, a hard link replaces nothing.
 *
 * @throws NodeJS.ErrnoException, EEXIST if another file has the name.
 */
export function nameUnlessTaken(temporary: string, final: string): void {
  try {
    fs.linkSync(diskPath(temporary), diskPath(final));
  } catch (error) {
    if (!isWithoutLinks(error)) {
      throw error;
    }
    // The file system has no hard links. Another file may take the name between the next two lines.
    if (fs.existsSync(diskPath(final))) {
      throw Object.assign(new Error("exists"), { code: "EEXIST" });
    }
    fs.renameSync(diskPath(temporary), diskPath(final));
    return;
  }
  fs.unlinkSync(diskPath(temporary));
}
