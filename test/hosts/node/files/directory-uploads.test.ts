/** Uploads into a folder: a name has the whole old file or the whole new one at any moment. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage, type TftpServerOptions } from "lockstep-tftp";
import { ERROR_FILE_EXISTS, EXISTS, NOT_FOUND } from "lockstep-tftp/engine";
import { putFile } from "../../../support/retrying-client.js";
import { serving } from "../../../support/serving.js";
import { store } from "../../../support/storage-use.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { assertOnlyOldFile, beginUpload, folderWithOldFile, NAME, NEW, OLD } from "./old-file.js";

async function servingOldFile(test: TestContext, options: TftpServerOptions = {}) {
  const root = folderWithOldFile(test);
  return { root, ...(await serving(test, { root, write: "overwrite", ...options })) };
}

describe("finished uploads", () => {
  test("an upload appears under its name only when its last block has arrived", async (t) => {
    const { root, port } = await servingOldFile(t);
    const blockCount = Math.floor(NEW.length / 512) + 1;
    const seen = new Set<string>();
    const step = (blocks: number): void => {
      seen.add(`${blocks < blockCount ? "before" : "after"}: ${readFileSync(path.join(root, NAME)).equals(OLD)}`);
    };
    await putFile(NAME, NEW, { port, step });
    assert.deepEqual([...seen], ["before: true", "after: false"]);
    assert.deepEqual(readFileSync(path.join(root, NAME)), NEW);
    assert.deepEqual(readdirSync(root), [NAME]);
  });

  test("an empty file can be uploaded", (t) => {
    const root = folderWithOldFile(t);
    assert.equal(store(new DirectoryStorage(root, { write: "overwrite" }), NAME, Buffer.alloc(0)), 0);
    assert.equal(statSync(path.join(root, NAME)).size, 0);
  });

  test("an upload into a folder that does not exist is refused", (t) => {
    const root = folderWithOldFile(t);
    assert.equal(store(new DirectoryStorage(root, { write: "new" }), "nowhere/new", NEW), NOT_FOUND);
    assertOnlyOldFile(root);
  });

  for (const mode of [0o600, 0o640, 0o644, 0o666, 0o777]) {
    test(`an upload keeps the permissions ${mode.toString(8)} of the file that it replaces`, (t) => {
      const root = folderWithOldFile(t);
      chmodSync(path.join(root, NAME), mode);
      const file = beginUpload(new DirectoryStorage(root, { write: "overwrite" }), NAME, NEW, 512);
      const [hidden = ""] = hiddenFiles(root);
      assert.equal(
        statSync(path.join(root, hidden)).mode & 0o777 & ~mode,
        0,
        "it has no more permissions than the old file at any time",
      );
      assert.equal(file.commit(), 0);
      file.close();
      assert.equal(statSync(path.join(root, NAME)).mode & 0o777, mode);
    });
  }

  test("an upload of a new file has the permissions of any new file of the process", (t) => {
    const root = folderWithOldFile(t);
    writeFileSync(path.join(root, "made by the test"), "");
    assert.equal(store(new DirectoryStorage(root, { write: "new" }), "new", NEW), 0);
    assert.equal(statSync(path.join(root, "new")).mode, statSync(path.join(root, "made by the test")).mode);
  });

  test("an upload stays in the folder in which it began, wherever that is moved", (t) => {
    const root = folderWithOldFile(t);
    const outside = temporaryFolder(t);
    mkdirSync(path.join(root, "sub"));
    const file = beginUpload(new DirectoryStorage(root, { write: "new" }), "sub/new", NEW, NEW.length);
    // A link to another folder takes the place of the folder that was checked.
    spawnSync("mv", [path.join(root, "sub"), path.join(root, "moved")]);
    symlinkSync(outside, path.join(root, "sub"));
    assert.equal(file.commit(), 0);
    file.close();
    assert.deepEqual(readdirSync(outside), []);
    assert.deepEqual(readFileSync(path.join(root, "moved/new")), NEW);
  });
});

describe("uploads that may not overwrite", () => {
  test("an upload over an existing file gets ERROR 6 where files may not be overwritten", async (t) => {
    const { root, port } = await servingOldFile(t, { write: "new" });
    await assert.rejects(putFile(NAME, NEW, { port }), { errorCode: ERROR_FILE_EXISTS });
    assertOnlyOldFile(root);
  });

  test("an upload gets ERROR 6 when a file of its name appears meanwhile", async (t) => {
    const root = temporaryFolder(t);
    const { port } = await serving(t, { root, write: "new" });
    const step = (blocks: number): void => {
      if (blocks === 10) {
        writeFileSync(path.join(root, NAME), OLD);
      }
    };
    await assert.rejects(putFile(NAME, NEW, { port, step }), { errorCode: ERROR_FILE_EXISTS });
    assertOnlyOldFile(root);
  });

  test("the first of two uploads of one name to end gets the name", (t) => {
    const root = temporaryFolder(t);
    const storage = new DirectoryStorage(root, { write: "new" });
    const first = beginUpload(storage, NAME, OLD, OLD.length);
    const second = beginUpload(storage, NAME, NEW, NEW.length);
    assert.equal(first.commit(), 0);
    assert.equal(second.commit(), EXISTS);
    first.close();
    second.close();
    assertOnlyOldFile(root);
  });
});

test("two uploads of one name at a time leave one whole file at any moment", (t) => {
  const root = temporaryFolder(t);
  const storage = new DirectoryStorage(root, { write: "overwrite" });
  const half = NEW.length / 2;
  const first = beginUpload(storage, NAME, NEW, half);
  const second = beginUpload(storage, NAME, OLD, OLD.length);
  assert.equal(second.commit(), 0);
  second.close();
  assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
  assert.equal(first.write(new DataView(NEW.buffer, NEW.byteOffset), half, half, half), 0);
  assert.deepEqual(readFileSync(path.join(root, NAME)), OLD);
  assert.equal(first.commit(), 0);
  first.close();
  assert.deepEqual(readFileSync(path.join(root, NAME)), NEW);
  assert.deepEqual(readdirSync(root), [NAME]);
});
