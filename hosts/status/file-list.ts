/** The files that the page shows: as many as there is room for. */
import type { Catalogue, ListedFile } from "../common/catalogue.js";

export interface FileListLimits {
  readonly maxFiles: number;
  /** Of all names together. */
  readonly maxCharacters: number;
}

export class FileList {
  readonly files: ListedFile[] = [];
  /** Whether there are no other files. */
  isComplete = true;
  private characters = 0;

  constructor(private readonly limits: FileListLimits) {}

  /** Fills the list. Where the catalogue answers at once, the list is full at once, too. */
  fill(catalogue: Catalogue): void | Promise<void> {
    const listed = catalogue.listFiles((file) => this.add(file));
    if (listed instanceof Promise) {
      return listed.then((whole) => this.end(whole));
    }
    this.end(listed);
  }

  /** In the order of names, as people expect it. */
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

  private end(listed: unknown): void {
    this.isComplete &&= listed !== false;
  }
}
