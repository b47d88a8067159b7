/** Archives in memory, made by the system's tar. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * @param files contents by name.
 * @param links names of symbolic links that are to be in the archive, too, and what they point at.
 */
export function tar(
  files: Readonly<Record<string, Uint8Array>>,
  links: Readonly<Record<string, string>> = {},
): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), "board-archive-"));
  try {
    for (const [name, contents] of Object.entries(files)) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(folder, name), contents);
    }
    for (const [name, target] of Object.entries(links)) {
      symlinkSync(target, path.join(folder, name));
    }
    const names = readdirSync(folder);
    return execFileSync("tar", ["--format=ustar", "-c", "-C", folder, ...names]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
