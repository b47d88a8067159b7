/** Archives in memory, made by the system's tar. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * @param files contents by name.
 * @param folders names of folders that are to be in the archive, too.
 */
export function tar(files: Readonly<Record<string, Uint8Array>>, ...folders: string[]): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), "board-archive-"));
  try {
    for (const [name, contents] of Object.entries(files)) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(folder, name), contents);
    }
    return execFileSync("tar", ["--format=ustar", "-c", "-C", folder, ...Object.keys(files), ...folders]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
