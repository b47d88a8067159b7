/** Methods of a storage beyond the engine's needs, for people who look at its files. */

/** A file as a list shows it. */
export interface ListedFile {
  /** The name that a client asks for. */
  readonly name: string;
  /** In bytes. */
  readonly sizeBytes: number;
  /** Whether `removeFile` may succeed. */
  readonly isRemovable: boolean;
  /** Time of the last change, in milliseconds since 1970; undefined if it is not known. */
  readonly modifiedAt?: number | undefined;
}

/** The methods by which a custom storage can be seen and filled on the status page. */
export interface Catalogue {
  /** Whether files may be put. */
  readonly mayWrite: boolean;
  /** Whether existing files may be overwritten. */
  readonly mayOverwrite: boolean;

  /**
   * Shows each file that a client can fetch, until there are no more or `visit` returns false. It may show more than the
   * parameters ask for, which spare it work.
   *
   * @param folder the folder whose files are wanted, with a slash at its end. Default "", for all.
   * @param isDeep whether the files in folders below are wanted, too. Otherwise each of these folders may be shown, by its
   * name with a slash at its end. Default true.
   * @returns false if the catalogue left files out on its own, so that the list is not taken for complete; any other value
   * is ignored.
   */
  listFiles(visit: (file: ListedFile) => boolean, folder?: string, isDeep?: boolean): unknown;

  /**
   * Removes a file for good.
   *
   * @returns 0, or a refusal as `Storage` gives it.
   */
  removeFile(name: string): number;
}

/** The storage's catalogue, or undefined if it has none. */
export function catalogueOf(storage: object): Catalogue | undefined {
  const catalogue = storage as Partial<Catalogue>;
  const isWhole = typeof catalogue.listFiles === "function" && typeof catalogue.removeFile === "function";
  return isWhole ? (storage as Catalogue) : undefined;
}
