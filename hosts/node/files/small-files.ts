/**
 * Small files are read whole when they are opened, and kept for the next who asks: telephones and switches ask for the
 * same few in numbers, and to open a file safely costs more than all the rest of such a request.
 *
 * What is kept is served only as long as its path leads to the very file that was read, unchanged; that is looked up
 * once in a millisecond at the most. All the checks of {@link ConfinedFolder.openFile} are made again after a second.
 */
import fs from "node:fs";
import type { ReadableFile } from "../../../src/index.js";
import { now } from "../clock.js";
import { BoundedMap } from "./bounded-map.js";
import type { OpenedFile } from "./confined-folder.js";
import { type FileIdentity, identityOf, isSameFile, isSettled } from "./file-identity.js";
import { MemoryFile } from "./memory-file.js";

/** Six blocks: what telephones and switches ask for is seldom longer. */
const SMALL_BYTES = 3072;
/** Together less than a MiB. */
const MAX_KEPT = 256;
/** So old a check is good enough: a transfer that began then would still be served what it opened. */
const CHECKED_MS = 1000;
const NEVER_LOOKED_UP = -1;

interface KeptFile {
  readonly file: ReadableFile;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly checkedAt: number;
  /** When its path was looked up last, and led to it. */
  lookedUpAt: number;
}

export class SmallFiles {
  private readonly kept = new BoundedMap<string, KeptFile>(MAX_KEPT);

  /** The file of this name, as it was read before and still is; undefined when it must be opened. */
  find(name: string): ReadableFile | undefined {
    const kept = this.kept.get(name);
    if (kept === undefined) {
      return undefined;
    }
    const at = now();
    if (kept.lookedUpAt === at) {
      return kept.file;
    }
    if (at - kept.checkedAt >= CHECKED_MS || !isUnchanged(kept)) {
      return undefined;
    }
    kept.lookedUpAt = at;
    return kept.file;
  }

  /** A file was put or removed: whoever did that must not be shown the one before. */
  changed(): void {
    for (const kept of this.kept.values()) {
      kept.lookedUpAt = NEVER_LOOKED_UP;
    }
  }

  /**
   * Reads a file that has just been opened, if it is small.
   *
   * @returns the file, whose descriptor is no longer needed; undefined for one that is too large, or is changing.
   * @throws NodeJS.ErrnoException when it cannot be read.
   */
  read(name: string, { descriptor, path, status }: OpenedFile): ReadableFile | undefined {
    if (status.size > SMALL_BYTES) {
      return undefined;
    }
    const bytes = Buffer.allocUnsafeSlow(status.size);
    if (fs.readSync(descriptor, bytes, 0, bytes.length, 0) !== bytes.length) {
      return undefined;
    }
    const file = new MemoryFile(bytes);
    if (isSettled(status)) {
      this.kept.set(name, { file, path, identity: identityOf(status), checkedAt: now(), lookedUpAt: NEVER_LOOKED_UP });
    }
    return file;
  }
}

/** What a link leads to is not looked up: the link itself is another file. */
function isUnchanged({ path, identity }: KeptFile): boolean {
  try {
    return isSameFile(identity, fs.lstatSync(path));
  } catch {
    return false;
  }
}
