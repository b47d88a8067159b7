/**
 * A file that is being received. It grows under a temporary name, and takes its final name in one step when it is whole:
 * an older file of that name stays until then, on littlefs even if the power fails at that moment.
 */
import { DISK_FULL, EXISTS, type WritableFile } from "../../../src/index.js";
import type { Directory, File } from "./directory.js";
import type { PartView } from "./part-view.js";

const TEMPORARY_PREFIX = ".tftp-upload-";

export function isTemporary(name: string): boolean {
  return name.startsWith(TEMPORARY_PREFIX);
}

/** Removes the temporary files of an earlier start. */
export function removeLitter(directory: Directory): void {
  const litter: string[] = [];
  // The path is given, though empty: without one the POSIX variant of the SDK lists a folder only once.
  for (const name of directory.scan("")) {
    if (isTemporary(name)) {
      litter.push(name);
    }
  }
  for (const name of litter) {
    directory.delete(name);
  }
}

export class StagedFile implements WritableFile {
  private readonly temporaryName: string;
  private readonly file: File;
  private sizeBytes = 0;
  private committed = false;

  /**
   * @param number makes the temporary name unique; temporary files of an earlier start are removed.
   */
  constructor(
    private readonly directory: Directory,
    private readonly name: string,
    private readonly mayOverwrite: boolean,
    number: number,
    private readonly part: PartView,
  ) {
    this.temporaryName = `${TEMPORARY_PREFIX}${number}`;
    this.file = directory.openFile({ path: this.temporaryName, mode: "w" });
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    if (length > 0) {
      this.file.write(this.part.of(source, offset, length), position);
      this.sizeBytes = position + length;
    }
    return 0;
  }

  /** Closing the file writes what the file system still holds; without room for that it silently loses it. */
  commit(): number {
    this.file.close();
    if (this.directory.status(this.temporaryName).size !== this.sizeBytes) {
      return DISK_FULL;
    }
    if (!this.mayOverwrite && this.directory.status(this.name).isFile()) {
      return EXISTS;
    }
    this.directory.move(this.temporaryName, this.name);
    this.committed = true;
    return 0;
  }

  close(): void {
    this.file.close();
    if (!this.committed) {
      this.directory.delete(this.temporaryName);
    }
  }
}
