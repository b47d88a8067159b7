/**
 * Temporary names of uploads, and the removal of uploads that no process will finish.
 *
 * A name tells the process of the upload and the machine or container in which it runs: two containers may serve one
 * folder, and both servers are process 1 there.
 */
import fs from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { cryptography } from "./cryptography.js";

/**
 * `.tftp-upload-PLACE-PROCESS-RANDOM`: hidden, never served, and recognised when it is left over. Matched in any case: a
 * storage that ignores case would find the file by capital letters too.
 */
const TEMPORARY_NAME = /^\.tftp-upload-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}$/i;
const PLACE_CHARACTERS = 8;

/** Linux names the space in which process numbers are counted here. It differs for each container. */
const PROCESS_NUMBERS_OF = "/proc/self/ns/pid";

/** An older temporary file is abandoned, even if its process number is in use again or its place is unknown. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Names of this process's running uploads. */
const underWay = new Set<string>();

/** Whether a name, which may contain folders, is a temporary name. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME.test(path.basename(name));
}

export function newTemporaryName(): string {
  return `.tftp-upload-${processPlace()}-${process.pid}-${cryptography().randomBytes(8).toString("hex")}`;
}

/** Keeps the file of this name from being removed. */
export function beginUpload(temporaryName: string): void {
  underWay.add(temporaryName);
}

export function endUpload(temporaryName: string): void {
  underWay.delete(temporaryName);
}

let place: string | undefined;

/** Identifies the machine or container, also after a restart. */
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

/** Removes temporary files below `root` whose process is gone, without following links. Returns their number. */
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

/** Removes temporary files in one folder whose process is gone. Returns their number, and the folders in it. */
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
    // The folder belongs to another user, which must not keep the server from starting.
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
