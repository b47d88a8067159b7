/** Opens what `put` sends: a file, bytes, or a stream. */
import fs from "node:fs";
import { Readable } from "node:stream";
import type { ReadableFile } from "../../../src/index.js";
import type { FileErrorListener } from "../files/file-refusals.js";
import { MemoryFile } from "../files/memory-file.js";
import { SharedFile } from "../files/shared-file.js";
import type { ClientTransferOptions } from "./client-options.js";
import { LocalFileError } from "./local-file-error.js";
import { StreamSource } from "./stream-source.js";

/** The path of a file, bytes, or a stream of bytes or strings. */
export type PutSource = string | URL | Uint8Array | AsyncIterable<Uint8Array | string>;

/**
 * Opens a file, and begins to read a stream.
 *
 * @param onError receives the reason when a file or a stream can no longer be read.
 * @throws LocalFileError when a file cannot be read or a stream fails; the reason of an abort.
 */
export async function openSource(
  source: PutSource,
  options: ClientTransferOptions,
  onError: FileErrorListener,
): Promise<ReadableFile> {
  if (typeof source === "string" || source instanceof URL) {
    return openFile(source, options, onError);
  }
  if (source instanceof Uint8Array) {
    return new MemoryFile(Buffer.from(source.buffer, source.byteOffset, source.byteLength));
  }
  return openStream(
    source instanceof Readable ? source : Readable.from(source, { highWaterMark: 1 }),
    options,
    onError,
  );
}

async function openStream(
  stream: Readable,
  { signal, windowSize = 1 }: ClientTransferOptions,
  onError: FileErrorListener,
): Promise<StreamSource> {
  const source = new StreamSource(stream, windowSize, onError);
  await source.fill(signal);
  return source;
}

async function openFile(
  place: string | URL,
  options: ClientTransferOptions,
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
  return openStream(fs.createReadStream(place), options, onError);
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
