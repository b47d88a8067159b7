/**
 * Checksums of served files, made when `NAME.sha256` is asked for: TFTP itself has nothing that would tell a damaged
 * image from a whole one.
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
/** Checksums that are kept; a folder rarely has more images. */
const MAX_KEPT = 256;

/** A storage that has checksums of its files, and tells them from the files: as a `DirectoryStorage` does. */
export interface ChecksummedStorage extends Storage {
  /** The file of this very name, or a refusal. */
  openFile(name: string, address: Address): ReadableFile | Refusal;
  /** The checksum of the file of this name, or a refusal. The client calls that file by another name, maybe. */
  openChecksum(name: string, calledName: string, address: Address): ReadableFile | Refusal;
}

/** The name of the file whose checksum is asked for, or undefined when none is. */
export function checksummedName(name: string): string | undefined {
  return name.endsWith(CHECKSUM_SUFFIX) && path.basename(name) !== CHECKSUM_SUFFIX
    ? name.slice(0, -CHECKSUM_SUFFIX.length)
    : undefined;
}

export class Checksums {
  /** By everything that changes when a file's contents do. */
  private readonly kept = new BoundedMap<string, string>(MAX_KEPT);

  /**
   * The line that `sha256sum` writes and `sha256sum --check` reads. A large file takes its time, once: nothing else is
   * served meanwhile.
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
