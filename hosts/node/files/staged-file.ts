/**
 * A file that is being received. It grows in the folder of its place under a temporary name, and takes its name in one
 * step when it is whole. Until then an older file of that name stays. Where the system does not allow that, or the file would
 * get another owner, it is copied over the old one when it is whole.
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
import { refuseFor } from "../../common/reasons.js";
import { CollectedWrites } from "./collected-writes.js";
import { type ConfinedFolder, closeRead, pathInFolder, pathOfFolder, refuseOtherFile } from "./confined-folder.js";
import { copyIntoPlace } from "./copy-into-place.js";
import { RESERVED_ON_WINDOWS } from "./device-names.js";
import { diskPath } from "./disk-names.js";
import { refuseToContinue, refuseToOpen, reportBroken } from "./file-reasons.js";
import { type FileErrorListener, ignoreError, refusalOf } from "./file-refusals.js";
import { AccessListCopy, keepOwner, keepPermissions, PERMISSIONS } from "./kept-rights.js";
import { KeptVersions } from "./kept-versions.js";
import { nameUnlessTaken } from "./name-unless-taken.js";
import { closeStaged, type Staging, stageBeside, stageElsewhere } from "./staging.js";
import { syncFolder } from "./sync-folder.js";

/** Permissions of a new file, from which the process's umask takes away. */
const NEW_FILE_MODE = 0o666;

/** The user may make no file in the folder. */
const NO_NEW_FILE: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"]);
/** The file can be written, but not replaced: the folder is sticky, or the file is a mount of its own. */
const NO_RENAME: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EBUSY"]);

/** Options of a {@link StagedFile}. */
export interface StagedFileOptions {
  /** The announced size in bytes, or -1. */
  readonly sizeBytes: number;
  /** Whether an existing file may be replaced. */
  readonly mayOverwrite: boolean;
  /** Older versions that are kept beside the file. Default 0. */
  readonly keep?: number;
  /** Called when the file has its name. */
  readonly onCommitted?: () => void;
  /** Called when the file is closed, complete or not. */
  readonly onClosed?: () => void;
  /** Called before the file is copied over the present one, which only a crash could leave half written. */
  readonly onCopy?: (path: string) => void;
  /** Receives the reason why the file cannot be written. */
  readonly onError?: FileErrorListener;
}

/** The place that a file will take. */
interface Target {
  readonly path: string;
  /** The file that is there. */
  readonly present: fs.Stats | undefined;
}

export class StagedFile implements WritableFile {
  private isNamed = false;
  private readonly final: string;
  private readonly writes: CollectedWrites;
  private readonly accessList: AccessListCopy | undefined;
  private readonly versions: KeptVersions | undefined;

  private constructor(
    private readonly folderDescriptor: number,
    private readonly folder: string,
    private readonly target: Target,
    private readonly staging: Staging,
    private readonly options: StagedFileOptions,
  ) {
    const { descriptor, name } = staging;
    const { keep = 0 } = options;
    this.writes = new CollectedWrites(descriptor);
    const finalName = path.basename(target.path);
    this.final = pathInFolder(folder, finalName);
    this.versions = keep > 0 ? new KeptVersions(folder, finalName, keep) : undefined;
    this.accessList = name === undefined ? undefined : AccessListCopy.start(this.final, target.present, descriptor);
  }

  /**
   * Opens a file for `name`.
   *
   * @returns the file, or a refusal when `name` exists, has no room, or is no place for a file.
   */
  static create(folder: ConfinedFolder, name: string, options: StagedFileOptions): StagedFile | Refusal {
    const located = folder.locate(name);
    if (located === undefined) {
      return refuseFor(FORBIDDEN, "not_a_file_name", RESERVED_ON_WINDOWS);
    }
    try {
      const target = targetOf(folder, located, options.mayOverwrite);
      if (isRefusal(target)) {
        return target;
      }
      const folderPath = path.dirname(target.path);
      const folderDescriptor = folder.openFolder(folderPath);
      if (folderDescriptor < 0) {
        return folderDescriptor;
      }
      try {
        const held = pathOfFolder(folderDescriptor, folderPath);
        const staging = stage(held, target, options);
        if (staging.name === undefined && (options.keep ?? 0) > 0) {
          closeRead(staging.descriptor);
          closeRead(folderDescriptor);
          return refuseFor(FORBIDDEN, "unwritable", "make files in its folder, where older versions are kept");
        }
        return new StagedFile(folderDescriptor, held, target, staging, options);
      } catch (error) {
        closeRead(folderDescriptor);
        throw error;
      }
    } catch (error) {
      const asked = { root: folder.path, path: located, isUpload: true };
      return refuseToOpen(error, asked, options.onError ?? ignoreError);
    }
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    try {
      this.writes.write(source, offset, length, position);
      return 0;
    } catch (error) {
      return this.refuse(error);
    }
  }

  /** Writes the bytes to the disk before the name: after a power failure there is the old file or the new one. */
  commit(): number {
    try {
      this.writes.flush();
      if (this.options.mayOverwrite) {
        this.replace();
      } else {
        fs.fsyncSync(this.staging.descriptor);
        nameUnlessTaken(this.temporary, this.final);
        this.isNamed = true;
      }
      this.options.onCommitted?.();
      syncFolder(this.folderDescriptor);
      this.removeOldVersions();
      return 0;
    } catch (error) {
      if (refusalOf(error) === EXISTS) {
        // Another client has put the file meanwhile, as it may.
        return refuseToReplace();
      }
      const refusal = this.refuse(error);
      return refusal === NOT_FOUND ? FAILED : refusal;
    }
  }

  close(): void {
    this.writes.close();
    closeStaged(this.staging);
    this.staging.discard(this.isNamed);
    closeRead(this.folderDescriptor);
    this.options.onClosed?.();
  }

  /** Takes the place of the present file, or takes over its content where this would lose the file's owner. */
  private replace(): void {
    const { final, staging } = this;
    const present = fs.lstatSync(diskPath(final), { throwIfNoEntry: false });
    const isFile = present?.isFile() ?? false;
    if (staging.name === undefined || (isFile && !keepOwner(staging.descriptor, present as fs.Stats))) {
      this.copyIntoPlace();
      return;
    }
    if (isFile) {
      this.accessList?.finish();
      keepPermissions(staging.descriptor, present);
    }
    fs.fsyncSync(staging.descriptor);
    if (isFile) {
      this.versions?.keepByLink();
    }
    try {
      fs.renameSync(diskPath(this.temporary), diskPath(final));
      this.isNamed = true;
    } catch (error) {
      if (!isFile || !NO_RENAME.has(codeOf(error))) {
        throw error;
      }
      this.copyIntoPlace();
    }
  }

  private copyIntoPlace(): void {
    this.options.onCopy?.(this.target.path);
    this.versions?.keepByCopy();
    copyIntoPlace(this.staging.descriptor, this.folder, this.final);
  }

  /** The upload is complete, and does not fail for this. */
  private removeOldVersions(): void {
    try {
      this.versions?.removeOldest();
    } catch (error) {
      const problem = `older versions of ${this.target.path} could not be removed`;
      reportBroken(problem, error, this.options.onError ?? ignoreError);
    }
  }

  private get temporary(): string {
    return pathInFolder(this.folder, this.staging.name ?? "");
  }

  private refuse(error: unknown): Refusal {
    return refuseToContinue(`${this.target.path} could not be written`, error, this.options.onError ?? ignoreError);
  }
}

/** Opens a file that grows, if possible in the folder of its place. */
function stage(folder: string, { path: place, present }: Target, options: StagedFileOptions): Staging {
  try {
    const staging = stageBeside(
      folder,
      options.sizeBytes,
      present === undefined ? NEW_FILE_MODE : present.mode & PERMISSIONS,
    );
    keepPermissions(staging.descriptor, present);
    return staging;
  } catch (error) {
    if (present === undefined || !NO_NEW_FILE.has(codeOf(error))) {
      throw error;
    }
  }
  // The file was made for uploads in a folder where this user may make none.
  try {
    return stageElsewhere(options.sizeBytes);
  } catch (error) {
    const problem = `An upload cannot be staged in a temporary folder (TMPDIR); this user may make no file beside ${place}`;
    reportBroken(problem, error, options.onError ?? ignoreError);
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}

/** Finds the place of a file, or why it may not go there. */
function targetOf(folder: ConfinedFolder, located: string, mayOverwrite: boolean): Target | Refusal {
  const present = fs.lstatSync(diskPath(located), { throwIfNoEntry: false });
  if (present === undefined) {
    return { path: located, present: undefined };
  }
  const resolved = folder.resolveLink(located);
  if (typeof resolved === "number") {
    return resolved;
  }
  const file = fs.lstatSync(diskPath(resolved));
  if (!file.isFile()) {
    return refuseOtherFile(file);
  }
  if (!mayOverwrite) {
    return refuseToReplace();
  }
  fs.accessSync(diskPath(resolved), fs.constants.W_OK);
  return { path: resolved, present: file };
}

function refuseToReplace(): Refusal {
  return refuseFor(EXISTS, "exists", " (--overwrite allows replacing it)");
}
