/**
 * The folder with copies of files. A copy takes its name when it is whole, in one step, so several servers may share the
 * folder, and a process that is killed leaves nothing but hidden files, which the next start removes.
 */
import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { removeTemporaryFiles } from "../files/litter.js";
import { beginUpload, endUpload, newTemporaryName } from "../files/temporary-files.js";
import { CachedCopy, type CopyFacts, openCopy, trailerOf } from "./cached-copy.js";

const COPY_NAME = /^[0-9a-f]{64}$/;
/** Room is made for more than one file, so that not each file reads the folder. */
const KEPT_SHARE = 0.9;

/** A copy that is being written. */
export interface CopyWriter {
  /** Adds bytes at the end. */
  write(bytes: Uint8Array): Promise<void>;
  /** Opens what has been written, and what will be. `release` closes it. */
  open(facts: CopyFacts): Promise<CachedCopy>;
}

/** Writes a body. Throws what stops it. */
export type WriteBody = (writer: CopyWriter) => Promise<CopyFacts>;

export class CacheFolder {
  private totalBytes = 0;

  constructor(
    private readonly folder: string,
    private readonly maxBytes: number,
  ) {}

  /**
   * Makes the folder, and removes what is not a whole copy.
   *
   * @throws NodeJS.ErrnoException if the folder cannot be made or read.
   */
  async check(): Promise<void> {
    await this.make();
    await removeTemporaryFiles(this.folder);
    for (const name of await this.names()) {
      const copy = await openCopy(this.fileOf(name));
      copy?.release();
      if (copy === undefined) {
        await rm(this.fileOf(name), { force: true });
      }
    }
    await this.makeRoom();
  }

  /** Makes the folder, which may be removed while the server runs: it is a cache. */
  async make(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  open(key: string): Promise<CachedCopy | undefined> {
    return openCopy(this.fileOf(key));
  }

  /** Marks a copy as used just now, for the choice of the one that goes. */
  async use(key: string): Promise<void> {
    const file = this.fileOf(key);
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined) {
      await utimes(file, new Date(), found.mtime).catch(() => {});
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.fileOf(key), { force: true });
  }

  /** Stores a copy, in place of an older one. Nothing is left of one that fails. */
  async store(key: string, writeBody: WriteBody): Promise<CachedCopy> {
    const temporaryName = newTemporaryName();
    const temporary = path.join(this.folder, temporaryName);
    beginUpload(temporaryName);
    try {
      await this.make();
      const handle = await open(temporary, "wx", 0o600);
      try {
        const facts = await writeBody({
          write: (bytes) => handle.writeFile(bytes),
          open: async (known) => new CachedCopy(await open(temporary, "r"), known),
        });
        await handle.writeFile(trailerOf(facts));
        await handle.datasync();
        this.totalBytes += facts.sizeBytes;
      } finally {
        await handle.close();
      }
      const copy = await openCopy(temporary);
      if (copy === undefined) {
        throw new Error("a file of the cache was changed while it was written");
      }
      await rename(temporary, this.fileOf(key));
      if (this.totalBytes > this.maxBytes) {
        await this.makeRoom();
      }
      return copy;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      endUpload(temporaryName);
    }
  }

  /** Removes copies that were used least recently. Other servers may have written some, so the folder is read. */
  private async makeRoom(): Promise<void> {
    const copies: { file: string; size: number; usedAt: number }[] = [];
    for (const name of await this.names()) {
      const file = this.fileOf(name);
      const found = await stat(file).catch(() => undefined);
      if (found !== undefined) {
        copies.push({ file, size: found.size, usedAt: Math.max(found.atimeMs, found.mtimeMs) });
      }
    }
    copies.sort((one, other) => one.usedAt - other.usedAt);
    this.totalBytes = copies.reduce((sum, { size }) => sum + size, 0);
    const keptBytes = this.totalBytes > this.maxBytes ? this.maxBytes * KEPT_SHARE : this.maxBytes;
    for (const { file, size } of copies) {
      if (this.totalBytes <= keptBytes) {
        return;
      }
      await rm(file, { force: true });
      this.totalBytes -= size;
    }
  }

  private async names(): Promise<readonly string[]> {
    return (await readdir(this.folder)).filter((name) => COPY_NAME.test(name));
  }

  private fileOf(key: string): string {
    return path.join(this.folder, key);
  }
}
