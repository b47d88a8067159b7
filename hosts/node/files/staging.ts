/** Places where uploads grow: the folder of the file, or a private one elsewhere. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathInFolder } from "./confined-folder.js";
import { diskPath } from "./disk-names.js";
import { roomBytes } from "./room.js";
import { beginUpload, endUpload, newTemporaryName } from "./temporary-files.js";

/** The usual folders for temporary files on POSIX; the first is on a disk. */
const TEMPORARY_FOLDERS = process.platform === "win32" ? [] : ["/var/tmp", "/tmp"];

/** A file that grows. */
export interface Staging {
  readonly descriptor: number;
  /** The name of the file in the folder of its place; undefined if it is elsewhere. */
  readonly name: string | undefined;
  /** Removes the file, which was closed, unless it has got its name. It never throws. */
  discard(isNamed: boolean): void;
}

/** @throws NodeJS.ErrnoException, ENOSPC when `sizeBytes` do not fit. */
export function stageBeside(folder: string, sizeBytes: number, mode: number): Staging {
  checkRoom(folder, sizeBytes);
  const name = newTemporaryName();
  const full = pathInFolder(folder, name);
  const descriptor = fs.openSync(diskPath(full), "wx+", mode);
  beginUpload(name);
  return {
    descriptor,
    name,
    discard(isNamed) {
      if (!isNamed) {
        removeIfPossible(full);
      }
      endUpload(name);
    },
  };
}

/**
 * Stages a file in a folder for temporary files. It has no name there, where the system can do without, so that even a killed
 * server leaves nothing.
 *
 * @throws Error when it can go nowhere; NodeJS.ErrnoException ENOSPC when `sizeBytes` do not fit.
 */
export function stageElsewhere(sizeBytes: number): Staging {
  let problem: unknown;
  // A service may have a TMPDIR in which its user cannot write, or a small one in memory.
  for (const place of new Set([os.tmpdir(), ...TEMPORARY_FOLDERS])) {
    try {
      return stageIn(place, sizeBytes);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}

function stageIn(place: string, sizeBytes: number): Staging {
  checkRoom(place, sizeBytes);
  const folder = fs.mkdtempSync(path.join(place, "lockstep-tftp-"));
  const discard = (): void => removeIfPossible(folder);
  try {
    const descriptor = fs.openSync(path.join(folder, "upload"), "wx+", 0o600);
    discard();
    return { descriptor, name: undefined, discard };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Closes the file. It never throws. */
export function closeStaged({ descriptor }: Staging): void {
  try {
    fs.closeSync(descriptor);
  } catch {
    // The file system reports late that it could not write: the file is discarded, or was synchronised before.
  }
}

/** If no size was announced, there is nothing to compare: the system reports a full disk when it comes to that. */
function checkRoom(folder: string, sizeBytes: number): void {
  if (sizeBytes > 0 && sizeBytes > roomBytes(folder)) {
    throw Object.assign(new Error(`no room for ${sizeBytes} bytes in ${folder}`), { code: "ENOSPC" });
  }
}

function removeIfPossible(file: string): void {
  try {
    fs.rmSync(diskPath(file), { force: true, recursive: true });
  } catch {
    // The folder has become read-only. The next start removes the file.
  }
}
