/** A folder with the files of a benchmark, removed when the process exits. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { seededBytes } from "../../test/support/seed.js";

export class ServedFiles {
  readonly folder = mkdtempSync(path.join(tmpdir(), "lockstep-tftp-bench-"));

  constructor() {
    // Some servers run as another user.
    chmodSync(this.folder, 0o755);
    process.once("exit", () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Name of a file of this size, which is made on first use. `number` tells files of the same size apart. */
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
