/**
 * A folder as storage: files below it are sent, and, if that is allowed, received.
 */
import {
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type WritableFile,
} from "../../../src/index.js";
import type { Catalogue, ListedFile } from "../../common/catalogue.js";
import { type ChecksummedStorage, Checksums, checksummedName } from "./checksums.js";
import { ConfinedFolder, closeRead, type OpenedFile } from "./confined-folder.js";
import { refusalOf } from "./file-refusals.js";
import { removeFile, visitFiles } from "./folder-listing.js";
import { SharedFiles } from "./shared-files.js";
import { SmallFiles } from "./small-files.js";
import { StagedFile } from "./staged-file.js";
import { isTemporaryName, removeTemporaryFiles } from "./temporary-files.js";

/** Which uploads are allowed: none, files that do not exist yet, or also replacing those that do. */
export type WritePolicy = "never" | "new" | "overwrite";

/** What clients may do with a folder. */
export interface DirectoryOptions {
  /** Which uploads are allowed. Default "never". */
  write?: WritePolicy;
  /** Whether files may be fetched. Default true; false makes a drop box. */
  read?: boolean;
  /** Finds `Boot/BCD` when `boot/bcd` is asked for. An exact match goes first. Default false. */
  ignoreCase?: boolean;
  /** Answers a request for `NAME.sha256`, where there is no such file, with the checksum of `NAME`. Default false. */
  checksums?: boolean;
}

/** A folder as storage: what `TftpServer` makes of its option `root`. */
export class DirectoryStorage implements ChecksummedStorage, Catalogue {
  private readonly root: ConfinedFolder;
  private readonly write: WritePolicy;
  private readonly readAllowed: boolean;
  private readonly checksums: Checksums | undefined;
  private readonly smallFiles = new SmallFiles();
  private readonly sentFiles = new SharedFiles();

  /**
   * @throws NodeJS.ErrnoException ENOENT or ENOTDIR when `root` is no folder.
   */
  constructor(root: string, options: DirectoryOptions = {}) {
    this.root = new ConfinedFolder(root, options.ignoreCase ?? false);
    this.write = options.write ?? "never";
    this.readAllowed = options.read ?? true;
    this.checksums = options.checksums ? new Checksums() : undefined;
  }

  get mayWrite(): boolean {
    return this.write !== "never";
  }

  get mayOverwrite(): boolean {
    return this.write === "overwrite";
  }

  /**
   * Removes what uploads have left that were cut off by the end of their process. Does nothing where uploads are not
   * allowed.
   *
   * @returns how many files were removed.
   */
  async removeLitter(): Promise<number> {
    return this.write === "never" ? 0 : removeTemporaryFiles(this.root.path);
  }

  openForReading(name: string): ReadableFile | Refusal {
    const file = this.openFile(name);
    const checksummed = file === NOT_FOUND ? checksummedName(name) : undefined;
    return checksummed === undefined ? file : this.openChecksum(checksummed, checksummed);
  }

  /** The file of this very name, or a refusal: never a checksum. */
  openFile(name: string): ReadableFile | Refusal {
    if (!this.readAllowed) {
      return FORBIDDEN;
    }
    const kept = this.smallFiles.find(name);
    if (kept !== undefined) {
      return kept;
    }
    if (isTemporaryName(name)) {
      return NOT_FOUND;
    }
    const opened = this.root.openFile(name);
    return isRefusal(opened) ? opened : this.sentFile(name, opened);
  }

  private sentFile(name: string, opened: OpenedFile): ReadableFile | Refusal {
    try {
      const small = this.smallFiles.read(name, opened);
      if (small === undefined) {
        return this.sentFiles.fileFor(opened);
      }
      closeRead(opened.descriptor);
      return small;
    } catch (error) {
      closeRead(opened.descriptor);
      return refusalOf(error);
    }
  }

  /**
   * The checksum of the file of this name.
   *
   * @param calledName what the client calls that file, and finds beside the checksum.
   * @returns ERROR 1 as a refusal where there is no such file, or checksums are not given.
   */
  openChecksum(name: string, calledName: string): ReadableFile | Refusal {
    if (!this.readAllowed) {
      return FORBIDDEN;
    }
    if (this.checksums === undefined || isTemporaryName(name)) {
      return NOT_FOUND;
    }
    const opened = this.root.openFile(name);
    if (isRefusal(opened)) {
      return opened;
    }
    try {
      return this.checksums.fileFor(opened, calledName);
    } catch (error) {
      return refusalOf(error);
    } finally {
      closeRead(opened.descriptor);
    }
  }

  openForWriting(name: string, sizeBytes: number): WritableFile | Refusal {
    if (this.write === "never" || isTemporaryName(name)) {
      return FORBIDDEN;
    }
    return StagedFile.create(this.root, name, sizeBytes, this.mayOverwrite, () => this.smallFiles.changed());
  }

  /** Shows the files that clients can fetch: none of a drop box. */
  async listFiles(visit: (file: ListedFile) => boolean): Promise<boolean> {
    return !this.readAllowed || visitFiles(this.root, this.mayOverwrite, visit);
  }

  /** Where files may not be replaced they may not be removed either: that would come to the same. */
  removeFile(name: string): 0 | Refusal {
    if (!this.mayOverwrite) {
      return FORBIDDEN;
    }
    this.smallFiles.changed();
    return removeFile(this.root, name);
  }
}
