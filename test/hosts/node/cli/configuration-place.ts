/** A configuration file beside the folder that it serves. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { seededBytes } from "../../../support/seed.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

export const CONTENT = seededBytes(1, 10 * 512 + 1);
export const NAME = "file.bin";

/** A folder with a configuration file, and a folder `files` with something to serve. */
export class Place {
  readonly folder: string;
  readonly file: string;
  readonly root: string;

  constructor(test: TestContext, lines: readonly string[]) {
    this.folder = temporaryFolder(test);
    this.file = path.join(this.folder, "tftp.toml");
    this.root = path.join(this.folder, "files");
    mkdirSync(this.root);
    writeFileSync(path.join(this.root, NAME), CONTENT);
    this.write(lines);
  }

  /** Replaces the file in one step, as editors do. */
  write(lines: readonly string[]): void {
    writeFileSync(`${this.file}.new`, lines.join("\n"));
    renameSync(`${this.file}.new`, this.file);
  }

  start(test: TestContext, ...args: string[]): Promise<ServerProcess> {
    return ServerProcess.start(test, ["--config", this.file, "--log", "json", ...args]);
  }
}
