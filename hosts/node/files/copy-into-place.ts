/** Copies a complete upload into an existing file, which so keeps everything but its content. */
import fs from "node:fs";
import { closeRead } from "./confined-folder.js";
import { diskPath } from "./disk-names.js";
import { roomBytes } from "./room.js";

const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0;
const NO_WAIT = fs.constants.O_NONBLOCK ?? 0;
const PIECE_BYTES = 256 * 1024;

/**
 * Copies the whole file of `source` into `final`, and onto the disk. What the new content has more than the old one is
 * written first: when the disk is full, the old content is still whole.
 *
 * @throws NodeJS.ErrnoException.
 */
export function copyIntoPlace(source: number, folder: string, final: string): void {
  const target = fs.openSync(diskPath(final), fs.constants.O_WRONLY | NO_FOLLOW | NO_WAIT);
  try {
    const present = fs.fstatSync(target);
    if (!present.isFile()) {
      throw Object.assign(new Error(`${final} is no regular file`), { code: "EACCES" });
    }
    const sizeBytes = fs.fstatSync(source).size;
    if (sizeBytes - present.size > roomBytes(folder)) {
      throw Object.assign(new Error(`no room for ${sizeBytes} bytes`), { code: "ENOSPC" });
    }
    try {
      copyRange(source, target, present.size, sizeBytes);
    } catch (error) {
      fs.ftruncateSync(target, present.size);
      throw error;
    }
    copyRange(source, target, 0, Math.min(present.size, sizeBytes));
    fs.ftruncateSync(target, sizeBytes);
    fs.fsyncSync(target);
  } finally {
    closeRead(target);
  }
}

/** Copies the bytes from `start` to `end` of one open file to the same place in another. */
export function copyRange(source: number, target: number, start: number, end: number): void {
  const piece = Buffer.allocUnsafeSlow(Math.max(0, Math.min(PIECE_BYTES, end - start)));
  for (let position = start; position < end; ) {
    const count = fs.readSync(source, piece, 0, Math.min(piece.length, end - position), position);
    if (count === 0) {
      throw new Error("the staged file has become shorter");
    }
    for (let written = 0; written < count; ) {
      written += fs.writeSync(target, piece, written, count - written, position + written);
    }
    position += count;
  }
}
