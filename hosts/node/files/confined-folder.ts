/**
 * A folder, and the promise that nothing outside it is touched.
 *
 * A path is checked before it is opened, so that no device is opened even for a moment. After opening, the system is asked
 * where the open file lies. The second check is the one that counts: between the first check and the opening, a symbolic
 * link may have taken the place of a folder.
 */
import fs from "node:fs";
import path from "node:path";
import { FORBIDDEN, NOT_FOUND, type Refusal } from "../../../src/index.js";
import { refuseFor } from "../../common/reasons.js";
import { isSpecialOnWindows, RESERVED_ON_WINDOWS } from "./device-names.js";
import { diskPath, nameOfBytes, realPath } from "./disk-names.js";
import { quoted, refuseToOpen } from "./file-reasons.js";
import { type FileErrorListener, ignoreError } from "./file-refusals.js";
import { FoldedNames } from "./folded-names.js";

/** Absent on Windows, where making a link needs a permission. */
const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0;
/** Opening a FIFO without a writer must not hang the server. */
const NO_WAIT = fs.constants.O_NONBLOCK ?? 0;
const DIRECTORY_ONLY = fs.constants.O_DIRECTORY ?? 0;

/** Linux shows the path of each open file here. */
const OPEN_FILES = "/proc/self/fd";
const HAS_OPEN_FILES = fs.existsSync(OPEN_FILES);

/** Stands for a file in a folder that is opened to write to. */
const ANY_NAME = "*";

export interface OpenedFile {
  readonly descriptor: number;
  /** The system's figures of the open file. */
  readonly status: fs.Stats;
  /** The path by which it was requested, which may be a link to the file. */
  readonly path: string;
}

export class ConfinedFolder {
  /** The path of the folder, free of links. */
  readonly path: string;
  private readonly prefix: string;
  private readonly foldedNames = new FoldedNames();
  /** Paths of the folders outside that links may lead into, with a separator at their ends. */
  private readonly linkedPrefixes: readonly string[];

  /**
   * @param linksInto folders outside that files may be read from, through links. Nothing is written there.
   * @throws NodeJS.ErrnoException when the folder does not exist, or this user may not enter it; RangeError when one of
   * `linksInto` is no folder.
   */
  constructor(
    root: string,
    private readonly ignoreCase: boolean,
    linksInto: readonly string[] = [],
  ) {
    if (root === "") {
      throw new TypeError("The folder to serve has an empty name; write . for the current folder");
    }
    this.path = realPath(root);
    if (!fs.statSync(diskPath(this.path)).isDirectory()) {
      const error: NodeJS.ErrnoException = new Error(`${root} is not a folder`);
      error.code = "ENOTDIR";
      throw error;
    }
    // Without this permission nothing in the folder can be reached.
    fs.accessSync(diskPath(this.path), fs.constants.X_OK);
    this.prefix = prefixOf(this.path);
    this.linkedPrefixes = linksInto.map(linkedPrefix);
  }

  /** Path for a requested name (it may not exist); undefined if the name cannot be a file on this system. */
  locate(name: string): string | undefined {
    const exact = this.locateExactly(name);
    return exact !== undefined && this.ignoreCase && !exists(exact) ? this.locateFolded(name) : exact;
  }

  /** Like `locate`, with the case of letters as it is. */
  locateExactly(name: string): string | undefined {
    return process.platform === "win32" && isSpecialOnWindows(name) ? undefined : path.join(this.path, name);
  }

  /** Whether a path, which must be free of links, lies in the folder. */
  contains(realPath: string): boolean {
    return realPath.startsWith(this.prefix);
  }

  /** Whether a file at this path, which must be free of links, may be read. */
  private mayRead(realPath: string): boolean {
    return this.contains(realPath) || this.linkedPrefixes.some((prefix) => realPath.startsWith(prefix));
  }

  /** Opens a regular file for reading, also one that a link leads to. */
  openFile(name: string, onError: FileErrorListener = ignoreError): OpenedFile | Refusal {
    const located = this.locate(name);
    if (located === undefined) {
      return refuseFor(NOT_FOUND, "not_a_file_name", RESERVED_ON_WINDOWS);
    }
    try {
      const found = fs.lstatSync(diskPath(located));
      const isLink = found.isSymbolicLink();
      const target = isLink ? realPath(located) : located;
      if (isLink && !this.mayRead(target)) {
        return refuseToFollow(target);
      }
      const checked = isLink ? fs.lstatSync(diskPath(target)) : found;
      return checked.isFile() ? this.openTarget(target, located) : refuseOtherFile(checked);
    } catch (error) {
      return refuseToOpen(error, { root: this.path, path: located, isUpload: false }, onError);
    }
  }

  /** @param target a path that was checked, and may lead elsewhere by now. */
  private openTarget(target: string, located: string): OpenedFile | Refusal {
    const descriptor = fs.openSync(diskPath(target), fs.constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
    const status = orClosed(descriptor, () => fs.fstatSync(descriptor));
    const real = realPathOf(descriptor, target);
    if (status.isFile() && real !== undefined && this.mayRead(real)) {
      return { descriptor, status, path: located };
    }
    closeRead(descriptor);
    return status.isFile() ? refuseToFollow(real ?? target) : refuseOtherFile(status);
  }

  /**
   * Opens a folder within, so that it stays the same folder whatever becomes of its path.
   *
   * @returns a descriptor, or a refusal.
   */
  openFolder(folder: string): number | Refusal {
    try {
      const descriptor = fs.openSync(diskPath(folder), fs.constants.O_RDONLY | DIRECTORY_ONLY);
      const real = realPathOf(descriptor, folder);
      if (real === this.path || (real !== undefined && this.contains(real))) {
        return descriptor;
      }
      closeRead(descriptor);
      return refuseToLeave(real ?? folder);
    } catch (error) {
      return refuseToOpen(error, { root: this.path, path: path.join(folder, ANY_NAME), isUpload: true }, ignoreError);
    }
  }

  /** The target of a symbolic link, or a refusal if that is outside; the path itself if it is no link. */
  resolveLink(located: string): string | Refusal {
    if (!fs.lstatSync(diskPath(located)).isSymbolicLink()) {
      return located;
    }
    const real = realPath(located);
    return this.contains(real) ? real : refuseToLeave(real);
  }

  /** The first existing path that differs from the name in case only; components that do not exist stay as they are. */
  private locateFolded(name: string): string {
    let folder = this.path;
    for (const component of name.split("/")) {
      const exact = path.join(folder, component);
      folder = exists(exact) ? exact : path.join(folder, this.foldedNames.find(folder, component) ?? component);
    }
    return folder;
  }
}

/** Refuses what is no regular file. */
export function refuseOtherFile(status: fs.Stats): Refusal {
  return refuseFor(FORBIDDEN, status.isDirectory() ? "folder" : "special_file");
}

function refuseToFollow(real: string): Refusal {
  const advice = `(--links-into ${quoted(path.dirname(real))} follows it)`;
  return refuseFor(FORBIDDEN, "link_leads_out", `, to ${quoted(real)} ${advice}`);
}

/** Files outside are read only. */
function refuseToLeave(real: string): Refusal {
  return refuseFor(FORBIDDEN, "link_leads_out", `, to ${quoted(real)}, where nothing is written`);
}

function prefixOf(folder: string): string {
  return folder.endsWith(path.sep) ? folder : folder + path.sep;
}

function linkedPrefix(folder: string): string {
  const problem = folderProblem(folder);
  if (problem !== undefined) {
    throw new RangeError(`"${folder}", which links may lead into, ${problem}; name a folder that exists`);
  }
  return prefixOf(realPath(folder));
}

function folderProblem(folder: string): string | undefined {
  try {
    return fs.statSync(diskPath(folder)).isDirectory() ? undefined : "is not a folder";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? "cannot be reached by this user" : "does not exist";
  }
}

/** The path of an open file or folder; undefined if the system cannot tell. The descriptor is closed if this throws. */
function realPathOf(descriptor: number, openedAs: string): string | undefined {
  return orClosed(descriptor, () =>
    HAS_OPEN_FILES
      ? nameOfBytes(fs.readlinkSync(`${OPEN_FILES}/${descriptor}`, "buffer"))
      : realPathOfSame(descriptor, openedAs),
  );
}

function exists(path: string): boolean {
  return fs.existsSync(diskPath(path));
}

/** Asks the system about an open file, and closes it if that fails. */
function orClosed<Answer>(descriptor: number, ask: () => Answer): Answer {
  try {
    return ask();
  } catch (error) {
    closeRead(descriptor);
    throw error;
  }
}

/** Closes a descriptor that was opened for reading. It never throws. */
export function closeRead(descriptor: number): void {
  try {
    fs.closeSync(descriptor);
  } catch {
    // Network file systems may fail here. Nothing was written, so nothing is lost.
  }
}

/** A path through which the entries of an open folder are reached, whatever becomes of the folder's name. */
export function pathOfFolder(descriptor: number, openedAs: string): string {
  return HAS_OPEN_FILES ? `${OPEN_FILES}/${descriptor}` : openedAs;
}

/** The path of a file in a folder. Both are clean already, and `path.join`, which would clean them, costs as much as opening. */
export function pathInFolder(folder: string, name: string): string {
  return folder + path.sep + name;
}

/** For systems that cannot tell the path of an open file: the path that it was opened by, if that still leads to it. */
function realPathOfSame(descriptor: number, openedAs: string): string | undefined {
  try {
    const real = realPath(openedAs);
    const opened = fs.fstatSync(descriptor);
    const found = fs.lstatSync(diskPath(real));
    return opened.dev === found.dev && opened.ino === found.ino ? real : undefined;
  } catch {
    // The path no longer leads anywhere.
    return undefined;
  }
}
