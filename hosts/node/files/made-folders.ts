/**
 * Folders that are made for uploads. One that no upload has completed in is removed again, so that a stranger who asks
 * leaves nothing, and their number is limited.
 */
import fs from "node:fs";
import path from "node:path";
import { DISK_FULL, type Refusal } from "../../../src/index.js";
import { refuseFor } from "../../common/reasons.js";
import { now } from "../clock.js";
import { type ConfinedFolder, closeRead, pathOfFolder } from "./confined-folder.js";
import { diskPath } from "./disk-names.js";
import { syncFolder } from "./sync-folder.js";

/** More than rules need. Without a limit, a name of 255 bytes makes 127 folders. */
const MAX_DEPTH = 8;
/** Folders in a day, in place of a total, which a server that runs for years would reach. It bounds what clients fill. */
const MAX_PER_DAY = 10_000;
const DAY_MS = 86_400_000;

export class MadeFolders {
  /** Paths of folders in which no upload has completed yet. */
  private readonly unused = new Set<string>();
  /** Folders that may be made now. They come back evenly over the day. */
  private left = MAX_PER_DAY;
  private countedAt = now();

  constructor(private readonly root: ConfinedFolder) {}

  /**
   * Makes the missing folders above a file.
   *
   * @param file path of the file, which need not exist.
   * @returns a refusal, or undefined if they are there.
   * @throws NodeJS.ErrnoException.
   */
  make(file: string): Refusal | undefined {
    const names = path.relative(this.root.path, path.dirname(file)).split(path.sep);
    if (names.length > MAX_DEPTH) {
      return refuseFor(DISK_FULL, "too_many_folders", `at most ${MAX_DEPTH}, one in the other`);
    }
    let folder = this.root.path;
    for (const name of names) {
      const parent = folder;
      folder = path.join(folder, name);
      const refusal = fs.existsSync(diskPath(folder)) ? undefined : this.makeIn(parent, folder);
      if (refusal !== undefined) {
        return refusal;
      }
    }
    return undefined;
  }

  /** Keeps the folders above a file that is complete. */
  use(file: string): void {
    for (const folder of this.above(file)) {
      this.unused.delete(folder);
    }
  }

  /** Removes the folders above a file that did not become complete, if they are empty and were made for uploads. */
  abandon(file: string): void {
    for (const folder of this.above(file)) {
      if (!this.unused.has(folder) || !this.remove(folder)) {
        return;
      }
      this.unused.delete(folder);
      this.left++;
    }
  }

  /** The parent stays open meanwhile: a link that takes its place does not lead out of the root. */
  private makeIn(parent: string, folder: string): Refusal | undefined {
    if (!this.takeOne()) {
      return refuseFor(DISK_FULL, "too_many_folders", `at most ${MAX_PER_DAY} in a day`);
    }
    const descriptor = this.root.openFolder(parent);
    if (descriptor < 0) {
      return descriptor;
    }
    try {
      fs.mkdirSync(diskPath(path.join(pathOfFolder(descriptor, parent), path.basename(folder))));
      this.unused.add(folder);
      syncFolder(descriptor);
    } catch (error) {
      // Another process may have made it.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error;
      }
    } finally {
      closeRead(descriptor);
    }
    return undefined;
  }

  private remove(folder: string): boolean {
    const parent = path.dirname(folder);
    const descriptor = this.root.openFolder(parent);
    if (descriptor < 0) {
      return false;
    }
    try {
      fs.rmdirSync(diskPath(path.join(pathOfFolder(descriptor, parent), path.basename(folder))));
      return true;
    } catch {
      // It is not empty: another upload is under way, or somebody has put a file there.
      return false;
    } finally {
      closeRead(descriptor);
    }
  }

  private takeOne(): boolean {
    const at = now();
    this.left = Math.min(MAX_PER_DAY, this.left + ((at - this.countedAt) / DAY_MS) * MAX_PER_DAY);
    this.countedAt = at;
    if (this.left < 1) {
      return false;
    }
    this.left--;
    return true;
  }

  /** The folders above a file, without the root; the innermost first. */
  private above(file: string): string[] {
    const folders: string[] = [];
    for (let folder = path.dirname(file); this.root.contains(folder); folder = path.dirname(folder)) {
      folders.push(folder);
    }
    return folders;
  }
}
