/**
 * Lists and removes the files of a folder for a person. Neither follows a link out of the folder, not even one that takes
 * the place of a folder meanwhile: folders are opened first, and the open folder is read.
 */
import fs from "node:fs";
import path from "node:path";
import { FORBIDDEN, isRefusal, NOT_FOUND, type Refusal } from "../../../src/index.js";
import type { ListedFile } from "../../common/catalogue.js";
import { isFileName } from "./clean-name.js";
import { type ConfinedFolder, closeRead, pathOfFolder } from "./confined-folder.js";
import { diskPath, nameOfBytes } from "./disk-names.js";
import { refusalOf } from "./file-refusals.js";
import { reservedFor } from "./reserved-names.js";

/** Entries of folders that are looked at, files or not: a home folder has more than a person reads. */
const MAX_ENTRIES = 20_000;

/** An entry of a folder, with the bytes of its name. */
type Entry = fs.Dirent<Buffer>;
type Visit = (file: ListedFile) => boolean;

/**
 * Shows the files that a client can ask for, folder by folder. Folders that are links are left out.
 *
 * @returns false when there are more entries than it looks at, or when `visit` returned false.
 */
export async function visitFiles(root: ConfinedFolder, mayRemove: boolean, visit: Visit): Promise<boolean> {
  const folders = [""];
  let entriesLeft = MAX_ENTRIES;
  const look = (folder: string, place: string, entry: Entry): boolean => {
    const ownName = nameOfBytes(entry.name);
    const name = folder + ownName;
    if (entry.isDirectory()) {
      folders.push(`${name}/`);
    } else if (reservedFor(ownName) === undefined && isFileName(name)) {
      const sizeBytes = entry.isFile() ? sizeOf(path.join(place, ownName)) : sizeOfLinked(root, name, entry);
      return sizeBytes < 0 || visit({ name, sizeBytes, isRemovable: mayRemove && entry.isFile() });
    }
    return true;
  };
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const place = path.join(root.path, folder);
    const descriptor = root.openFolder(place);
    if (descriptor < 0) {
      continue;
    }
    try {
      const held = pathOfFolder(descriptor, place);
      for await (const entry of await openedFolder(held)) {
        if (entriesLeft-- === 0 || !look(folder, held, entry)) {
          return false;
        }
      }
    } catch {
      // The folder is gone, or cannot be read. The others can.
    } finally {
      closeRead(descriptor);
    }
  }
  return true;
}

/** Reads names as bytes, of which Node's types do not know. */
async function openedFolder(folder: string): Promise<AsyncIterable<Entry>> {
  const options = { encoding: "buffer" } as unknown as fs.OpenDirOptions;
  return (await fs.promises.opendir(diskPath(folder), options)) as unknown as AsyncIterable<Entry>;
}

/** The size of a file, or -1 if it is gone. */
function sizeOf(file: string): number {
  return fs.lstatSync(diskPath(file), { throwIfNoEntry: false })?.size ?? -1;
}

/** The size of the file that a link leads to, or -1 if no client can fetch it. */
function sizeOfLinked(root: ConfinedFolder, name: string, entry: Entry): number {
  const opened = entry.isSymbolicLink() ? root.openFile(name) : NOT_FOUND;
  if (isRefusal(opened)) {
    return -1;
  }
  closeRead(opened.descriptor);
  return opened.status.size;
}

/**
 * Removes a regular file; neither a link nor its target.
 *
 * @returns 0, or a refusal.
 */
export function removeFile(root: ConfinedFolder, name: string): 0 | Refusal {
  const located = reservedFor(name) === undefined ? root.locateExactly(name) : undefined;
  if (located === undefined) {
    return NOT_FOUND;
  }
  try {
    const folder = path.dirname(located);
    const descriptor = root.openFolder(folder);
    if (descriptor < 0) {
      return descriptor;
    }
    try {
      const file = path.join(pathOfFolder(descriptor, folder), path.basename(located));
      if (!fs.lstatSync(diskPath(file)).isFile()) {
        return FORBIDDEN;
      }
      fs.unlinkSync(diskPath(file));
      return 0;
    } finally {
      closeRead(descriptor);
    }
  } catch (error) {
    return refusalOf(error);
  }
}
