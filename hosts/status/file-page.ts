/**
 * One page of the list of files: the first ones after a place, in an order, out of any number. It keeps no more than the page
 * has, so that a board with little memory can show many files.
 */
import type { ListedFile } from "../common/catalogue.js";
import { type Answer, dataAnswer } from "./answer.js";
import type { FileQuery } from "./file-query.js";

export interface FileLimits {
  /** Files on a page. */
  readonly maxFiles: number;
  /** Sum over all names of a page; one name may be longer. */
  readonly maxCharacters: number;
  /** Files that are looked at. */
  readonly maxVisited: number;
}

export class FilePage {
  private readonly files: ListedFile[] = [];
  private characters = 0;
  private visited = 0;
  private total = 0;
  private before = 0;
  private hasMore = false;
  private isComplete = true;
  /** Folders that were seen, of catalogues which show the files in them instead. */
  private readonly folders = new Set<string>();

  constructor(
    readonly query: FileQuery,
    private readonly limits: FileLimits,
  ) {}

  /** @returns whether more files may be added. */
  add(file: ListedFile): boolean {
    const entry = this.entryOf(file);
    if (entry !== undefined) {
      this.total++;
      this.insert(entry);
    }
    this.isComplete = ++this.visited < this.limits.maxVisited;
    return this.isComplete;
  }

  /** @param isComplete false if the catalogue has more files than it has shown. */
  answer(isComplete: boolean): Answer {
    const { files, total, before } = this;
    const last = files.at(-1);
    const next = this.hasMore && last !== undefined ? `${this.keyOf(last)}/${last.name}` : undefined;
    return dataAnswer({ files, total, before, next, isComplete: isComplete && this.isComplete });
  }

  /** What the page shows of a file: itself, the folder that it is in, or nothing. */
  private entryOf(file: ListedFile): ListedFile | undefined {
    const { query, folders } = this;
    const { name } = file;
    if (!name.startsWith(query.folder) || !hasPart(name.slice(query.folder.length).toLowerCase(), query.parts)) {
      return undefined;
    }
    const end = name.indexOf("/", query.folder.length) + 1;
    if (query.isDeep || end === 0) {
      return isFolder(name) ? undefined : file;
    }
    const folder = name.slice(0, end);
    const isKnown = folders.has(folder);
    folders.add(folder);
    return isKnown ? undefined : { name: folder, sizeBytes: 0, isRemovable: false };
  }

  private insert(entry: ListedFile): void {
    const { files, query, limits } = this;
    if (query.after !== undefined && this.compare(entry, query.after) <= 0) {
      this.before++;
      return;
    }
    let from = 0;
    let end = files.length;
    while (from < end) {
      const middle = (from + end) >> 1;
      if (this.compare(entry, files[middle] as ListedFile) < 0) {
        end = middle;
      } else {
        from = middle + 1;
      }
    }
    files.splice(from, 0, entry);
    this.characters += entry.name.length;
    while (files.length > query.maxFiles || (this.characters > limits.maxCharacters && files.length > 1)) {
      this.characters -= files.pop()?.name.length ?? 0;
      this.hasMore = true;
    }
  }

  /** Folders come first in either direction. */
  private compare(one: ListedFile, other: ListedFile): number {
    const isOneFolder = isFolder(one.name);
    if (isOneFolder !== isFolder(other.name)) {
      return isOneFolder ? -1 : 1;
    }
    const byName = one.name < other.name ? -1 : Number(one.name > other.name);
    const difference = this.keyOf(one) - this.keyOf(other) || byName;
    return this.query.isDescending ? -difference : difference;
  }

  /** What an order other than that by name compares first. */
  private keyOf({ name, sizeBytes, modifiedAt = 0 }: ListedFile): number {
    const { order } = this.query;
    if (order === "name" || isFolder(name)) {
      return 0;
    }
    return order === "size" ? sizeBytes : modifiedAt;
  }
}

function hasPart(name: string, parts: readonly string[]): boolean {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}

function isFolder(name: string): boolean {
  return name.endsWith("/");
}
