/** Gives the new file that replaces another one the owner, group, permissions and access control list of the old one. */
import fs from "node:fs";
import { childProcess } from "../runtime/rare-modules.js";
import { closeRead } from "./confined-folder.js";
import { diskPath } from "./disk-names.js";

export const PERMISSIONS = 0o777;
/** Set-user-id and its like, which an upload never gets. */
const SPECIAL_BITS = 0o7000;
/** With a list, these are its mask: if there are none, no entry of the list has an effect. */
const GROUP_PERMISSIONS = 0o070;
const NO_FOLLOW = fs.constants.O_NOFOLLOW ?? 0;
const NO_WAIT = fs.constants.O_NONBLOCK ?? 0;

/** Processes at a time. With more uploads, the list is copied when the upload is complete. */
const MAX_PROCESSES = 4;
let processes = 0;

/**
 * Copies the access control list of a file. Node cannot, but `cp` of GNU can; other programs of this name fail, and the
 * list is lost.
 */
export class AccessListCopy {
  private isDone = false;

  private constructor(
    private readonly from: string,
    private readonly to: number,
  ) {}

  /** Starts to copy, while the upload arrives. Returns undefined where there is nothing to copy. */
  static start(from: string, present: fs.Stats | undefined, to: number): AccessListCopy | undefined {
    if (process.platform !== "linux" || present === undefined || !mayHaveList(present)) {
      return undefined;
    }
    const copy = new AccessListCopy(from, to);
    copy.startProcess();
    return copy;
  }

  /** Ends the copying. It never throws. */
  finish(): void {
    if (!this.isDone) {
      this.withSource((source) => {
        childProcess().spawnSync(...this.command(source));
      });
      this.isDone = true;
    }
  }

  private startProcess(): void {
    if (processes === MAX_PROCESSES) {
      return;
    }
    this.withSource((source) => {
      const child = childProcess().spawn(...this.command(source));
      processes++;
      child.unref();
      // A program that does not exist is an error, but no end.
      child.once("error", () => {
        this.isDone = true;
        processes -= child.pid === undefined ? 1 : 0;
      });
      child.once("exit", () => {
        this.isDone = true;
        processes--;
      });
    });
  }

  private command(source: number): [string, string[], { stdio: ("ignore" | number)[] }] {
    const files = ["/proc/self/fd/3", "/proc/self/fd/4"];
    return [
      "cp",
      ["--attributes-only", "--preserve=mode", ...files],
      { stdio: ["ignore", "ignore", "ignore", source, this.to] },
    ];
  }

  private withSource(use: (source: number) => void): void {
    try {
      const source = fs.openSync(diskPath(this.from), fs.constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
      try {
        use(source);
      } finally {
        closeRead(source);
      }
    } catch {
      // This user may not read the file, or start no process. The list is lost.
    }
  }
}

function mayHaveList({ mode }: fs.Stats): boolean {
  return (mode & GROUP_PERMISSIONS) !== 0 && (mode & SPECIAL_BITS) === 0;
}

/** Gives owner and group. Returns false if the system does not allow that. */
export function keepOwner(descriptor: number, present: fs.Stats): boolean {
  const { uid, gid } = fs.fstatSync(descriptor);
  if (uid === present.uid && gid === present.gid) {
    return true;
  }
  try {
    fs.fchownSync(descriptor, present.uid, present.gid);
    return true;
  } catch {
    return false;
  }
}

/** Gives the permissions, also those that the umask took away. */
export function keepPermissions(descriptor: number, present: fs.Stats | undefined): void {
  if (present === undefined) {
    return;
  }
  try {
    fs.fchmodSync(descriptor, present.mode & PERMISSIONS);
  } catch {
    // The file system has no permissions.
  }
}
