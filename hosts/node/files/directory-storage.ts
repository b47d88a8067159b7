/** A folder as storage: files below it are sent and, if that is allowed, received. */
import {
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type WritableFile,
} from "../../../src/index.js";
import type { Catalogue, ListedFile } from "../../common/catalogue.js";
import { refuseFor } from "../../common/reasons.js";
import { checkedWritePolicy, type WritePolicy } from "../../common/write-policy.js";
import { checkedBoolean } from "./checked-boolean.js";
import { type ChecksummedStorage, Checksums, checksummedName } from "./checksums.js";
import { ConfinedFolder, closeRead, type OpenedFile } from "./confined-folder.js";
import { realPath } from "./disk-names.js";
import { refuseToOpen, refuseToRead } from "./file-reasons.js";
import { ignoreError } from "./file-refusals.js";
import { removeFile, visitFiles } from "./folder-listing.js";
import { removeTemporaryFiles } from "./litter.js";
import { MadeFolders } from "./made-folders.js";
import { reservedFor } from "./reserved-names.js";
import { SharedFiles } from "./shared-files.js";
import { SmallFiles } from "./small-files.js";
import { StagedFile } from "./staged-file.js";
import type { PlacedUploads, UploadPlace } from "./upload-place.js";

/** Options of a {@link DirectoryStorage}. */
export interface DirectoryOptions {
  /** Uploads that are allowed. Default "never". */
  write?: WritePolicy;
  /** Whether files may be fetched. Default true; false makes a drop box. */
  read?: boolean;
  /** Finds `Boot/BCD` when `boot/bcd` is requested. An exact match goes first. Default false. */
  ignoreCase?: boolean;
  /** Answers a request for `NAME.sha256` with the checksum of `NAME`, unless such a file exists. Default false. */
  checksums?: boolean;
  /**
   * Folders outside the served one, which must exist. Links that lead into them are followed for downloads; nothing is
   * written or removed there. Default: none, and a link that leads out is refused.
   */
  linksInto?: readonly string[];
}

/** A folder as storage: {@link TftpServer} makes one of its option `root`. */
export class DirectoryStorage implements ChecksummedStorage, PlacedUploads, Catalogue {
  private readonly folder: ConfinedFolder;
  private readonly write: WritePolicy;
  private readonly readAllowed: boolean;
  private readonly checksums: Checksums | undefined;
  private readonly smallFiles = new SmallFiles();
  private readonly sharedFiles: SharedFiles;
  private readonly madeFolders: MadeFolders;
  private hasWarnedOfCopying = false;

  /**
   * @param root the path of the folder.
   * @param onError receives errors of the file system that a refusal does not explain. Must not throw. Default: they are
   * dropped.
   * @param onWarning receives what the owner of the folder should know. Must not throw. Default: it is dropped.
   * @throws TypeError when an option has no value of its kind; NodeJS.ErrnoException ENOENT or ENOTDIR when `root` is not a
   * folder; RangeError when one of `linksInto` is not.
   */
  constructor(
    root: string,
    options: DirectoryOptions = {},
    private readonly onError: (error: unknown) => void = ignoreError,
    private readonly onWarning: (message: string) => void = () => {},
  ) {
    const ignoreCase = checkedBoolean("ignoreCase", options.ignoreCase, false);
    this.folder = new ConfinedFolder(root, ignoreCase, checkedFolders(options.linksInto));
    this.write = checkedWritePolicy(options.write);
    this.readAllowed = checkedBoolean("read", options.read, true);
    this.checksums = checkedBoolean("checksums", options.checksums, false) ? new Checksums(onError) : undefined;
    this.sharedFiles = new SharedFiles(onError);
    this.madeFolders = new MadeFolders(this.folder);
  }

  /**
   * Checks that no client can fetch one of these files.
   *
   * @throws RangeError that names the file.
   */
  checkOutside(files: readonly string[]): void {
    for (const file of files) {
      if (this.folder.contains(realPath(file))) {
        throw new RangeError(`${file} lies in the served folder, where clients can fetch it whole; move it out`);
      }
    }
  }

  get mayWrite(): boolean {
    return this.write !== "never";
  }

  get mayOverwrite(): boolean {
    return this.write === "overwrite";
  }

  /**
   * Removes unfinished uploads: those of processes that have ended now, others if they do not change for 15 minutes. Does
   * nothing where uploads are not allowed.
   *
   * @returns the number of files that were removed now.
   */
  async removeLitter(): Promise<number> {
    return this.write === "never" ? 0 : removeTemporaryFiles(this.folder.path);
  }

  openForReading(name: string): ReadableFile | Refusal {
    const file = this.openFile(name);
    const checksummed = file === NOT_FOUND ? checksummedName(name) : undefined;
    return checksummed === undefined ? file : this.openChecksum(checksummed, checksummed);
  }

  /** Opens the file of exactly this name: never a checksum. */
  openFile(name: string): ReadableFile | Refusal {
    if (!this.readAllowed) {
      return refuseFor(FORBIDDEN, "downloads_off");
    }
    const kept = this.smallFiles.find(name);
    if (kept !== undefined) {
      return kept;
    }
    const reserved = reservedFor(name);
    if (reserved !== undefined) {
      return refuseFor(NOT_FOUND, "not_a_file_name", reserved);
    }
    const opened = this.folder.openFile(name, this.onError);
    return isRefusal(opened) ? opened : this.readableFile(name, opened);
  }

  private readableFile(name: string, opened: OpenedFile): ReadableFile | Refusal {
    try {
      const small = this.smallFiles.read(name, opened);
      if (small === undefined) {
        return this.sharedFiles.fileFor(opened);
      }
      closeRead(opened.descriptor);
      return small;
    } catch (error) {
      closeRead(opened.descriptor);
      return refuseToRead(error, this.onError);
    }
  }

  /**
   * Opens the checksum of the file of this name.
   *
   * @param calledName the client's name for that file, which is written beside the checksum.
   * @returns `NOT_FOUND` when the file does not exist, or checksums are not given; `BUSY` while a large file is read.
   */
  openChecksum(name: string, calledName: string): ReadableFile | Refusal {
    if (!this.readAllowed) {
      return refuseFor(FORBIDDEN, "downloads_off");
    }
    if (this.checksums === undefined || reservedFor(name) !== undefined) {
      return refuseFor(NOT_FOUND, "not_found");
    }
    const opened = this.folder.openFile(name, this.onError);
    return isRefusal(opened) ? opened : this.checksums.fileFor(opened, calledName);
  }

  openForWriting(name: string, sizeBytes: number): WritableFile | Refusal {
    return this.openUpload({ name, makesFolders: false, keep: 0 }, sizeBytes);
  }

  openUpload(place: UploadPlace, sizeBytes: number): WritableFile | Refusal {
    const { name } = place;
    if (this.write === "never") {
      return refuseFor(FORBIDDEN, "uploads_off");
    }
    const reserved = reservedFor(name);
    if (reserved !== undefined) {
      return refuseFor(FORBIDDEN, "not_a_file_name", reserved);
    }
    const located = place.makesFolders ? this.folder.locate(name) : undefined;
    return located === undefined ? this.stage(place, sizeBytes) : this.stageInMadeFolders(place, located, sizeBytes);
  }

  private stageInMadeFolders(place: UploadPlace, located: string, sizeBytes: number): WritableFile | Refusal {
    const made = this.makeFolders(located);
    const file = made ?? this.stage(place, sizeBytes, located);
    if (isRefusal(file)) {
      this.madeFolders.abandon(located);
    }
    return file;
  }

  private makeFolders(located: string): Refusal | undefined {
    try {
      return this.madeFolders.make(located);
    } catch (error) {
      return refuseToOpen(error, { root: this.folder.path, path: located, isUpload: true }, this.onError);
    }
  }

  /** @param located path of the file, if folders may have been made for it. */
  private stage({ name, keep }: UploadPlace, sizeBytes: number, located?: string): WritableFile | Refusal {
    return StagedFile.create(this.folder, name, {
      sizeBytes,
      mayOverwrite: this.mayOverwrite,
      keep,
      onCopy: (file) => this.warnOfCopying(file),
      onCommitted: () => {
        this.smallFiles.forgetLookUps();
        if (located !== undefined) {
          this.madeFolders.use(located);
        }
      },
      ...(located === undefined ? {} : { onClosed: () => this.madeFolders.abandon(located) }),
      onError: this.onError,
    });
  }

  private warnOfCopying(file: string): void {
    if (!this.hasWarnedOfCopying) {
      this.hasWarnedOfCopying = true;
      this.onWarning(
        "Uploads over files that this user cannot replace are copied into them when they are complete; " +
          `only a crash during the copy could leave half a file. The first is ${file}`,
      );
    }
  }

  /** Shows the files that clients can fetch: none of a drop box. */
  async listFiles(visit: (file: ListedFile) => boolean, folder = "", isDeep = true): Promise<boolean> {
    return !this.readAllowed || visitFiles(this.folder, this.mayOverwrite, visit, folder, isDeep);
  }

  /** Removes a file. Refused where files may not be overwritten, which would come to the same. */
  removeFile(name: string): 0 | Refusal {
    if (!this.mayOverwrite) {
      return FORBIDDEN;
    }
    this.smallFiles.forgetLookUps();
    return removeFile(this.folder, name);
  }
}

function checkedFolders(linksInto: readonly string[] = []): readonly string[] {
  if (!Array.isArray(linksInto)) {
    throw new TypeError(`linksInto is ${JSON.stringify(linksInto)}; it must be a list of folders`);
  }
  return linksInto;
}
