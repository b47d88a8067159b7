/**
 * The board's file system as storage: files are sent, and, if that is allowed, received.
 */
import type { ReadableFile, Refusal, Storage, WritableFile } from "../../../src/index.js";
import type { Directory, File, FileStatus } from "./directory.js";
import { EXISTS, FAILED, FORBIDDEN, NOT_FOUND } from "./refusals.js";
import { isTemporary, removeLitter, UploadedFile } from "./uploaded-file.js";

/** Which uploads are allowed: none, files that do not exist yet, or also replacing those that do. */
export type UploadPolicy = "never" | "new" | "replace";

/** What a {@link FileStorage} serves, and what clients may do with it. */
export interface FileStorageOptions {
  /** The root of what is served: the default export of `embedded:storage/files`, or a folder opened from it. */
  directory: Directory;
  /** Which uploads are allowed. Default "never". */
  uploads?: UploadPolicy;
}

/** The board's file system as storage. */
export class FileStorage implements Storage {
  private readonly directory: Directory;
  private readonly uploads: UploadPolicy;
  private uploadCount = 0;

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
    return new SentFile(this.directory.openFile({ path: name, mode: "r" }), status.size);
  }

  /** The folder that is to receive the file must be there. */
  openForWriting(name: string): WritableFile | Refusal {
    if (this.uploads === "never" || isTemporary(name)) {
      return FORBIDDEN;
    }
    const status = statusOf(this.directory, name);
    if (status === undefined || status.isDirectory()) {
      return FORBIDDEN;
    }
    const mayReplace = this.uploads === "replace";
    if (status.isFile() && !mayReplace) {
      return EXISTS;
    }
    const folder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    if (folder !== "" && !this.directory.status(folder).isDirectory()) {
      return NOT_FOUND;
    }
    return new UploadedFile(this.directory, name, mayReplace, ++this.uploadCount);
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
class SentFile implements ReadableFile {
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
