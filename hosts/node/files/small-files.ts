/**
 * Small files are read whole when they are opened, and kept for the next client: phones and switches request the same few
 * in great numbers, and opening a file safely costs more than all the rest of such a request.
 *
 * A kept file is served only while its path leads to the very file that was read, unchanged; the path is looked up at most
 * once in a millisecond. All the checks of {@link ConfinedFolder.openFile} are made again after a second.
 */
import fs from "node:fs";
import type { ReadableFile } from "../../../src/index.js";
import { now } from "../clock.js";
import type { OpenedFile } from "./confined-folder.js";
import { diskPath } from "./disk-names.js";
import { type FileIdentity, identityOf, isSameFile, isSettled } from "./file-identity.js";
import { SmallFile } from "./small-file.js";

/** Configurations and boot loaders are seldom larger. For larger files, opening costs little of the whole transfer. */
const SMALL_BYTES = 65_536;
const MAX_KEPT = 256;
/** Limit of what is kept or being sent. A small file that finds no room is sent like a large one. */
const MAX_BYTES = 4 * 1024 * 1024;
/** An older check is repeated. A transfer that began at that check would still be served what it opened. */
const CHECKED_MS = 1000;
const NEVER_LOOKED_UP = -1;

interface KeptFile {
  readonly file: SmallFile;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly checkedAt: number;
  /** Last time at which the path was looked up and led to the file. */
  lookedUpAt: number;
}

export class SmallFiles {
  /** By name. The file that was read first comes first. */
  private readonly kept = new Map<string, KeptFile>();
  /** Bytes of all files that are kept or being sent. */
  private bytes = 0;

  /** The kept file of this name, if it has not changed; undefined when the file must be opened. */
  find(name: string): ReadableFile | undefined {
    const kept = this.kept.get(name);
    if (kept === undefined) {
      return undefined;
    }
    const at = now();
    if (kept.lookedUpAt !== at) {
      if (at - kept.checkedAt >= CHECKED_MS || !isUnchanged(kept)) {
        return undefined;
      }
      kept.lookedUpAt = at;
    }
    return kept.file.use();
  }

  /** Looks up every path again: a file was put or removed, and that client must not get the old one. */
  forgetLookUps(): void {
    for (const kept of this.kept.values()) {
      kept.lookedUpAt = NEVER_LOOKED_UP;
    }
  }

  /**
   * Reads and keeps a file that was just opened, if it is small.
   *
   * @returns the file, whose descriptor is no longer needed; undefined when it is too large, finds no room or is changing.
   * @throws NodeJS.ErrnoException when it cannot be read.
   */
  read(name: string, { descriptor, path, status }: OpenedFile): ReadableFile | undefined {
    this.forget(name);
    if (status.size > SMALL_BYTES || !isSettled(status) || !this.makeRoom(status.size)) {
      return undefined;
    }
    const bytes = Buffer.allocUnsafeSlow(status.size);
    if (fs.readSync(descriptor, bytes, 0, bytes.length, 0) !== bytes.length) {
      return undefined;
    }
    const identity = identityOf(status);
    const file = new SmallFile(bytes, identity, (unused) => {
      if (this.kept.get(name)?.file !== unused) {
        this.bytes -= unused.sizeBytes;
      }
    });
    this.bytes += file.sizeBytes;
    if (this.kept.size >= MAX_KEPT) {
      const [first] = this.kept.keys();
      this.forget(first as string);
    }
    this.kept.set(name, { file, path, identity, checkedAt: now(), lookedUpAt: NEVER_LOOKED_UP });
    return file.use();
  }

  /** Forgets files that no transfer sends, in the order in which they were read, until there is room. */
  private makeRoom(sizeBytes: number): boolean {
    if (this.bytes + sizeBytes > MAX_BYTES) {
      for (const [name, { file }] of this.kept) {
        if (!file.isUsed) {
          this.forget(name);
        }
        if (this.bytes + sizeBytes <= MAX_BYTES) {
          break;
        }
      }
    }
    return this.bytes + sizeBytes <= MAX_BYTES;
  }

  private forget(name: string): void {
    const kept = this.kept.get(name);
    if (kept !== undefined && this.kept.delete(name) && !kept.file.isUsed) {
      this.bytes -= kept.file.sizeBytes;
    }
  }
}

/** Always false for a link: what it leads to is not looked up, and the link itself is another file. */
function isUnchanged({ path, identity }: KeptFile): boolean {
  try {
    return isSameFile(identity, fs.lstatSync(diskPath(path)));
  } catch {
    return false;
  }
}
