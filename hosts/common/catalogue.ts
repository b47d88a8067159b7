/** What a storage has beyond the engine's needs, for a person who looks at it. */

/** A file as a list shows it. */
export interface ListedFile {
  /** As a client asks for it. */
  readonly name: string;
  /** In bytes. */
  readonly sizeBytes: number;
  /** Whether `removeFile` may succeed. */
  readonly isRemovable: boolean;
}

/** The methods by which a storage of your own can be seen and filled on the status page. */
export interface Catalogue {
  /** Whether files may be put. */
  readonly mayWrite: boolean;
  /** Whether files that exist may be replaced. */
  readonly mayOverwrite: boolean;

  /**
   * Shows each file that a client can fetch, until there are no more or `visit` returns false.
   *
   * @returns false when it has left out others of its own accord, so that nobody takes them for all; else what it likes.
   */
  listFiles(visit: (file: ListedFile) => boolean): unknown;

  /**
   * Removes a file for good.
   *
   * @returns 0, or a refusal as `Storage` gives it.
   */
  removeFile(name: string): number;
}

/** The storage's catalogue, or undefined when it has none. */
export function catalogueOf(storage: object): Catalogue | undefined {
  const catalogue = storage as Partial<Catalogue>;
  const isWhole = typeof catalogue.listFiles === "function" && typeof catalogue.removeFile === "function";
  return isWhole ? (storage as Catalogue) : undefined;
}
