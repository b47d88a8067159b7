/**
 * A file that is being received. It grows in the folder of its place under a temporary name, and takes its name in one
 * step when it is whole. Until then an older file of that name stays.
 */
import fs from "node:fs";
import path from "node:path";
import {
  EXISTS,
  FAILED,
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  type Refusal,
  type WritableFile,
} from "../../../src/index.js";
import { type ConfinedFolder, closeRead, pathOfFolder } from "./confined-folder.js";
import { type FileErrorListener, ignoreError, refusalOf, refuseToContinue, refuseToOpen } from "./file-refusals.js";
import { beginUpload, endUpload, newTemporaryName } from "./temporary-files.js";

/** Permissions of a new file, from which the process's umask takes away. */
const NEW_FILE_MODE = 0o666;
const PERMISSIONS = 0o777;

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

/** Options of a {@link StagedFile}. */
export interface StagedFileOptions {
  /** The announced size in bytes, or -1. */
  readonly sizeBytes: number;
  /** Whether an existing file may be replaced. */
  readonly mayOverwrite: boolean;
  /** Called when the file has its name. */
  readonly onCommitted?: () => void;
  /** Receives the reason why the file cannot be written. */
  readonly onError?: FileErrorListener;
}

/** The place that a file will take. */
interface Target {
  readonly path: string;
  /** Permissions of the present file. */
  readonly mode: number | undefined;
}

export class StagedFile implements WritableFile {
  private isCommitted = false;

  private constructor(
    private readonly folderDescriptor: number,
    private readonly folder: string,
    private readonly target: Target,
    private readonly temporaryName: string,
    private readonly descriptor: number,
    private readonly options: StagedFileOptions,
  ) {}

  /**
   * Opens a file for `name`.
   *
   * @returns the file, or a refusal when `name` exists, has no room, or is no place for a file.
   */
  static create(folder: ConfinedFolder, name: string, options: StagedFileOptions): StagedFile | Refusal {
    try {
      const target = targetOf(folder, name, options.mayOverwrite);
      if (isRefusal(target)) {
        return target;
      }
      const folderPath = path.dirname(target.path);
      const folderDescriptor = folder.openFolder(folderPath);
      if (folderDescriptor < 0) {
        return folderDescriptor;
      }
      try {
        return StagedFile.openIn(folderDescriptor, pathOfFolder(folderDescriptor, folderPath), target, options);
      } catch (error) {
        closeRead(folderDescriptor);
        throw error;
      }
    } catch (error) {
      return refuseToOpen(error, options.onError ?? ignoreError);
    }
  }

  private static openIn(
    folderDescriptor: number,
    folder: string,
    target: Target,
    options: StagedFileOptions,
  ): StagedFile {
    if (options.sizeBytes > roomBytes(folder)) {
      throw Object.assign(new Error(`no room for ${options.sizeBytes} bytes`), { code: "ENOSPC" });
    }
    const temporaryName = newTemporaryName();
    const descriptor = fs.openSync(path.join(folder, temporaryName), "wx", target.mode ?? NEW_FILE_MODE);
    beginUpload(temporaryName);
    keepPermissions(descriptor, target.mode);
    return new StagedFile(folderDescriptor, folder, target, temporaryName, descriptor, options);
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    try {
      let written = 0;
      while (written < length) {
        written += fs.writeSync(this.descriptor, source, offset + written, length - written, position + written);
      }
      return 0;
    } catch (error) {
      return this.refuse(error);
    }
  }

  /** Writes the bytes to the disk before the name: after a power failure there is the old file or the new one. */
  commit(): number {
    const temporary = path.join(this.folder, this.temporaryName);
    const final = path.join(this.folder, path.basename(this.target.path));
    try {
      fs.fsyncSync(this.descriptor);
      if (this.options.mayOverwrite) {
        fs.renameSync(temporary, final);
      } else {
        nameUnlessTaken(temporary, final);
      }
      this.isCommitted = true;
      this.options.onCommitted?.();
      syncFolder(this.folderDescriptor);
      return 0;
    } catch (error) {
      if (refusalOf(error) === EXISTS) {
        // Another client has put the file meanwhile, as it may.
        return EXISTS;
      }
      const refusal = this.refuse(error);
      return refusal === NOT_FOUND ? FAILED : refusal;
    }
  }

  close(): void {
    try {
      fs.closeSync(this.descriptor);
    } catch {
      // The file system reports late that it could not write: the file is discarded, or was synchronised before.
    }
    if (!this.isCommitted) {
      removeIfPossible(path.join(this.folder, this.temporaryName));
    }
    closeRead(this.folderDescriptor);
    endUpload(this.temporaryName);
  }

  private refuse(error: unknown): Refusal {
    return refuseToContinue(`${this.target.path} could not be written`, error, this.options.onError ?? ignoreError);
  }
}

/** Finds the place of a file, or why it may not go there. */
function targetOf(folder: ConfinedFolder, name: string, mayOverwrite: boolean): Target | Refusal {
  const located = folder.locate(name);
  if (located === undefined) {
    return FORBIDDEN;
  }
  const present = fs.lstatSync(located, { throwIfNoEntry: false });
  if (present === undefined) {
    return { path: located, mode: undefined };
  }
  const resolved = folder.resolveLink(located);
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

/** Gives the new file those permissions of the replaced file that the umask took away. */
function keepPermissions(descriptor: number, mode: number | undefined): void {
  if (mode === undefined) {
    return;
  }
  try {
    fs.fchmodSync(descriptor, mode);
  } catch {
    // The file system has no permissions.
  }
}

/** Gives a file its name unless another file has it. Unlike a rename, a hard link replaces nothing. */
function nameUnlessTaken(temporary: string, final: string): void {
  try {
    fs.linkSync(temporary, final);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "ENOSYS" && code !== "EOPNOTSUPP" && code !== "ENOTSUP") {
      throw error;
    }
    // The file system has no hard links. Another file may take the name between the next two lines.
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
    // The folder has become read-only. The next start removes the file.
  }
}

/** Writes the name to the disk, where the system can synchronise a folder. */
function syncFolder(descriptor: number): void {
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
  }
}

function roomBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}
