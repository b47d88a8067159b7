/**
 * Names between the engine and the disk. On POSIX a name is any bytes. Node decodes them as UTF-8 and loses what is not; the
 * engine keeps each such byte as one of U+DC80 to U+DCFF. Paths are strings of this kind until they are handed to the system.
 */
import fs from "node:fs";
import { decodeName } from "../../../src/index.js";

const STRAY_BYTE = /([\udc80-\udcff])/u;
/** Stands for bytes that Node could not decode, and may be part of a name as well. */
const REPLACEMENT = "\ufffd";

/** A path as `node:fs` takes it: with the bytes that the name has on the disk. */
export function diskPath(path: string): string | Buffer {
  return STRAY_BYTE.test(path) ? nameBytes(path) : path;
}

/** The bytes of a name. */
export function nameBytes(name: string): Buffer {
  // In Latin-1, only the lower half of a character is written.
  return Buffer.concat(
    name.split(STRAY_BYTE).map((piece, index) => Buffer.from(piece, index % 2 === 0 ? "utf8" : "latin1")),
  );
}

/** The name that the engine gives to these bytes. */
export function nameOfBytes(bytes: Buffer): string {
  const text = bytes.toString();
  return text.includes(REPLACEMENT)
    ? decodeName(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength)
    : text;
}

/**
 * The path without links.
 *
 * @throws NodeJS.ErrnoException.
 */
export function realPath(path: string): string {
  // Only the system's own function keeps all bytes. Windows has no such names, and its function answers differently.
  return process.platform === "win32"
    ? fs.realpathSync(path)
    : nameOfBytes(fs.realpathSync.native(diskPath(path), "buffer"));
}
