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
import { BoundedMap } from "./bounded-map.js";
import type { OpenedFile } from "./confined-folder.js";
import { diskPath } from "./disk-names.js";
import { type FileIdentity, identityOf, isSameFile, isSettled } from "./file-identity.js";
import { MemoryFile } from "./memory-file.js";

/** Six blocks: files for phones and switches are seldom longer. */
const SMALL_BYTES = 3072;
/** Together they take less than 1 MiB. */
const MAX_KEPT = 256;
/** An older check is repeated. A transfer that began at that check would still be served what it opened. */
const CHECKED_MS = 1000;
const NEVER_LOOKED_UP = -1;

interface KeptFile {
  readonly file: ReadableFile;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly checkedAt: number;
  /** Last time at which the path was looked up and led to the file. */
  lookedUpAt: number;
}

export class SmallFiles {
  private readonly kept = new BoundedMap<string, KeptFile>(MAX_KEPT);

  /** The kept file of this name, if it has not changed; undefined when the file must be opened. */
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

  /** Looks up every path again: a file was put or removed, and that client must not get the old one. */
  forgetLookUps(): void {
    for (const kept of this.kept.values()) {
      kept.lookedUpAt = NEVER_LOOKED_UP;
    }
  }

  /**
   * Reads a file that was just opened, if it is small.
   *
   * @returns the file, whose descriptor is no longer needed; undefined when it is too large or is changing.
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
    const identity = identityOf(status);
    const file = new MemoryFile(bytes, identity);
    if (isSettled(status)) {
      this.kept.set(name, { file, path, identity, checkedAt: now(), lookedUpAt: NEVER_LOOKED_UP });
    }
    return file;
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
