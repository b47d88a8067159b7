/**
 * The folder that is served, and the promise that nothing outside it is touched.
 *
 * A name is checked before it is opened, so that no device is opened even for a moment; and what was opened is checked
 * again, by asking the system where the open file lies. The second check is the one that counts: between the first and
 * the opening, somebody may have put a symbolic link in place of a folder.
 */
import fs from "node:fs";
import path from "node:path";
import { FORBIDDEN, NOT_FOUND, type Refusal } from "../../../src/index.js";
import { refusalOf } from "./file-refusals.js";

/** Absent on Windows, where links need rights of their own. */
const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0;
/** A FIFO without a writer must not hang the server. */
const NO_WAIT = fs.constants.O_NONBLOCK ?? 0;
const DIRECTORY_ONLY = fs.constants.O_DIRECTORY ?? 0;

/** Where Linux shows the place of an open file. */
const OPEN_FILES = "/proc/self/fd";
const HAS_OPEN_FILES = fs.existsSync(OPEN_FILES);

/** On Windows a colon names a drive or a stream, and dots and blanks at the end of a name are dropped. */
const WINDOWS_SPECIAL = /:|[. ](\/|$)/;

export interface OpenedFile {
  readonly descriptor: number;
  /** What the system says of the open file. */
  readonly status: fs.Stats;
  /** The path that it was asked for by, which may be a link to the file. */
  readonly path: string;
}

export class ConfinedFolder {
  /** The folder's own path, free of links. */
  readonly path: string;
  private readonly prefix: string;
  private readonly ignoreCase: boolean;

  /**
   * @throws NodeJS.ErrnoException when there is no such folder, or this user may not enter it.
   */
  constructor(root: string, ignoreCase: boolean) {
    if (root === "") {
      throw new TypeError("The folder to serve has an empty name; write . for the current folder");
    }
    this.path = fs.realpathSync(root);
    if (!fs.statSync(this.path).isDirectory()) {
      const error: NodeJS.ErrnoException = new Error(`${root} is not a folder`);
      error.code = "ENOTDIR";
      throw error;
    }
    // Without this right nothing in it can be reached.
    fs.accessSync(this.path, fs.constants.X_OK);
    this.prefix = this.path.endsWith(path.sep) ? this.path : this.path + path.sep;
    this.ignoreCase = ignoreCase;
  }

  /** The path that a name of the engine's stands for, which may not exist; undefined for a name that is no file's here. */
  locate(name: string): string | undefined {
    const exact = this.locateExactly(name);
    return exact !== undefined && this.ignoreCase && !fs.existsSync(exact) ? this.locateFolded(name) : exact;
  }

  /** The same, with capital and small letters as they are. */
  locateExactly(name: string): string | undefined {
    return process.platform === "win32" && WINDOWS_SPECIAL.test(name) ? undefined : path.join(this.path, name);
  }

  /** Whether a path that is free of links lies in the folder. */
  contains(realPath: string): boolean {
    return realPath.startsWith(this.prefix);
  }

  /** Opens a regular file for reading, or says why not. */
  openFile(name: string): OpenedFile | Refusal {
    const located = this.locate(name);
    if (located === undefined) {
      return NOT_FOUND;
    }
    try {
      const found = fs.lstatSync(located);
      const isLink = found.isSymbolicLink();
      const target = isLink ? this.resolveLink(located) : located;
      if (target === undefined || !(isLink ? fs.lstatSync(target) : found).isFile()) {
        return FORBIDDEN;
      }
      const descriptor = fs.openSync(target, fs.constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
      const status = orClosed(descriptor, () => fs.fstatSync(descriptor));
      if (status.isFile() && this.holds(descriptor, target)) {
        return { descriptor, status, path: located };
      }
      closeRead(descriptor);
      return FORBIDDEN;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /**
   * Opens the folder that a file is to be put into, so that it stays the same folder whatever its path becomes.
   *
   * @returns a descriptor, or a refusal.
   */
  openFolder(folder: string): number | Refusal {
    try {
      const descriptor = fs.openSync(folder, fs.constants.O_RDONLY | DIRECTORY_ONLY);
      if (this.holds(descriptor, folder)) {
        return descriptor;
      }
      closeRead(descriptor);
      return FORBIDDEN;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** If the path is a symbolic link: where it leads, or undefined where that is outside. Otherwise the path itself. */
  resolveLink(located: string): string | undefined {
    if (!fs.lstatSync(located).isSymbolicLink()) {
      return located;
    }
    const real = fs.realpathSync(located);
    return this.contains(real) ? real : undefined;
  }

  /** Whether what is open lies in the folder, or is the folder itself. */
  private holds(descriptor: number, openedAs: string): boolean {
    const real = orClosed(descriptor, () =>
      HAS_OPEN_FILES ? fs.readlinkSync(`${OPEN_FILES}/${descriptor}`) : realPathOfSame(descriptor, openedAs),
    );
    return real !== undefined && (real === this.path || this.contains(real));
  }

  /** The first existing path whose components equal the name's but for case; components that do not exist stay. */
  private locateFolded(name: string): string {
    let folder = this.path;
    for (const component of name.split("/")) {
      const exact = path.join(folder, component);
      folder = fs.existsSync(exact) ? exact : path.join(folder, foldedEntry(folder, component) ?? component);
    }
    return folder;
  }
}

/** Asks something of the system about an open file, which is closed if there is no answer. */
function orClosed<Answer>(descriptor: number, ask: () => Answer): Answer {
  try {
    return ask();
  } catch (error) {
    closeRead(descriptor);
    throw error;
  }
}

/** Closes what was opened for reading. It never throws. */
export function closeRead(descriptor: number): void {
  try {
    fs.closeSync(descriptor);
  } catch {
    // Network file systems may fail here. Nothing was written, so nothing is lost.
  }
}

/** A path through which the entries of an open folder are reached, whatever becomes of its name. */
export function pathOfFolder(descriptor: number, openedAs: string): string {
  return HAS_OPEN_FILES ? `${OPEN_FILES}/${descriptor}` : openedAs;
}

/** Where the system cannot tell the place of an open file: its path, provided that it still leads to this very file. */
function realPathOfSame(descriptor: number, openedAs: string): string | undefined {
  try {
    const real = fs.realpathSync(openedAs);
    const opened = fs.fstatSync(descriptor);
    const found = fs.lstatSync(real);
    return opened.dev === found.dev && opened.ino === found.ino ? real : undefined;
  } catch {
    // The path leads nowhere by now.
    return undefined;
  }
}

function foldedEntry(folder: string, component: string): string | undefined {
  const folded = component.toLowerCase();
  try {
    return fs
      .readdirSync(folder)
      .sort()
      .find((entry) => entry.toLowerCase() === folded);
  } catch {
    return undefined;
  }
}
