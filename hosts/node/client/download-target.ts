/**
 * Where a fetched file goes: into memory, a stream, or a file that appears under its name only when it is whole.
 */
import fs from "node:fs";
import path from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
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
import { StagedFile } from "../files/staged-file.js";
import { removeAbandonedFiles } from "../files/temporary-files.js";

export interface DownloadTarget {
  /** What the engine writes to. */
  readonly file: WritableFile;
  /** Why it could not be written, for a person. */
  readonly problem: string;
  /** Waits until everything is where it should be. Rejects when that fails. */
  finish(): Promise<void>;
  /** The transfer has failed. */
  discard(reason: unknown): void;
}

/** Takes a copy of what the engine wrote: its buffer is used again. */
function copyOf(source: DataView, offset: number, length: number): Buffer {
  return Buffer.from(Buffer.from(source.buffer, source.byteOffset + offset, length));
}

/** Keeps the file in memory. */
export class MemoryTarget implements DownloadTarget, WritableFile {
  readonly file = this;
  readonly problem = "there is not enough memory";
  private readonly parts: Buffer[] = [];

  /** The whole file. */
  get content(): Buffer {
    return Buffer.concat(this.parts);
  }

  write(source: DataView, offset: number, length: number): number {
    this.parts.push(copyOf(source, offset, length));
    return 0;
  }

  commit(): number {
    return 0;
  }

  close(): void {}

  async finish(): Promise<void> {}

  discard(): void {}
}

/**
 * Passes the file on to a stream, block by block. A server does not wait, so what the stream has not taken yet is kept in
 * memory.
 */
export class StreamTarget implements DownloadTarget, WritableFile {
  readonly file = this;
  private failure: Error | undefined;
  private readonly onError = (error: Error): void => {
    this.failure ??= error;
  };

  constructor(private readonly stream: Writable) {
    stream.on("error", this.onError);
  }

  get problem(): string {
    return `the stream failed: ${this.failure?.message ?? "it was closed"}`;
  }

  write(source: DataView, offset: number, length: number): number {
    if (this.failure !== undefined || !this.stream.writable) {
      return FAILED;
    }
    this.stream.write(copyOf(source, offset, length));
    return 0;
  }

  commit(): number {
    return this.failure === undefined ? 0 : FAILED;
  }

  close(): void {}

  async finish(): Promise<void> {
    try {
      await this.flushed();
    } catch (error) {
      throw new LocalFileError(this.problem, { cause: error });
    }
  }

  private async flushed(): Promise<void> {
    if (isStandardStream(this.stream)) {
      await new Promise<void>((resolve, reject) => {
        this.stream.write("", (error) => (error ? reject(error) : resolve()));
      });
      this.stream.off("error", this.onError);
    } else {
      this.stream.end();
      await finished(this.stream);
    }
  }

  discard(reason: unknown): void {
    if (isStandardStream(this.stream)) {
      this.stream.off("error", this.onError);
    } else {
      this.stream.destroy(reason instanceof Error ? reason : new Error(String(reason)));
    }
  }
}

/** The process's own streams outlive every transfer. */
function isStandardStream(stream: Writable): boolean {
  return stream === process.stdout || stream === process.stderr;
}

/** Writes into the file system, under a temporary name until the file is whole. */
class FileTarget implements DownloadTarget, WritableFile {
  readonly file = this;
  private refusal: Refusal = FAILED;

  constructor(
    private readonly upload: StagedFile,
    private readonly place: string,
  ) {}

  get problem(): string {
    return problemWith(this.place, this.refusal);
  }

  write(source: DataView, offset: number, length: number, position: number): number {
    return this.noted(this.upload.write(source, offset, length, position));
  }

  commit(): number {
    return this.noted(this.upload.commit());
  }

  close(): void {
    this.upload.close();
  }

  async finish(): Promise<void> {}

  discard(): void {}

  private noted(result: number): number {
    if (result < 0) {
      this.refusal = result;
    }
    return result;
  }
}

/** A file at this end that cannot be used. */
export class LocalFileError extends Error {}

function problemWith(place: string, refusal: Refusal): string {
  switch (refusal) {
    case NOT_FOUND:
      return `there is no folder for ${place}; make it first`;
    case FORBIDDEN:
      return `${place} may not be written; check the permissions of its folder`;
    case DISK_FULL:
      return `there is no room for ${place}`;
    case EXISTS:
      return `${place} exists already`;
    default:
      return `${place} cannot be written`;
  }
}

/**
 * Prepares to write a file. A link is followed, and what is no regular file, such as a device, is written to as it is. In a
 * folder, the file gets the name that it has on the server.
 *
 * @throws LocalFileError when that is not possible.
 */
export async function openTarget(place: string, remoteName: string): Promise<DownloadTarget> {
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
  if (namesFolder(place) && !isInFolder) {
    throw new LocalFileError(`there is no folder ${place}; make it first`);
  }
  const wanted = isInFolder ? path.join(place, lastComponent(remoteName)) : place;
  const final = withoutLinks(wanted);
  const present = fs.statSync(final, { throwIfNoEntry: false });
  if (present?.isDirectory()) {
    throw new LocalFileError(`${wanted} is a folder; name a file`);
  }
  if (present !== undefined && !present.isFile()) {
    return new StreamTarget(fs.createWriteStream(final));
  }
  const folder = path.dirname(final);
  if (!isFolder(folder)) {
    throw new LocalFileError(problemWith(wanted, NOT_FOUND));
  }
  await removeAbandonedFiles(folder);
  const upload = StagedFile.create(new ConfinedFolder(folder, false), path.basename(final), {
    sizeBytes: -1,
    mayOverwrite: true,
  });
  if (isRefusal(upload)) {
    throw new LocalFileError(problemWith(wanted, upload));
  }
  return new FileTarget(upload, wanted);
}

function isFolder(place: string): boolean {
  return fs.statSync(withoutEnd(place), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A separator at the end says that a folder is meant, whether there is one or not. */
function namesFolder(place: string): boolean {
  return place.endsWith("/") || place.endsWith(path.sep);
}

/** Of a file, the system does not even say what it is when a separator stands behind its name. */
function withoutEnd(place: string): string {
  const { dir, base } = path.parse(place);
  return path.join(dir, base);
}

function withoutLinks(place: string): string {
  try {
    return fs.realpathSync(place);
  } catch {
    if (fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new LocalFileError(`${place} is a link to what is not there; remove it, or name another file`);
    }
    return path.resolve(place);
  }
}

function lastComponent(remoteName: string): string {
  const last = remoteName.split(/[/\\]/).at(-1) ?? "";
  if (last === "" || last === "." || last === "..") {
    throw new LocalFileError(`"${remoteName}" ends with no file name; name the file to write`);
  }
  return last;
}
