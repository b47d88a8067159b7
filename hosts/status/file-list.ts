/** List of files for the page, up to a limit. */
import type { Catalogue, ListedFile } from "../common/catalogue.js";

export interface FileListLimits {
  readonly maxFiles: number;
  /** Sum over all names. */
  readonly maxCharacters: number;
}

export class FileList {
  readonly files: ListedFile[] = [];
  /** Whether the list has every file. */
  isComplete = true;
  private characters = 0;

  constructor(private readonly limits: FileListLimits) {}

  /** Fills the list; synchronously if the catalogue is synchronous. */
  fill(catalogue: Catalogue): void | Promise<void> {
    const listed = catalogue.listFiles((file) => this.add(file));
    if (listed instanceof Promise) {
      return listed.then((result) => this.finish(result));
    }
    this.finish(listed);
  }

  /** The files, ordered by name. */
  get sorted(): ListedFile[] {
    return this.files.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  private add({ name, sizeBytes, isRemovable }: ListedFile): boolean {
    this.characters += name.length;
    this.isComplete = this.files.length < this.limits.maxFiles && this.characters <= this.limits.maxCharacters;
    if (this.isComplete) {
      this.files.push({ name, sizeBytes, isRemovable });
    }
    return this.isComplete;
  }

  private finish(listed: unknown): void {
    this.isComplete &&= listed !== false;
  }
}
