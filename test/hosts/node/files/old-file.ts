/** A folder with a file that uploads replace, or leave as it was. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import type { DirectoryStorage } from "lockstep-tftp";
import { isRefusal, type WritableFile } from "lockstep-tftp/engine";
import { seededBytes } from "../../../support/seed.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

export const NAME = "firmware.bin";
export const OLD = seededBytes(1, 3000);
export const NEW = seededBytes(2, 40 * 512 + 100);

/** Makes a folder with the old file in it. */
export function folderWithOldFile(test: TestContext): string {
  const root = temporaryFolder(test);
  writeFileSync(path.join(root, NAME), OLD);
  return root;
}

export function assertOnlyOldFile(root: string): void {
  assert.deepEqual(readdirSync(root), [NAME], "only the old file is there");
  assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
}

/** Begins an upload and writes its first `length` bytes. */
export function beginUpload(storage: DirectoryStorage, name: string, content: Buffer, length: number): WritableFile {
  const file = storage.openForWriting(name, -1);
  assert.ok(!isRefusal(file), `${name} was refused: ${file}`);
  assert.equal(file.write(new DataView(content.buffer, content.byteOffset), 0, length, 0), 0);
  return file;
}
