/**
 * The archive of files in the flash image: POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"), which any
 * `tar` can list and make. For each file a header of 512 bytes, then the contents, filled up to 512 bytes:
 *
 *       0  name, 100 bytes     124  size in octal, 12     148  checksum in octal, 8     156  type, 1
 *     257  "ustar", 0, "00"    345  folder of the name, 155 bytes
 *
 * A header of zeros ends the archive.
 */

export const TAR_BLOCK_BYTES = 512;

export const TAR_NAME = 0;
export const TAR_NAME_BYTES = 100;
export const TAR_MODE = 100;
export const TAR_SIZE = 124;
export const TAR_SIZE_BYTES = 12;
export const TAR_CHECKSUM = 148;
export const TAR_CHECKSUM_BYTES = 8;
export const TAR_TYPE = 156;
export const TAR_MAGIC = 257;
export const TAR_PREFIX = 345;
export const TAR_PREFIX_BYTES = 155;

/** The type of a file: the digit 0, or a zero byte in older archives. */
export const TAR_TYPE_FILE = 0x30;

/** The bytes that a file's contents take in the archive. */
export function filledUp(sizeBytes: number): number {
  return Math.ceil(sizeBytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}
