/**
 * Older contents of a file that uploads replace, beside it: NAME.~1~, NAME.~2~ and so on, as `cp --backup=numbered` of GNU
 * names them. The highest number is the newest. At no time is a content without a name.
 */
import fs from "node:fs";
import path from "node:path";
import { copyRange } from "./copy-into-place.js";
import { diskPath, nameOfBytes } from "./disk-names.js";
import { keepPermissions, PERMISSIONS } from "./kept-rights.js";
import { isWithoutLinks, nameUnlessTaken } from "./name-unless-taken.js";
import { stageBeside } from "./staging.js";

const VERSION = /\.~([1-9]\d{0,14})~$/;
/** Detail of a refusal. */
export const KEPT_FOR_VERSIONS = ": it is kept for older versions of uploads";
/** Another server may take the next numbers of the same file. */
const MAX_TRIES = 10;

/** Whether a name, which may contain folders, is that of an older version. */
export function isVersionName(name: string): boolean {
  return VERSION.test(name);
}

export class KeptVersions {
  /**
   * @param folder the open folder of the file.
   * @param name of the file in it.
   * @param count versions to keep, 1 or more.
   */
  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly count: number,
  ) {}

  /**
   * Gives the present content a second name, so that the file may be replaced.
   *
   * @throws NodeJS.ErrnoException.
   */
  keepByLink(): void {
    const { newest, isPresent } = this.newest();
    if (isPresent) {
      // An upload was stopped after this step.
      return;
    }
    try {
      this.linkAfter(newest);
    } catch (error) {
      if (!isWithoutLinks(error)) {
        throw error;
      }
      this.keepByCopy();
    }
  }

  /**
   * Copies the present content, so that the file may be written to. A version that is the file itself gets the copy.
   *
   * @throws NodeJS.ErrnoException.
   */
  keepByCopy(): void {
    const { newest, isPresent } = this.newest();
    const source = fs.openSync(diskPath(this.path), fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    try {
      const present = fs.fstatSync(source);
      const staging = stageBeside(this.folder, present.size, present.mode & PERMISSIONS);
      let isNamed = false;
      try {
        copyRange(source, staging.descriptor, 0, present.size);
        keepPermissions(staging.descriptor, present);
        fs.futimesSync(staging.descriptor, present.atime, present.mtime);
        fs.fsyncSync(staging.descriptor);
        const copy = path.join(this.folder, staging.name as string);
        if (isPresent) {
          fs.renameSync(diskPath(copy), diskPath(this.versionPath(newest)));
        } else {
          nameUnlessTaken(copy, this.versionPath(newest + 1));
        }
        isNamed = true;
      } finally {
        fs.closeSync(staging.descriptor);
        staging.discard(isNamed);
      }
    } finally {
      fs.closeSync(source);
    }
  }

  /**
   * Removes the oldest versions that are too many.
   *
   * @throws NodeJS.ErrnoException.
   */
  removeOldest(): void {
    for (const number of this.numbers().slice(0, -this.count)) {
      fs.rmSync(diskPath(this.versionPath(number)), { force: true });
    }
  }

  private linkAfter(newest: number): void {
    for (let number = newest + 1; ; number++) {
      try {
        fs.linkSync(diskPath(this.path), diskPath(this.versionPath(number)));
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST" || number === newest + MAX_TRIES) {
          throw error;
        }
      }
    }
  }

  /** The number of the newest version, 0 without any, and whether it is the very file. */
  private newest(): { readonly newest: number; readonly isPresent: boolean } {
    const newest = this.numbers().at(-1) ?? 0;
    const version = fs.lstatSync(diskPath(this.versionPath(newest)), { throwIfNoEntry: false });
    const present = fs.lstatSync(diskPath(this.path));
    return { newest, isPresent: version?.ino === present.ino && version.dev === present.dev };
  }

  /** Numbers of the versions that are there, in ascending order. */
  private numbers(): number[] {
    const numbers: number[] = [];
    for (const bytes of fs.readdirSync(diskPath(this.folder), "buffer")) {
      const entry = nameOfBytes(bytes);
      const [suffix, digits] = VERSION.exec(entry) ?? [""];
      if (digits !== undefined && entry === this.name + suffix) {
        numbers.push(Number(digits));
      }
    }
    return numbers.sort((one, other) => one - other);
  }

  private get path(): string {
    return path.join(this.folder, this.name);
  }

  private versionPath(number: number): string {
    return path.join(this.folder, `${this.name}.~${number}~`);
  }
}
