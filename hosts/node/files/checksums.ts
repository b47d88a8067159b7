/**
 * Checksums of served files, made when `NAME.sha256` is requested: TFTP itself cannot tell a damaged image from a whole
 * one.
 */
import fs from "node:fs";
import path from "node:path";
import type { Address, ReadableFile, Refusal, Storage } from "../../../src/index.js";
import { BoundedMap } from "./bounded-map.js";
import type { OpenedFile } from "./confined-folder.js";
import { cryptography } from "./cryptography.js";
import { isSettled } from "./file-identity.js";
import { MemoryFile } from "./memory-file.js";

export const CHECKSUM_SUFFIX = ".sha256";
const READ_BYTES = 64 * 1024;
/** Kept checksums; a folder rarely has more images. */
const MAX_KEPT = 256;

/** A storage with checksums of its files, which it opens apart from the files. {@link DirectoryStorage} is one. */
export interface ChecksummedStorage extends Storage {
  /** Opens the file of exactly this name. */
  openFile(name: string, address: Address): ReadableFile | Refusal;
  /** Opens the checksum of the file of this name, which the client may know by another name. */
  openChecksum(name: string, calledName: string, address: Address): ReadableFile | Refusal;
}

/** The name of the file whose checksum is requested; undefined if the name is no checksum's. */
export function checksummedName(name: string): string | undefined {
  return name.endsWith(CHECKSUM_SUFFIX) && path.basename(name) !== CHECKSUM_SUFFIX
    ? name.slice(0, -CHECKSUM_SUFFIX.length)
    : undefined;
}

export class Checksums {
  /** By all figures of a file that change with its contents. */
  private readonly kept = new BoundedMap<string, string>(MAX_KEPT);

  /**
   * The line that `sha256sum` writes and `sha256sum --check` reads. Reading a large file takes time, once, in which nothing
   * else is served.
   *
   * @throws NodeJS.ErrnoException when the file cannot be read.
   */
  fileFor(file: OpenedFile, name: string): ReadableFile {
    const { dev, ino, size, mtimeNs, ctimeNs } = fs.fstatSync(file.descriptor, { bigint: true });
    const key = `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    let sum = this.kept.get(key);
    if (sum === undefined) {
      sum = sumOf(file.descriptor);
      if (isSettled(file.status)) {
        this.kept.set(key, sum);
      }
    }
    return new MemoryFile(Buffer.from(`${sum}  ${path.basename(name)}\n`));
  }
}

function sumOf(descriptor: number): string {
  const hash = cryptography().createHash("sha256");
  const part = Buffer.allocUnsafe(READ_BYTES);
  let position = 0;
  for (;;) {
    const count = fs.readSync(descriptor, part, 0, part.length, position);
    if (count === 0) {
      return hash.digest("hex");
    }
    hash.update(part.subarray(0, count));
    position += count;
  }
}
