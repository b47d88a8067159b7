/**
 * The files of an archive in the flash image. They are read in place, and are read-only.
 */
import { decodeName, FORBIDDEN, NOT_FOUND, type ReadableFile, type Refusal } from "../../../src/index.js";
import type { Catalogue, ListedFile } from "../../common/catalogue.js";
import type { ReasonCode } from "../../common/reasons.js";
import { ImageFile } from "./image-file.js";
import { type ReasonedStorage, refuse, UPLOADS_OFF } from "./reasoned-storage.js";
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

/** An ArrayBuffer, or a `Resource`: memory of the flash, which views accept though the SDK's typings give it another type. */
export interface ArchiveMemory {
  /** Its size. */
  readonly byteLength: number;
  /** A copy of a part. */
  slice(begin: number, end?: number): ArrayBuffer;
}

export class ArchiveStorage implements ReasonedStorage, Catalogue {
  refusalReason: ReasonCode | undefined = undefined;
  private readonly view: DataView;

  private readonly archive: ArrayBuffer;

  /**
   * @param archive a tar archive in the format ustar: a `Resource`, or any other memory.
   */
  constructor(archive: ArchiveMemory) {
    this.archive = archive as ArrayBuffer;
    this.view = new DataView(this.archive);
  }

  readonly mayWrite = false;
  readonly mayOverwrite = false;

  openForReading(name: string): ReadableFile | Refusal {
    const view = this.view;
    const wanted = new DataView(ArrayBuffer.fromString(name));
    for (let header = this.nextFile(0); header >= 0; header = this.nextFile(this.next(header))) {
      if (hasName(view, header, wanted)) {
        return new ImageFile(this.archive, header + TAR_BLOCK_BYTES, this.sizeAt(header));
      }
    }
    return NOT_FOUND;
  }

  listFiles(visit: (file: ListedFile) => boolean): void {
    for (let header = this.nextFile(0); header >= 0; header = this.nextFile(this.next(header))) {
      const file = { name: nameAt(this.view, header), sizeBytes: this.sizeAt(header), isRemovable: false };
      if (!visit(file)) {
        return;
      }
    }
  }

  removeFile(): Refusal {
    return FORBIDDEN;
  }

  /** The header of the first whole file from `from` on, or -1. */
  private nextFile(from: number): number {
    const view = this.view;
    let header = from;
    while (header + TAR_BLOCK_BYTES <= view.byteLength && view.getUint8(header) !== 0) {
      const sizeBytes = this.sizeAt(header);
      if (sizeBytes < 0 || header + TAR_BLOCK_BYTES + sizeBytes > view.byteLength) {
        return -1;
      }
      if (isFile(view, header)) {
        return header;
      }
      header = this.next(header);
    }
    return -1;
  }

  private sizeAt(header: number): number {
    return readOctal(this.view, header + TAR_SIZE, TAR_SIZE_BYTES);
  }

  /** Position of the next header. */
  private next(header: number): number {
    return header + TAR_BLOCK_BYTES + filledUp(this.sizeAt(header));
  }

  openForWriting(): Refusal {
    return refuse(this, FORBIDDEN, UPLOADS_OFF);
  }
}

function isFile(view: DataView, header: number): boolean {
  const type = view.getUint8(header + TAR_TYPE);
  return type === TAR_TYPE_FILE || type === 0;
}

function nameAt(view: DataView, header: number): string {
  const prefixLength = textLength(view, header + TAR_PREFIX, TAR_PREFIX_BYTES);
  const nameLength = textLength(view, header + TAR_NAME, TAR_NAME_BYTES);
  const name = decodeName(view, header + TAR_NAME, header + TAR_NAME + nameLength);
  const prefix = decodeName(view, header + TAR_PREFIX, header + TAR_PREFIX + prefixLength);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** A long name is split: folders are in the prefix, the rest in the name. */
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
function textLength(view: DataView, at: number, maxLength: number): number {
  let length = 0;
  while (length < maxLength && view.getUint8(at + length) !== 0) {
    length++;
  }
  return length;
}

/** Reads digits up to the first other byte (a blank or a zero byte); -1 without a digit. */
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
