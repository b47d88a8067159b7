/**
 * The files of an archive in the flash image. They are read where they lie, and are read-only.
 */
import type { ReadableFile, Refusal, Storage } from "../../../src/index.js";
import { ImageFile } from "./image-file.js";
import { FORBIDDEN, NOT_FOUND } from "./refusals.js";
import {
  filledUp,
  TAR_BLOCK_BYTES,
  TAR_NAME,
  TAR_NAME_BYTES,
  TAR_PREFIX,
  TAR_PREFIX_BYTES,
  TAR_SIZE,
  TAR_SIZE_BYTES,
  TAR_TYPE,
  TAR_TYPE_FILE,
} from "./tar.js";

const DIGIT_ZERO = 0x30;
const SLASH = 0x2f;

export class ArchiveStorage implements Storage {
  private readonly view: DataView;

  /**
   * @param archive a tar archive in the format ustar: a `Resource`, or any other memory.
   */
  constructor(private readonly archive: ArrayBuffer) {
    this.view = new DataView(archive);
  }

  openForReading(name: string): ReadableFile | Refusal {
    const view = this.view;
    const wanted = new DataView(ArrayBuffer.fromString(name));
    let header = 0;
    while (header + TAR_BLOCK_BYTES <= view.byteLength && view.getUint8(header) !== 0) {
      const sizeBytes = readOctal(view, header + TAR_SIZE, TAR_SIZE_BYTES);
      const start = header + TAR_BLOCK_BYTES;
      if (sizeBytes < 0 || start + sizeBytes > view.byteLength) {
        return NOT_FOUND;
      }
      if (isFile(view, header) && hasName(view, header, wanted)) {
        return new ImageFile(this.archive, start, sizeBytes);
      }
      header = start + filledUp(sizeBytes);
    }
    return NOT_FOUND;
  }

  openForWriting(): Refusal {
    return FORBIDDEN;
  }
}

function isFile(view: DataView, header: number): boolean {
  const type = view.getUint8(header + TAR_TYPE);
  return type === TAR_TYPE_FILE || type === 0;
}

/** A long name is cut into the folder, the prefix, and the rest. */
function hasName(view: DataView, header: number, wanted: DataView): boolean {
  const prefixLength = textLength(view, header + TAR_PREFIX, TAR_PREFIX_BYTES);
  const nameLength = textLength(view, header + TAR_NAME, TAR_NAME_BYTES);
  const nameAt = prefixLength === 0 ? 0 : prefixLength + 1;
  return (
    wanted.byteLength === nameAt + nameLength &&
    isSame(view, header + TAR_NAME, wanted, nameAt, nameLength) &&
    (nameAt === 0 || wanted.getUint8(prefixLength) === SLASH) &&
    isSame(view, header + TAR_PREFIX, wanted, 0, prefixLength)
  );
}

function isSame(view: DataView, at: number, wanted: DataView, wantedAt: number, length: number): boolean {
  for (let index = 0; index < length; index++) {
    if (view.getUint8(at + index) !== wanted.getUint8(wantedAt + index)) {
      return false;
    }
  }
  return true;
}

/** A text that does not fill its field ends with a zero byte. */
function textLength(view: DataView, at: number, lengthMax: number): number {
  let length = 0;
  while (length < lengthMax && view.getUint8(at + length) !== 0) {
    length++;
  }
  return length;
}

/** The digits up to the first byte that is none (a blank or a zero byte), or -1 when there is no digit. */
function readOctal(view: DataView, at: number, length: number): number {
  let value = -1;
  for (let index = 0; index < length; index++) {
    const digit = view.getUint8(at + index) - DIGIT_ZERO;
    if (digit < 0 || digit > 7) {
      break;
    }
    value = (value < 0 ? 0 : value * 8) + digit;
  }
  return value;
}
