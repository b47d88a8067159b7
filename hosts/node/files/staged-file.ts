/**
 * A file that is being received: it grows beside its place under a temporary name, and takes its own name in one step
 * when it is whole. Whatever was there before stays until then.
 */
import fs from "node:fs";
import path from "node:path";
import { EXISTS, FAILED, FORBIDDEN, NOT_FOUND, type Refusal, type WritableFile } from "../../../src/index.js";
import { type ConfinedFolder, closeRead, pathOfFolder } from "./confined-folder.js";
import { refusalOf } from "./file-refusals.js";
import { newTemporaryName, uploadBegins, uploadEnds } from "./temporary-files.js";

/** What a new file may be at the most; the process's umask takes away from it. */
const NEW_FILE_MODE = 0o666;
const PERMISSIONS = 0o777;

export class StagedFile implements WritableFile {
  private committed = false;

  private constructor(
    private readonly folderDescriptor: number,
    private readonly folder: string,
    private readonly name: string,
    private readonly temporaryName: string,
    private readonly descriptor: number,
    private readonly mayOverwrite: boolean,
    private readonly placed: () => void,
  ) {}

  /**
   * Prepares the upload of `name`.
   *
   * @param sizeBytes what the client announced, or -1.
   * @param placed is told when the file has its name.
   * @returns the file, or a refusal: it exists, there is no room, it is no place for a file.
   */
  static create(
    root: ConfinedFolder,
    name: string,
    sizeBytes: number,
    mayOverwrite: boolean,
    placed: () => void = () => {},
  ): StagedFile | Refusal {
    try {
      const target = StagedFile.target(root, name, mayOverwrite);
      if (typeof target === "number") {
        return target;
      }
      const folderPath = path.dirname(target.path);
      const folderDescriptor = root.openFolder(folderPath);
      if (folderDescriptor < 0) {
        return folderDescriptor;
      }
      try {
        const folder = pathOfFolder(folderDescriptor, folderPath);
        if (sizeBytes > roomBytes(folder)) {
          throw Object.assign(new Error(`no room for ${sizeBytes} bytes`), { code: "ENOSPC" });
        }
        const temporaryName = newTemporaryName();
        const descriptor = fs.openSync(path.join(folder, temporaryName), "wx", target.mode ?? NEW_FILE_MODE);
        uploadBegins(temporaryName);
        keepPermissions(descriptor, target.mode);
        const finalName = path.basename(target.path);
        return new StagedFile(folderDescriptor, folder, finalName, temporaryName, descriptor, mayOverwrite, placed);
      } catch (error) {
        closeRead(folderDescriptor);
        throw error;
      }
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Where the file goes, and the permissions of the file that is there now; or why it may not go there. */
  private static target(
    root: ConfinedFolder,
    name: string,
    mayOverwrite: boolean,
  ): { path: string; mode: number | undefined } | Refusal {
    const located = root.locate(name);
    if (located === undefined) {
      return FORBIDDEN;
    }
    const present = fs.lstatSync(located, { throwIfNoEntry: false });
    if (present === undefined) {
      return { path: located, mode: undefined };
    }
    const resolved = root.resolveLink(located);
    if (resolved === undefined) {
      return FORBIDDEN;
    }
    const file = fs.lstatSync(resolved);
    if (!file.isFile()) {
      return FORBIDDEN;
    }
    if (!mayOverwrite) {
      return EXISTS;
    }
    fs.accessSync(resolved, fs.constants.W_OK);
    return { path: resolved, mode: file.mode & PERMISSIONS };
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    try {
      let written = 0;
      while (written < length) {
        written += fs.writeSync(this.descriptor, source, offset + written, length - written, position + written);
      }
      return 0;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** The bytes reach the disk before the name does: after a power failure there is the old file or the new one. */
  commit(): number {
    const temporary = path.join(this.folder, this.temporaryName);
    const final = path.join(this.folder, this.name);
    try {
      fs.fsyncSync(this.descriptor);
      if (this.mayOverwrite) {
        fs.renameSync(temporary, final);
      } else {
        nameUnlessTaken(temporary, final);
      }
      this.committed = true;
      this.placed();
      syncFolder(this.folderDescriptor);
      return 0;
    } catch (error) {
      const refusal = refusalOf(error);
      return refusal === NOT_FOUND ? FAILED : refusal;
    }
  }

  close(): void {
    try {
      fs.closeSync(this.descriptor);
    } catch {
      // A file system that reports late that it could not write: the upload is thrown away or was synchronised before.
    }
    if (!this.committed) {
      removeIfPossible(path.join(this.folder, this.temporaryName));
    }
    closeRead(this.folderDescriptor);
    uploadEnds(this.temporaryName);
  }
}

/** The permissions of the file that is replaced: those that the umask has taken away from the new one come back. */
function keepPermissions(descriptor: number, mode: number | undefined): void {
  if (mode === undefined) {
    return;
  }
  try {
    fs.fchmodSync(descriptor, mode);
  } catch {
    // A file system without permissions has none to keep.
  }
}

/** Gives a file its name only if nobody has it. A hard link cannot replace anything, unlike a rename. */
function nameUnlessTaken(temporary: string, final: string): void {
  try {
    fs.linkSync(temporary, final);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "ENOSYS" && code !== "EOPNOTSUPP" && code !== "ENOTSUP") {
      throw error;
    }
    // A file system without hard links. What is lost is only the certainty within the next two lines.
    if (fs.existsSync(final)) {
      throw Object.assign(new Error("exists"), { code: "EEXIST" });
    }
    fs.renameSync(temporary, final);
    return;
  }
  fs.unlinkSync(temporary);
}

function removeIfPossible(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // The folder has become read-only meanwhile. The next start removes what is left.
  }
}

function syncFolder(descriptor: number): void {
  try {
    fs.fsyncSync(descriptor);
  } catch {
    // Not every system lets a folder be synchronised; the file itself is safe.
  }
}

function roomBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}
