/** Writes the archive that the board reads. The same files always make the same bytes. */
import fs from "node:fs";
import {
  filledUp,
  TAR_BLOCK_BYTES,
  TAR_CHECKSUM,
  TAR_CHECKSUM_BYTES,
  TAR_MAGIC,
  TAR_MODE,
  TAR_NAME,
  TAR_NAME_BYTES,
  TAR_PREFIX,
  TAR_PREFIX_BYTES,
  TAR_SIZE,
  TAR_SIZE_BYTES,
  TAR_TYPE,
  TAR_TYPE_FILE,
} from "../storage/tar.js";
import type { FolderFile } from "./folder.js";
import { UserError } from "./user-error.js";

/** POSIX: two blocks of zeros end an archive. */
const END_BYTES = 2 * TAR_BLOCK_BYTES;
const MODE = "0000644\0";
const MAGIC = "ustar\x0000";

/** Size of the archive, before it is made. */
export function archiveBytes(files: readonly FolderFile[]): number {
  return files.reduce((total, file) => total + TAR_BLOCK_BYTES + filledUp(file.sizeBytes), END_BYTES);
}

/**
 * @throws UserError if a name is too long for an archive.
 */
export function makeArchive(files: readonly FolderFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const file of files) {
    const contents = fs.readFileSync(file.path);
    parts.push(header(file.name, contents.length), contents);
    parts.push(Buffer.alloc(filledUp(contents.length) - contents.length));
  }
  return Buffer.concat([...parts, Buffer.alloc(END_BYTES)]);
}

function header(name: string, sizeBytes: number): Buffer {
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  const { prefix, rest } = splitName(name);
  block.write(rest, TAR_NAME);
  block.write(prefix, TAR_PREFIX);
  block.write(MODE, TAR_MODE);
  block.write(`${sizeBytes.toString(8).padStart(TAR_SIZE_BYTES - 1, "0")}\0`, TAR_SIZE);
  block[TAR_TYPE] = TAR_TYPE_FILE;
  block.write(MAGIC, TAR_MAGIC);
  // The checksum is computed with blanks in its field.
  block.fill(" ", TAR_CHECKSUM, TAR_CHECKSUM + TAR_CHECKSUM_BYTES);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(TAR_CHECKSUM_BYTES - 2, "0")}\0 `, TAR_CHECKSUM);
  return block;
}

/** A name that does not fit its field is cut at a `/`: the folders before it go into the prefix. */
function splitName(name: string): { prefix: string; rest: string } {
  for (let slash = -1; ; ) {
    const prefix = name.slice(0, Math.max(0, slash));
    const rest = name.slice(slash + 1);
    if (Buffer.byteLength(rest) <= TAR_NAME_BYTES && Buffer.byteLength(prefix) <= TAR_PREFIX_BYTES) {
      return { prefix, rest };
    }
    slash = name.indexOf("/", slash + 1);
    if (slash < 0) {
      throw new UserError(`The name ${JSON.stringify(name)} is too long; shorten it, or the names of its folders`);
    }
  }
}
