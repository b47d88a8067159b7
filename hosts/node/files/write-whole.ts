import fs from "node:fs";

/**
 * Writes `length` bytes of `source` from `offset` to `position`, however few the system takes at once.
 *
 * @throws NodeJS.ErrnoException
 */
export function writeWhole(
  descriptor: number,
  source: NodeJS.ArrayBufferView,
  offset: number,
  length: number,
  position: number,
): void {
  let written = 0;
  while (written < length) {
    written += fs.writeSync(descriptor, source, offset + written, length - written, position + written);
  }
}
