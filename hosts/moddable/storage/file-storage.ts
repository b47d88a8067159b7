/**
 * The board's file system as storage, to read and, if allowed, to write.
 */
import {
  EXISTS,
  FAILED,
  FORBIDDEN,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type WritableFile,
} from "../../../src/index.js";
import type { Catalogue, ListedFile } from "../../common/catalogue.js";
import type { ReasonCode } from "../../common/reasons.js";
import { checkedWritePolicy, type WritePolicy } from "../../common/write-policy.js";
import type { Directory, File, FileStatus } from "./directory.js";
import { PartView } from "./part-view.js";
import {
  FOLDER,
  FOLDER_MISSING,
  NOT_A_FILE_NAME,
  type ReasonedStorage,
  refuse,
  UPLOADS_OFF,
} from "./reasoned-storage.js";
import { isTemporary, removeLitter, StagedFile } from "./staged-file.js";

/** Deeper folders are not listed: each takes memory while it is open. */
const MAX_LISTED_DEPTH = 4;

/** Options of a {@link FileStorage}. */
export interface FileStorageOptions {
  /** The served folder: the default export of `embedded:storage/files`, or a folder opened from it. */
  directory: Directory;
  /** Files that clients may write. Default "never". */
  write?: WritePolicy;
}

/** The board's file system as storage. */
export class FileStorage implements ReasonedStorage, Catalogue {
  refusalReason: ReasonCode | undefined = undefined;
  private readonly directory: Directory;
  private readonly write: WritePolicy;
  private stagedCount = 0;
  /** One view serves all uploads, because each block is written at once. */
  private readonly part = new PartView();

  /** Removes the temporary files of uploads that a reset or a power cut has interrupted. */
  constructor(options: FileStorageOptions) {
    this.directory = options.directory;
    this.write = checkedWritePolicy(options.write);
    removeLitter(this.directory);
  }

  openForReading(name: string): ReadableFile | Refusal {
    if (isTemporary(name)) {
      return refuse(this, NOT_FOUND, NOT_A_FILE_NAME);
    }
    const status = statusOf(this.directory, name);
    if (status === undefined || !status.isFile()) {
      return status?.isDirectory() ? refuse(this, FORBIDDEN, FOLDER) : NOT_FOUND;
    }
    return new DirectoryFile(this.directory.openFile({ path: name, mode: "r" }), status.size);
  }

  /** The folder of the file must exist. */
  openForWriting(name: string): WritableFile | Refusal {
    if (!this.mayWrite) {
      return refuse(this, FORBIDDEN, UPLOADS_OFF);
    }
    const status = isTemporary(name) ? undefined : statusOf(this.directory, name);
    if (status === undefined) {
      return refuse(this, FORBIDDEN, NOT_A_FILE_NAME);
    }
    if (status.isDirectory()) {
      return refuse(this, FORBIDDEN, FOLDER);
    }
    if (status.isFile() && !this.mayOverwrite) {
      return EXISTS;
    }
    const folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    if (folder !== "" && !this.directory.status(folder).isDirectory()) {
      return refuse(this, NOT_FOUND, FOLDER_MISSING);
    }
    return new StagedFile(this.directory, name, this.mayOverwrite, ++this.stagedCount, this.part);
  }

  get mayWrite(): boolean {
    return this.write !== "never";
  }

  get mayOverwrite(): boolean {
    return this.write === "overwrite";
  }

  listFiles(visit: (file: ListedFile) => boolean, folder = "", isDeep = true): void {
    const name = folder.slice(0, -1);
    if (name === "" || statusOf(this.directory, name)?.isDirectory()) {
      this.listFolder(name, isDeep, MAX_LISTED_DEPTH, visit);
    }
  }

  /** Files that may not be overwritten may not be removed either: removing and putting again is overwriting. */
  removeFile(name: string): 0 | Refusal {
    if (!this.mayOverwrite) {
      return FORBIDDEN;
    }
    const isFile = !isTemporary(name) && statusOf(this.directory, name)?.isFile();
    return isFile && this.directory.delete(name) ? 0 : NOT_FOUND;
  }

  /** @returns whether more files are wanted. */
  private listFolder(
    folder: string,
    isDeep: boolean,
    depthLeft: number,
    visit: (file: ListedFile) => boolean,
  ): boolean {
    for (const entry of this.directory.scan(folder)) {
      const name = folder === "" ? entry : `${folder}/${entry}`;
      const status = isTemporary(name) ? undefined : statusOf(this.directory, name);
      let isWanted = true;
      if (status?.isFile()) {
        isWanted = visit({ name, sizeBytes: status.size, isRemovable: this.mayOverwrite });
      } else if (status?.isDirectory()) {
        isWanted = isDeep
          ? depthLeft === 0 || this.listFolder(name, isDeep, depthLeft - 1, visit)
          : visit({ name: `${name}/`, sizeBytes: 0, isRemovable: false });
      }
      if (!isWanted) {
        return false;
      }
    }
    return true;
  }
}

/** The status of a file, or undefined where no file can be: a component is a file, or a name is too long. */
function statusOf(directory: Directory, path: string): FileStatus | undefined {
  try {
    return directory.status(path);
  } catch {
    return undefined;
  }
}

/** A file that is read, as large as it was when it was opened. */
class DirectoryFile implements ReadableFile {
  constructor(
    private readonly file: File,
    readonly sizeBytes: number,
  ) {}

  /**
   * Bytes that were appended after the file was opened are left out: the client was told the size. A file that became
   * shorter fails, since the client would take the short block for the end of a whole file.
   */
  read(target: Uint8Array, position: number): number {
    const left = this.sizeBytes - position;
    const wanted = left < target.length ? left : target.length;
    if (wanted <= 0) {
      return 0;
    }
    return this.file.read(target, position) < wanted ? FAILED : wanted;
  }

  close(): void {
    this.file.close();
  }
}
