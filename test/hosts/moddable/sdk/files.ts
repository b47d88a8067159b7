/**
 * The SDK's file system in memory, as its littlefs variant behaves: written bytes appear under the name when the file is
 * closed, `move` replaces in one step, a full disk makes `write` throw and leaves an empty file, and a source of `write` must
 * be writable.
 */
const MAX_NAME_BYTES = 255;

class File {
  private isOpen = true;
  private failed = false;

  constructor(
    private readonly directory: Directory,
    private readonly path: string,
    private readonly mode: "r" | "w",
    private bytes: Uint8Array,
  ) {}

  read(target: Uint8Array, position: number): number {
    this.check("r");
    const part = this.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  write(source: DataView, position: number): void {
    this.check("w");
    if (this.directory.roomBytes < source.byteLength) {
      this.failed = true;
      throw new Error("LFS ERR -28");
    }
    this.directory.roomBytes -= source.byteLength;
    const grown = new Uint8Array(Math.max(this.bytes.length, position + source.byteLength));
    grown.set(this.bytes);
    grown.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength), position);
    this.bytes = grown;
  }

  close(): void {
    if (this.isOpen && this.mode === "w") {
      this.directory.files.set(
        this.path,
        this.failed || this.directory.closesWithoutRoom ? new Uint8Array(0) : this.bytes,
      );
    }
    if (this.isOpen) {
      this.directory.openFiles--;
    }
    this.isOpen = false;
  }

  private check(mode: "r" | "w"): void {
    if (!this.isOpen || this.mode !== mode) {
      throw new Error(this.isOpen ? "wrong mode" : "the file is closed");
    }
  }
}

export class Directory {
  readonly files = new Map<string, Uint8Array>();
  readonly folders = new Set<string>([""]);
  roomBytes = 1_000_000;
  /** Makes closing a written file lose it, and say nothing. */
  closesWithoutRoom = false;
  openFiles = 0;

  openFile({ path, mode }: { path: string; mode: "r" | "w" }): File {
    checkPath(path);
    if (this.folders.has(path)) {
      throw new Error("not file");
    }
    const present = this.files.get(path);
    if (mode === "r" && present === undefined) {
      throw new Error("LFS ERR -2");
    }
    this.openFiles++;
    if (mode === "w" && present === undefined) {
      // The name appears at once, the contents do not.
      this.files.set(path, new Uint8Array(0));
    }
    return new File(this, path, mode, mode === "r" ? (present as Uint8Array) : new Uint8Array(0));
  }

  status(path: string) {
    checkPath(path);
    const contents = this.files.get(path);
    return {
      size: contents?.length as number,
      isFile: () => contents !== undefined,
      isDirectory: () => this.folders.has(path),
    };
  }

  delete(path: string): boolean {
    return this.files.delete(path);
  }

  move(from: string, to: string): void {
    const contents = this.files.get(from);
    if (contents === undefined || this.folders.has(to)) {
      throw new Error("cannot move");
    }
    this.files.set(to, contents);
    this.files.delete(from);
  }

  *scan(path?: string): Iterable<string> {
    // Without a path the SDK's POSIX variant lists a folder only once.
    if (path === undefined) {
      return;
    }
    const prefix = path === "" ? "" : `${path}/`;
    for (const name of [...this.files.keys(), ...this.folders]) {
      const rest = name.slice(prefix.length);
      if (name.startsWith(prefix) && rest !== "" && !rest.includes("/")) {
        yield rest;
      }
    }
  }
}

function checkPath(path: string): void {
  const parts = path.split("/");
  if (parts.some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES || part === "." || part === "..")) {
    throw new Error("bad path");
  }
  if (path.startsWith("/")) {
    throw new Error("bad path");
  }
}
