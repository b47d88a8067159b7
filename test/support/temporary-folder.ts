import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A test, or a suite with the hooks of `node:test`. */
interface Ending {
  after(action: () => void): void;
}

/** Makes an empty folder that is removed after the test. Its path has no links. */
export function temporaryFolder(test: Ending): string {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "lockstep-tftp-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Returns the files below a folder that the server hides: unfinished uploads, running or abandoned. */
export function hiddenFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    path.basename(file).startsWith(".tftp-upload-"),
  );
}
