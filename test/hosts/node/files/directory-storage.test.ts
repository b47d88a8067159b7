/** Names in any case, and what clients may do in a served folder. */
import assert from "node:assert/strict";
import fs, { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, FORBIDDEN, NOT_FOUND } from "lockstep-tftp/engine";
import { settle } from "../../../support/file-conditions.js";
import { setHostClock } from "../../../support/host-clock.js";
import { ErrorAnswer, fetchFile, putFile } from "../../../support/retrying-client.js";
import { serving } from "../../../support/serving.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { ATTACK, assertUntouched, folders, INSIDE } from "./two-folders.js";

describe("case of names", () => {
  function mixedCaseFolder(test: TestContext): string {
    const { root } = folders(test);
    mkdirSync(path.join(root, "Boot"));
    writeFileSync(path.join(root, "Boot/BCD"), "mixed");
    writeFileSync(path.join(root, "both"), "small");
    writeFileSync(path.join(root, "BOTH"), "capital");
    return root;
  }

  test("the case of a name counts by default", (t) => {
    const storage = new DirectoryStorage(mixedCaseFolder(t));
    assert.equal(contentOf(storage, "boot/bcd"), NOT_FOUND);
    assert.deepEqual(contentOf(storage, "Boot/BCD"), Buffer.from("mixed"));
  });

  test("with ignoreCase a name is found in any case, an exact name first", (t) => {
    const storage = new DirectoryStorage(mixedCaseFolder(t), { ignoreCase: true });
    for (const name of ["boot/bcd", "BOOT/bcd", "Boot/BCD"]) {
      assert.deepEqual(contentOf(storage, name), Buffer.from("mixed"), name);
    }
    assert.deepEqual(contentOf(storage, "both"), Buffer.from("small"));
    assert.deepEqual(contentOf(storage, "BOTH"), Buffer.from("capital"));
    assert.equal(contentOf(storage, "boot/bce"), NOT_FOUND);
    assert.equal(contentOf(storage, "boo/bcd"), NOT_FOUND);
  });

  test("with ignoreCase the names of a large folder are not read with each request", (t) => {
    const { root } = folders(t);
    for (let index = 0; index < 1500; index++) {
      writeFileSync(path.join(root, `File-${index}`), "");
    }
    const at = performance.now();
    let timeMs = at;
    setHostClock(t.mock, () => timeMs);
    const { mock: readings } = t.mock.method(fs, "readdirSync");
    const storage = new DirectoryStorage(root, { ignoreCase: true });
    const askForMissing = (): void => {
      for (let index = 0; index < 20; index++) {
        writeFileSync(path.join(root, `Changing-${index}`), "");
        assert.equal(contentOf(storage, `missing-${index}`), NOT_FOUND);
      }
    };
    askForMissing();
    assert.equal(readings.callCount(), 1, "readings of a folder that changes all the time");
    assert.equal(String(contentOf(storage, "file-7")), "");
    writeFileSync(path.join(root, "New"), "new");
    timeMs = at + 100;
    assert.equal(String(contentOf(storage, "new")), "new");
    assert.equal(readings.callCount(), 2);
    timeMs = at + 200;
    settle(t);
    contentOf(storage, "missing");
    timeMs = at + 10_000;
    contentOf(storage, "missing");
    assert.equal(readings.callCount(), 3, "readings of a folder that does not change");
  });

  test("with ignoreCase an upload in another case replaces the file", (t) => {
    const root = mixedCaseFolder(t);
    const storage = new DirectoryStorage(root, { ignoreCase: true, write: "overwrite" });
    assert.equal(store(storage, "boot/bcd", ATTACK), 0);
    assert.equal(store(storage, "BOOT/new", ATTACK), 0);
    assert.deepEqual(readdirSync(path.join(root, "Boot")).sort(), ["BCD", "new"]);
    assert.deepEqual(readFileSync(path.join(root, "Boot/BCD")), ATTACK);
  });

  test("with ignoreCase no name leads out of the folder", (t) => {
    const { root, outside } = folders(t);
    symlinkSync("../outside", path.join(root, "Link"));
    const storage = new DirectoryStorage(root, { ignoreCase: true, write: "overwrite" });
    for (const name of ["link/SECRET", "LINK/secret", "../OUTSIDE/secret"]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
      assert.equal(store(storage, name, ATTACK), FORBIDDEN, name);
    }
    assertUntouched(outside);
  });
});

describe("permissions of clients", () => {
  test("a server takes no uploads by default", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root });
    assert.deepEqual((await fetchFile("file.txt", { port })).content, INSIDE);
    for (const name of ["file.txt", "new.txt"]) {
      await assert.rejects(putFile(name, ATTACK, { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    }
    assert.deepEqual(readFileSync(path.join(root, "file.txt")), INSIDE);
    assert.deepEqual(readdirSync(root).sort(), ["file.txt", "sub"]);
  });

  test("a drop box takes uploads and sends nothing", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root, read: false, write: "new" });
    await putFile("new.txt", INSIDE, { port });
    assert.deepEqual(readFileSync(path.join(root, "new.txt")), INSIDE);
    for (const name of ["file.txt", "new.txt", "nothing.txt"]) {
      await assert.rejects(fetchFile(name, { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    }
  });

  test("the text of an ERROR contains neither the requested name nor the folder", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root });
    for (const name of ["nothing.txt", "sub", "../x"]) {
      await assert.rejects(fetchFile(name, { port }), (error) => {
        assert.ok(error instanceof ErrorAnswer);
        assert.doesNotMatch(error.message, /nothing|sub|served|\//);
        return true;
      });
    }
  });
});

test("a storage cannot be made of a path that is no folder", (t) => {
  const { root } = folders(t);
  assert.throws(() => new DirectoryStorage(path.join(root, "nothing")), { code: "ENOENT" });
  assert.throws(() => new DirectoryStorage(path.join(root, "file.txt")), { code: "ENOTDIR" });
});
