/**
 * The file system of the SDK (`embedded:storage/files`), as far as the storage uses it. Paths are relative, without `.`
 * and `..`.
 */

/** The status of a path. */
export interface FileStatus {
  /** In bytes. */
  readonly size: number;
  /** Whether it is a file. */
  isFile(): boolean;
  /** Whether it is a folder. */
  isDirectory(): boolean;
}

/** An open file. */
export interface File {
  /** Fills `target` from `position`; returns how many bytes there were. */
  read(target: Uint8Array, position: number): number;
  /** Writes the whole of `source`, whose memory must be writable. */
  write(source: DataView, position: number): void;
  /** Always the last call. */
  close(): void;
}

/** A folder. */
export interface Directory {
  /** Throws when the file is missing (mode "r"), when its folder is missing, when it is a folder. */
  openFile(options: { path: string; mode: "r" | "w" }): File;
  /** Says of what is missing that it is neither file nor folder. Throws when the path leads through a file. */
  status(path: string): FileStatus;
  /** Returns whether there was such a file. */
  delete(path: string): boolean;
  /** Renames a file, in one step. A file that has the new name is replaced. */
  move(from: string, to: string): void;
  /** The names in a folder. */
  scan(path: string): Iterable<string>;
}
