/** A folder with the files of a benchmark, which goes away with the process. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { seededBytes } from "../../test/support/seed.js";

export class ServedFiles {
  readonly folder = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-bench-"));

  constructor() {
    // Servers that run as another user read it, too.
    chmodSync(this.folder, 0o755);
    process.once("exit", () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Makes a file of this size, if there is none, and returns its name. There may be several of a size. */
  nameOf(sizeBytes: number, number = 0): string {
    const name = `file-${sizeBytes}-${number}`;
    if (!existsSync(this.pathOf(name))) {
      writeFileSync(this.pathOf(name), seededBytes(sizeBytes + number, sizeBytes));
    }
    return name;
  }

  pathOf(name: string): string {
    return path.join(this.folder, name);
  }
}
