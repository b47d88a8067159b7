/**
 * Removal of uploads that no process will finish. A file whose process has ended is removed at once. Of others only time
 * tells, but no clock: clocks jump, and those of two machines differ. A file that does not change while this process watches
 * it, for longer than any upload pauses, is abandoned.
 */
import fs from "node:fs";
import path from "node:path";
import { diskPath, nameOfBytes } from "./disk-names.js";
import { type FileIdentity, identityOf, isSameFile } from "./file-identity.js";
import { writerOf } from "./temporary-files.js";

/** A client with the longest `timeout` of RFC 2349, 255 s, may pause for three times as long. */
const WATCHED_MS = 15 * 60 * 1000;
/** Files that are watched at a time. The others are found at the next start. */
const MAX_WATCHED = 1000;

/** Entries of a folder with their kinds, and with their names as bytes. */
const WITH_BYTES = { withFileTypes: true, encoding: "buffer" } as const;

interface WatchedFile {
  readonly full: string;
  readonly identity: FileIdentity;
}

/** Files in a folder that were removed, that may be abandoned, and the folders in it. */
interface Found {
  readonly removed: number;
  readonly unknown: readonly string[];
  readonly folders: readonly string[];
}

/**
 * Removes temporary files below `root` that no process will finish, without following links: those of ended processes now,
 * others after a while if they have not changed by then. Nothing of it keeps the process alive.
 *
 * @returns the number of files that were removed now.
 */
export async function removeTemporaryFiles(root: string): Promise<number> {
  let removed = 0;
  const watched: WatchedFile[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const found = await removeAbandonedFiles(folder);
    removed += found.removed;
    folders.push(...found.folders);
    for (const full of found.unknown.slice(0, MAX_WATCHED - watched.length)) {
      const identity = await presentIdentity(full);
      watched.push(...(identity === undefined ? [] : [{ full, identity }]));
    }
  }
  if (watched.length > 0) {
    setTimeout(() => void removeUnchanged(watched), WATCHED_MS).unref();
  }
  return removed;
}

/** Removes temporary files of ended processes in one folder. */
export async function removeAbandonedFiles(folder: string): Promise<Found> {
  let removed = 0;
  const unknown: string[] = [];
  const folders: string[] = [];
  const entries = await fs.promises.readdir(diskPath(folder), WITH_BYTES).catch(() => []);
  for (const entry of entries) {
    const name = nameOfBytes(entry.name);
    const full = path.join(folder, name);
    const writer = entry.isFile() ? writerOf(name) : undefined;
    if (entry.isDirectory()) {
      folders.push(full);
    } else if (writer === "ended") {
      removed += (await removedIfPossible(full)) ? 1 : 0;
    } else if (writer === "unknown") {
      unknown.push(full);
    }
  }
  return { removed, unknown, folders };
}

async function removeUnchanged(watched: readonly WatchedFile[]): Promise<void> {
  for (const { full, identity } of watched) {
    const present = await presentIdentity(full);
    if (present !== undefined && isSameFile(identity, present)) {
      await removedIfPossible(full);
    }
  }
}

/** Undefined if the file is gone. A link that has taken its place is another file. */
async function presentIdentity(full: string): Promise<FileIdentity | undefined> {
  const found = await fs.promises.lstat(diskPath(full)).catch(() => undefined);
  return found === undefined ? undefined : identityOf(found);
}

async function removedIfPossible(file: string): Promise<boolean> {
  try {
    await fs.promises.rm(diskPath(file), { force: true });
    return true;
  } catch {
    // The folder belongs to another user, which must not keep the server from starting.
    return false;
  }
}
