/**
 * The board's file system as storage: files are sent, and, if that is allowed, received.
 */
import {
  EXISTS,
  FAILED,
  FORBIDDEN,
  NOT_FOUND,
  type ReadableFile,
  type Refusal,
  type Storage,
  type WritableFile,
} from "../../../src/index.js";
import type { Catalogue, ListedFile } from "../../common/catalogue.js";
import type { Directory, File, FileStatus } from "./directory.js";
import { PartView } from "./part-view.js";
import { isTemporary, removeLitter, StagedFile } from "./staged-file.js";

/** Folders that lie deeper are not looked into: each takes memory while it is open. */
const MAX_LISTED_DEPTH = 4;

/** Which uploads are allowed: none, files that do not exist yet, or also replacing those that do. */
export type WritePolicy = "never" | "new" | "replace";

/** What a {@link FileStorage} serves, and what clients may do with it. */
export interface FileStorageOptions {
  /** The root of what is served: the default export of `embedded:storage/files`, or a folder opened from it. */
  directory: Directory;
  /** Which uploads are allowed. Default "never". */
  uploads?: WritePolicy;
}

/** The board's file system as storage. */
export class FileStorage implements Storage, Catalogue {
  private readonly directory: Directory;
  private readonly uploads: WritePolicy;
  private uploadCount = 0;
  /** All uploads share one, because each block is written at once. */
  private readonly part = new PartView();

  /** Removes what uploads have left that were cut off, be it by a reset or by the end of power. */
  constructor(options: FileStorageOptions) {
    this.directory = options.directory;
    this.uploads = options.uploads ?? "never";
    removeLitter(this.directory);
  }

  openForReading(name: string): ReadableFile | Refusal {
    if (isTemporary(name)) {
      return NOT_FOUND;
    }
    const status = statusOf(this.directory, name);
    if (status === undefined || !status.isFile()) {
      return status?.isDirectory() ? FORBIDDEN : NOT_FOUND;
    }
    return new DirectoryFile(this.directory.openFile({ path: name, mode: "r" }), status.size);
  }

  /** The folder that is to receive the file must be there. */
  openForWriting(name: string): WritableFile | Refusal {
    if (!this.mayWrite || isTemporary(name)) {
      return FORBIDDEN;
    }
    const status = statusOf(this.directory, name);
    if (status === undefined || status.isDirectory()) {
      return FORBIDDEN;
    }
    if (status.isFile() && !this.mayOverwrite) {
      return EXISTS;
    }
    const folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    if (folder !== "" && !this.directory.status(folder).isDirectory()) {
      return NOT_FOUND;
    }
    return new StagedFile(this.directory, name, this.mayOverwrite, ++this.uploadCount, this.part);
  }

  get mayWrite(): boolean {
    return this.uploads !== "never";
  }

  get mayOverwrite(): boolean {
    return this.uploads === "replace";
  }

  listFiles(visit: (file: ListedFile) => boolean): void {
    this.listFolder("", MAX_LISTED_DEPTH, visit);
  }

  /** Where files may not be replaced they may not be removed either: that would come to the same. */
  removeFile(name: string): 0 | Refusal {
    if (!this.mayOverwrite) {
      return FORBIDDEN;
    }
    const isFile = !isTemporary(name) && statusOf(this.directory, name)?.isFile();
    return isFile && this.directory.delete(name) ? 0 : NOT_FOUND;
  }

  /** @returns whether more files are wanted. */
  private listFolder(folder: string, depthLeft: number, visit: (file: ListedFile) => boolean): boolean {
    for (const entry of this.directory.scan(folder)) {
      const name = folder === "" ? entry : `${folder}/${entry}`;
      const status = isTemporary(name) ? undefined : statusOf(this.directory, name);
      const isWanted = status?.isFile()
        ? visit({ name, sizeBytes: status.size, isRemovable: this.mayOverwrite })
        : !status?.isDirectory() || depthLeft === 0 || this.listFolder(name, depthLeft - 1, visit);
      if (!isWanted) {
        return false;
      }
    }
    return true;
  }
}

/** The status of a file, or undefined where there can be none: a component is a file, or a name is too long. */
function statusOf(directory: Directory, path: string): FileStatus | undefined {
  try {
    return directory.status(path);
  } catch {
    return undefined;
  }
}

/** A file that is being sent, as large as it was when it was opened. */
class DirectoryFile implements ReadableFile {
  constructor(
    private readonly file: File,
    readonly sizeBytes: number,
  ) {}

  /**
   * What a file has gained since it was opened is not sent: the client was told its size. A file that has become
   * shorter fails, for the client would take the short block for the end of a whole file.
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
