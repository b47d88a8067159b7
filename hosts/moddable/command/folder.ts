/** The files of a folder, with the names by which clients ask for them. */
import fs from "node:fs";
import path from "node:path";
import { UserError } from "./user-error.js";

export interface FolderFile {
  /** Relative to the folder, with `/` between folders. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** Control characters, the backslash, and the replacement for bytes that are not UTF-8: no client can ask for them. */
const NOT_IN_A_REQUEST = /[\p{Cc}\\\ufffd]/u;

/**
 * @returns the files in the order of their names, and the entries that are neither file nor folder.
 * @throws UserError if there is no such folder, or a file has a name that no client can ask for.
 */
export function filesIn(folder: string): { files: FolderFile[]; leftOut: string[] } {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError(`There is no folder ${folder}`);
  }
  const files: FolderFile[] = [];
  const leftOut: string[] = [];
  const look = (at: string, prefix: string): void => {
    for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
      const full = path.join(at, entry.name);
      const name = prefix + entry.name;
      const status = fs.statSync(full, { throwIfNoEntry: false });
      if (entry.isDirectory()) {
        look(full, `${name}/`);
      } else if (status?.isFile()) {
        checkName(name);
        files.push({ name, path: full, sizeBytes: status.size });
      } else {
        leftOut.push(name);
      }
    }
  };
  look(folder, "");
  files.sort((one, other) => (one.name < other.name ? -1 : 1));
  return { files, leftOut };
}

function checkName(name: string): void {
  if (NOT_IN_A_REQUEST.test(name)) {
    throw new UserError(`No client can ask for a file with the name ${JSON.stringify(name)}; rename it`);
  }
}
