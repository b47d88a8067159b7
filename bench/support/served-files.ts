/** A folder with the files of a benchmark, removed when the process exits. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { seededBytes } from "../../test/support/seed.js";

const SETTLE_MS = 3500;

export class ServedFiles {
  readonly folder: string;

  /** @param parent folder in which the new one is made. */
  constructor(parent = tmpdir()) {
    this.folder = mkdtempSync(path.join(parent, "lockstep-tftp-bench-"));
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

  /** Makes files of these sizes, and waits: the server keeps in memory only what has not changed for 3 s. */
  async settled(sizesBytes: readonly number[]): Promise<void> {
    for (const sizeBytes of sizesBytes) {
      this.nameOf(sizeBytes);
    }
    await wait(SETTLE_MS);
  }

  pathOf(name: string): string {
    return path.join(this.folder, name);
  }
}
