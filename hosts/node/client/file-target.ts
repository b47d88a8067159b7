/** Writes a fetched file into the file system, under a temporary name until it is complete. */
import fs from "node:fs";
import path from "node:path";
import {
  DISK_FULL,
  EXISTS,
  FAILED,
  FORBIDDEN,
  isRefusal,
  NOT_FOUND,
  type Refusal,
  type WritableFile,
} from "../../../src/index.js";
import { ConfinedFolder } from "../files/confined-folder.js";
import { diskPath, realPath } from "../files/disk-names.js";
import { removeAbandonedFiles } from "../files/litter.js";
import { StagedFile } from "../files/staged-file.js";
import type { DownloadTarget } from "./download-target.js";
import { LocalFileError } from "./local-file-error.js";
import { StreamTarget } from "./stream-target.js";

class FileTarget implements DownloadTarget, WritableFile {
  readonly file = this;
  private refusal: Refusal = FAILED;

  constructor(
    private readonly staged: StagedFile,
    readonly path: string,
    private readonly errors: readonly unknown[],
  ) {}

  get problem(): string {
    return problemWith(this.path, this.refusal, this.errors[0]);
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    return this.note(this.staged.write(source, offset, length, position));
  }

  commit(): number {
    return this.note(this.staged.commit());
  }

  close(): void {
    this.staged.close();
  }

  async finish(): Promise<void> {}

  discard(): void {}

  private note(result: number): number {
    if (result < 0) {
      this.refusal = result;
    }
    return result;
  }
}

/** @param error what the file system said, for a refusal that does not tell. */
function problemWith(place: string, refusal: Refusal, error?: unknown): string {
  switch (refusal) {
    case NOT_FOUND:
      return `the folder of ${place} does not exist; create it first`;
    case FORBIDDEN:
      return `${place} cannot be written; check the permissions of its folder`;
    case DISK_FULL:
      return `there is no space left for ${place}; free some, then try again`;
    case EXISTS:
      return `${place} already exists; choose another name`;
    default:
      return error instanceof Error ? error.message : `${place} cannot be written; check the disk`;
  }
}

/**
 * Prepares to write a file. Follows a link; writes to a device or another special file as it is; in a folder, takes the
 * name of the file on the server.
 *
 * @throws LocalFileError when that is impossible.
 */
export async function openFileTarget(place: string, remoteName: string): Promise<DownloadTarget> {
  try {
    return await openPlace(place, remoteName);
  } catch (error) {
    if (error instanceof LocalFileError) {
      throw error;
    }
    throw new LocalFileError(`${place} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

async function openPlace(place: string, remoteName: string): Promise<DownloadTarget> {
  const isInFolder = isFolder(place);
  if (endsLikeFolder(place) && !isInFolder) {
    throw new LocalFileError(`the folder ${place} does not exist; create it first`);
  }
  const wanted = isInFolder ? path.join(place, lastComponent(remoteName)) : place;
  const final = resolveLinks(wanted);
  const present = fs.statSync(diskPath(final), { throwIfNoEntry: false });
  if (present?.isDirectory()) {
    throw new LocalFileError(`${wanted} is a folder; give the name of a file`);
  }
  if (present !== undefined && !present.isFile()) {
    return new StreamTarget(fs.createWriteStream(diskPath(final)), wanted);
  }
  const folder = path.dirname(final);
  if (!isFolder(folder)) {
    throw new LocalFileError(problemWith(wanted, NOT_FOUND));
  }
  await removeAbandonedFiles(folder);
  const errors: unknown[] = [];
  const staged = StagedFile.create(new ConfinedFolder(folder, false), path.basename(final), {
    sizeBytes: -1,
    mayOverwrite: true,
    onError: (error) => errors.push(error),
  });
  if (isRefusal(staged)) {
    throw new LocalFileError(problemWith(wanted, staged, errors[0]));
  }
  return new FileTarget(staged, wanted, errors);
}

function isFolder(place: string): boolean {
  return fs.statSync(diskPath(withoutSeparator(place)), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A separator at the end means a folder, even if none exists. */
function endsLikeFolder(place: string): boolean {
  return place.endsWith("/") || place.endsWith(path.sep);
}

/** Removes a separator at the end, with which the system would not find a file at all. */
function withoutSeparator(place: string): string {
  const { dir, base } = path.parse(place);
  return path.join(dir, base);
}

function resolveLinks(place: string): string {
  try {
    return realPath(place);
  } catch {
    if (fs.lstatSync(diskPath(place), { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new LocalFileError(`${place} is a dangling link; remove it, or choose another file`);
    }
    return path.resolve(place);
  }
}

function lastComponent(remoteName: string): string {
  const last = remoteName.split(/[/\\]/).at(-1) ?? "";
  if (last === "" || last === "." || last === "..") {
    throw new LocalFileError(`"${remoteName}" does not end in a file name; give the name of the file to write`);
  }
  return last;
}
