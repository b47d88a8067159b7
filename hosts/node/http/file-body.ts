/** The body of an answer with a file: read as fast as the client takes it, and as it grows. */
import type http from "node:http";
import { setImmediate } from "node:timers/promises";
import { MAX_BLOCK_BYTES, type ReadableFile } from "../../../src/index.js";
import { type GrowingFile, isGrowing } from "../../common/later/growing-file.js";
import type { ByteRange } from "./byte-range.js";

/** Bytes that are read before the client takes them, and before others have their turn. */
const CHUNK_BYTES = 64 * 1024;

/** @returns the number of bytes that were sent. */
export async function sendRange(
  file: ReadableFile,
  source: unknown,
  { first, last }: ByteRange,
  response: http.ServerResponse,
): Promise<number> {
  let position = first;
  while (position <= last && !response.destroyed) {
    if (isGrowing(source)) {
      // Blocks are read whole, also the last one.
      await grown(source, Math.min(position + CHUNK_BYTES, last + 1) + MAX_BLOCK_BYTES, response);
    }
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readChunk(file, chunk, position, last);
    if (length < 0) {
      // The length was promised: the client must see that the file is not whole.
      response.destroy();
      break;
    }
    if (length === 0) {
      break;
    }
    position += length;
    if (!response.write(chunk.subarray(0, length))) {
      await drained(response);
    }
    await setImmediate();
  }
  if (!response.destroyed) {
    response.end();
  }
  return position - first;
}

/**
 * Reads in blocks, as storages expect it (a multiple of them at a time, from any position).
 *
 * @returns the number of bytes, or a refusal.
 */
function readChunk(file: ReadableFile, chunk: Buffer, position: number, last: number): number {
  const wanted = Math.min(chunk.length, last - position + 1);
  let length = 0;
  while (length < wanted) {
    const block = chunk.subarray(length, length + MAX_BLOCK_BYTES);
    const count = file.read(block, position + length);
    if (count < 0) {
      return count;
    }
    length += count;
    if (count < MAX_BLOCK_BYTES) {
      break;
    }
  }
  return Math.min(length, wanted);
}

/** Resolves when more may be written, or nothing can be any more. */
function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

/** Resolves when this number of bytes can be read, or all of them, or no reader is left. */
function grown(file: GrowingFile, bytes: number, response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (file.readyBytes >= Math.min(bytes, file.sizeBytes) || response.destroyed) {
        response.off("close", look);
        file.onGrowth = () => {};
        resolve();
      }
    };
    file.onGrowth = look;
    response.on("close", look);
    look();
  });
}
