/** Opens what `put` sends: a file, bytes, or a stream. */
import fs from "node:fs";
import { addAbortSignal, Readable } from "node:stream";
import type { ReadableFile } from "../../../src/index.js";
import type { FileErrorListener } from "../files/file-refusals.js";
import { MemoryFile } from "../files/memory-file.js";
import { SharedFile } from "../files/shared-file.js";
import { LocalFileError } from "./local-file-error.js";

/** The path of a file, bytes, or a stream of bytes or strings. */
export type PutSource = string | URL | Uint8Array | AsyncIterable<Uint8Array | string>;

/**
 * Reads a stream to its end first: a block may have to be sent again, and many servers ask for the size in advance.
 *
 * @param onError receives the reason when a file can no longer be read.
 * @throws LocalFileError when a file cannot be read; any error of a stream.
 */
export async function openSource(
  source: PutSource,
  signal: AbortSignal | undefined,
  onError: FileErrorListener,
): Promise<ReadableFile> {
  if (typeof source === "string" || source instanceof URL) {
    return openFile(source, signal, onError);
  }
  return new MemoryFile(source instanceof Uint8Array ? bufferOf(source) : await readAll(source, signal));
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function openFile(
  place: string | URL,
  signal: AbortSignal | undefined,
  onError: FileErrorListener,
): Promise<ReadableFile> {
  let stats: fs.Stats;
  try {
    stats = fs.statSync(place);
    if (stats.isFile()) {
      const descriptor = fs.openSync(place, "r");
      return new SharedFile({ descriptor, path: String(place), status: fs.fstatSync(descriptor) }, onError);
    }
  } catch (error) {
    throw new LocalFileError(readProblem(place, error as NodeJS.ErrnoException), { cause: error });
  }
  if (stats.isDirectory()) {
    throw new LocalFileError(`${place} is a folder; give the name of a file`);
  }
  return new MemoryFile(await readAll(fs.createReadStream(place), signal));
}

function readProblem(place: string | URL, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `there is no file ${place}; check the name`;
    case "EACCES":
    case "EPERM":
      return `${place} cannot be read; check its permissions`;
    default:
      return `${place} cannot be read: ${message}`;
  }
}

async function readAll(stream: AsyncIterable<Uint8Array | string>, signal: AbortSignal | undefined): Promise<Buffer> {
  if (signal !== undefined && stream instanceof Readable) {
    addAbortSignal(signal, stream);
  }
  const parts: Buffer[] = [];
  try {
    for await (const part of stream) {
      parts.push(typeof part === "string" ? Buffer.from(part) : bufferOf(part));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  return Buffer.concat(parts);
}
