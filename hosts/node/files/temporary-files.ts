/**
 * The names under which uploads grow until they are whole, and the removal of those that nobody will finish.
 *
 * A name tells which process the upload belongs to, and where that process runs: two containers may serve one folder, and
 * both servers are process 1 there.
 */
import fs from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { cryptography } from "./cryptography.js";

/**
 * `.tftp-upload-PLACE-PROCESS-RANDOM`: hidden, never served, and recognised when it is left behind. In any case, because a
 * storage that does not mind case would find it by its capital letters.
 */
const TEMPORARY_NAME = /^\.tftp-upload-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/i;
const PLACE_CHARACTERS = 8;

/** Where Linux names the space in which process numbers are counted: each container has one of its own. */
const PROCESS_NUMBERS_OF = "/proc/self/ns/pid";

/** After so long a temporary file is nobody's, even if its process number is in use again, or its place is not known. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** The names of this process's uploads that are under way. */
const underWay = new Set<string>();

/** Whether a name, which may have folders in it, is that of such a file. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME.test(path.basename(name));
}

export function newTemporaryName(): string {
  return `.tftp-upload-${processPlace()}-${process.pid}-${cryptography().randomBytes(8).toString("hex")}`;
}

/** From now on the file of this name is not litter. */
export function uploadBegins(temporaryName: string): void {
  underWay.add(temporaryName);
}

export function uploadEnds(temporaryName: string): void {
  underWay.delete(temporaryName);
}

let place: string | undefined;

/** Stands for the machine or container, the same after a restart of either. */
function processPlace(): string {
  place ??= cryptography()
    .createHash("sha256")
    .update(`${hostname()} ${processNumbersOf()}`)
    .digest("hex")
    .slice(0, PLACE_CHARACTERS);
  return place;
}

function processNumbersOf(): string {
  try {
    return fs.readlinkSync(PROCESS_NUMBERS_OF);
  } catch {
    return "";
  }
}

/** Removes temporary files below `root` whose process is gone. Links are not followed. Returns how many there were. */
export async function removeTemporaryFiles(root: string): Promise<number> {
  let removed = 0;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const found = await removeAbandonedFiles(folder);
    removed += found.removed;
    folders.push(...found.folders);
  }
  return removed;
}

/** The same in one folder. Returns also the folders in it. */
export async function removeAbandonedFiles(folder: string): Promise<{ removed: number; folders: string[] }> {
  let removed = 0;
  const folders: string[] = [];
  const entries = await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      folders.push(full);
    } else if (entry.isFile() && (await isAbandoned(full, entry.name))) {
      removed += (await removedIfPossible(full)) ? 1 : 0;
    }
  }
  return { removed, folders };
}

async function removedIfPossible(file: string): Promise<boolean> {
  try {
    await fs.promises.rm(file, { force: true });
    return true;
  } catch {
    // Somebody else's folder: it does not keep the server from starting.
    return false;
  }
}

async function isAbandoned(full: string, name: string): Promise<boolean> {
  const [match, place, owner] = TEMPORARY_NAME.exec(name) ?? [];
  if (match === undefined) {
    return false;
  }
  if (place === processPlace()) {
    if (Number(owner) === process.pid) {
      return !underWay.has(name);
    }
    if (!isRunning(Number(owner))) {
      return true;
    }
  }
  const found = await fs.promises.stat(full).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
