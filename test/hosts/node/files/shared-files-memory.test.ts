/** What large files keep in memory while they are sent. */
import assert from "node:assert/strict";
import fs, { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { DirectoryStorage } from "lockstep-tftp";
import { isRefusal, type ReadableFile } from "lockstep-tftp/engine";
import { settle } from "../../../support/file-conditions.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** More than a file has that is kept whole in memory. */
const LARGE_BYTES = 70_000;

function openFiles(t: TestContext, count: number): ReadableFile[] {
  const root = temporaryFolder(t);
  const names = Array.from({ length: count }, (_, index) => `file-${index}`);
  for (const name of names) {
    writeFileSync(path.join(root, name), Buffer.alloc(LARGE_BYTES));
  }
  settle(t);
  const storage = new DirectoryStorage(root);
  return names.map((name) => {
    const file = storage.openForReading(name);
    assert.ok(!isRefusal(file));
    return file;
  });
}

test("files that are sent keep none of the file system's figures but those that identify them", async (t) => {
  const figures: WeakRef<object>[] = [];
  const { fstatSync } = fs;
  const { mock } = t.mock.method(fs, "fstatSync", (descriptor: number) => {
    const status = fstatSync(descriptor);
    figures.push(new WeakRef(status));
    return status;
  });
  const files = openFiles(t, 10);
  // A weak reference holds its object until the next turn.
  await setImmediate();
  mock.resetCalls();
  globalThis.gc?.();
  assert.deepEqual(
    figures.map((one) => one.deref()),
    files.map(() => undefined),
  );
  for (const file of files) {
    file.close();
  }
});
