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
 * @param first the folder to begin with, with a slash at its end; empty for all.
 * @param isDeep whether the files in folders below are shown, in place of these folders.
 * @returns false when there are more entries than it looks at, or when `visit` returned false.
 */
export async function visitFiles(
  root: ConfinedFolder,
  mayRemove: boolean,
  visit: Visit,
  first: string,
  isDeep: boolean,
): Promise<boolean> {
  const folders = [first];
  let entriesLeft = MAX_ENTRIES;
  const look = (folder: string, place: string, entry: Entry): boolean => {
    const ownName = nameOfBytes(entry.name);
    const name = folder + ownName;
    if (reservedFor(ownName) !== undefined || !isFileName(name)) {
      return true;
    }
    if (entry.isDirectory()) {
      return isDeep ? folders.push(`${name}/`) > 0 : visit({ name: `${name}/`, sizeBytes: 0, isRemovable: false });
    }
    const status = entry.isFile() ? statusOf(path.join(place, ownName)) : statusOfLinked(root, name, entry);
    const isRemovable = mayRemove && entry.isFile();
    return (
      status === undefined ||
      visit({ name, sizeBytes: status.size, isRemovable, modifiedAt: Math.max(0, Math.floor(status.mtimeMs)) })
    );
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

/** The system's figures of a file; undefined if it is gone. */
function statusOf(file: string): fs.Stats | undefined {
  return fs.lstatSync(diskPath(file), { throwIfNoEntry: false });
}

/** Those of the file that a link leads to; undefined if no client can fetch it. */
function statusOfLinked(root: ConfinedFolder, name: string, entry: Entry): fs.Stats | undefined {
  const opened = entry.isSymbolicLink() ? root.openFile(name) : NOT_FOUND;
  if (isRefusal(opened)) {
    return undefined;
  }
  closeRead(opened.descriptor);
  return opened.status;
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
