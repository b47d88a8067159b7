/** A stand-in for the SDK's file system: a folder with one file, which copies nothing. */
import type { Directory, File, FileStatus } from "../../../../hosts/moddable/storage/directory.js";
import { FILE_NAME } from "./workbench.js";

class OneFileStatus implements FileStatus {
  constructor(
    readonly size: number,
    private readonly isThere: boolean,
  ) {}

  isFile(): boolean {
    return this.isThere;
  }

  isDirectory(): boolean {
    return false;
  }
}

/** A folder with one file, which copies nothing. */
export class OneFileDirectory implements Directory {
  constructor(private readonly sizeBytes: number) {}

  private readonly file: File = {
    read: (target) => target.length,
    write: (source, position) => {
      this.writtenBytes = position + source.byteLength;
    },
    close() {},
  };
  private writtenBytes = 0;

  openFile(): File {
    return this.file;
  }

  status(path: string): FileStatus {
    const isThere = path === FILE_NAME;
    return new OneFileStatus(isThere ? this.sizeBytes : this.writtenBytes, isThere);
  }

  delete(): boolean {
    return true;
  }

  move(): void {}

  scan(): Iterable<string> {
    return [];
  }
}
