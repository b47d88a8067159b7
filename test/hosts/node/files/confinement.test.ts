/** Nothing outside the served folder is read or written, by whatever name or link. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { DirectoryStorage } from "lockstep-tftp";
import {
  ERROR_ACCESS_VIOLATION,
  ERROR_FILE_NOT_FOUND,
  ERROR_ILLEGAL_OPERATION,
  FORBIDDEN,
  NOT_FOUND,
} from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { serving } from "../../../support/serving.js";
import { contentOf, store } from "../../../support/storage-use.js";
import { ATTACK, assertUntouched, folders, INSIDE, SECRET } from "./two-folders.js";

describe("names that lead out of the folder", () => {
  /** Each with its error code. */
  const NAMES: readonly (readonly [name: string, errorCode: number])[] = [
    ["../outside/secret", ERROR_ACCESS_VIOLATION],
    ["sub/../../outside/secret", ERROR_ACCESS_VIOLATION],
    ["..\\outside\\secret", ERROR_ACCESS_VIOLATION],
    ["sub\\..\\..\\outside\\secret", ERROR_ACCESS_VIOLATION],
    ["./../outside/secret", ERROR_ACCESS_VIOLATION],
    ["/../outside/secret", ERROR_ACCESS_VIOLATION],
    ["..", ERROR_ACCESS_VIOLATION],
    ["/", ERROR_ACCESS_VIOLATION],
    [".", ERROR_ACCESS_VIOLATION],
    // The text after the zero byte is taken for the mode, and is no known one.
    ["../outside/secret\0.txt", ERROR_ILLEGAL_OPERATION],
    ["sub/file.txt\0/../../outside/secret", ERROR_ILLEGAL_OPERATION],
  ];

  for (const [name, errorCode] of NAMES) {
    test(`the name ${JSON.stringify(name)} is refused on the wire`, async (t) => {
      const { root, outside } = folders(t);
      const { port } = await serving(t, { root, write: "overwrite" });
      await assert.rejects(fetchFile(name, { port }), { errorCode });
      await assert.rejects(putFile(name, ATTACK, { port }), { errorCode });
      assertUntouched(outside);
    });
  }

  test("a storage that a program hands a raw name refuses what leads out of the folder", (t) => {
    const { root, outside } = folders(t);
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    for (const name of ["../outside/secret", "sub/../../outside/secret", "..", ".", ""]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
      assert.equal(store(storage, name, ATTACK), FORBIDDEN, name);
    }
    assert.ok((contentOf(storage, "../outside/secret\0.txt") as number) < 0);
    assert.ok(store(storage, "../outside/new\0.txt", ATTACK) < 0);
    assertUntouched(outside);
  });

  test("an absolute name means the file at that path below the folder", async (t) => {
    const { root, outside } = folders(t);
    const { port } = await serving(t, { root, write: "new" });
    await assert.rejects(fetchFile(path.join(outside, "secret"), { port }), { errorCode: ERROR_FILE_NOT_FOUND });
    await assert.rejects(putFile(path.join(outside, "secret"), ATTACK, { port }), { errorCode: ERROR_FILE_NOT_FOUND });
    assert.deepEqual((await fetchFile("/sub/file.txt", { port })).content, INSIDE);
    await putFile("/sub/new.txt", INSIDE, { port });
    assert.deepEqual(readFileSync(path.join(root, "sub/new.txt")), INSIDE);
    assertUntouched(outside);
  });

  test("a backslash in a name separates folders", async (t) => {
    const { root } = folders(t);
    const { port } = await serving(t, { root });
    assert.deepEqual((await fetchFile("\\sub\\file.txt", { port })).content, INSIDE);
  });
});

describe("symbolic links", () => {
  /** Links in the served folder with their targets, and the names that are requested. */
  const LEAVING: readonly (readonly [what: string, link: string, target: string, name: string])[] = [
    ["a link to a file outside", "link", "../outside/secret", "link"],
    ["a link to a folder outside", "link", "../outside", "link/secret"],
    ["a file below the folder that a link leads to", "link", "../outside", "link/deep/secret"],
    ["a link in a folder", "sub/link", "../../outside", "sub/link/secret"],
    ["a link to the folder above", "link", "..", "link/outside/secret"],
    ["a link to a file outside whose path begins with the same letters", "link", "../served-not/secret", "link"],
  ];

  for (const [what, link, target, name] of LEAVING) {
    for (const kind of ["relative", "absolute"]) {
      test(`${what} is refused (${kind})`, (t) => {
        const { root, outside } = folders(t);
        const notServed = path.join(path.dirname(root), "served-not");
        mkdirSync(notServed);
        writeFileSync(path.join(notServed, "secret"), SECRET);
        const linked = path.join(root, link);
        symlinkSync(kind === "relative" ? target : path.resolve(path.dirname(linked), target), linked);
        const storage = new DirectoryStorage(root, { write: "overwrite" });
        assert.equal(contentOf(storage, name), FORBIDDEN);
        assert.equal(store(storage, name, ATTACK), FORBIDDEN);
        if (name !== link) {
          assert.equal(store(storage, path.join(path.dirname(name), "new"), ATTACK), FORBIDDEN);
        }
        assertUntouched(outside);
        assert.equal(readFileSync(path.join(notServed, "secret"), "utf8"), SECRET);
      });
    }
  }

  test("a link to a link that leads outside is refused", (t) => {
    const { root, outside } = folders(t);
    symlinkSync("../outside", path.join(root, "second"));
    symlinkSync("second", path.join(root, "first"));
    symlinkSync("first/secret", path.join(root, "file-link"));
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    for (const name of ["first/secret", "first/deep/secret", "file-link"]) {
      assert.equal(contentOf(storage, name), FORBIDDEN, name);
      assert.equal(store(storage, name, ATTACK), FORBIDDEN, name);
    }
    assertUntouched(outside);
  });

  test("a link that stays inside the folder is followed, for reading and for writing", (t) => {
    const { root } = folders(t);
    symlinkSync("sub/file.txt", path.join(root, "link"));
    symlinkSync("sub", path.join(root, "folder-link"));
    symlinkSync(path.join(root, "folder-link"), path.join(root, "absolute-link"));
    const storage = new DirectoryStorage(root, { write: "overwrite" });
    for (const name of ["link", "folder-link/file.txt", "absolute-link/file.txt"]) {
      assert.deepEqual(contentOf(storage, name), INSIDE, name);
      const content = Buffer.from(`by way of ${name}`);
      assert.equal(store(storage, name, content), 0, name);
      assert.deepEqual(readFileSync(path.join(root, "sub/file.txt")), content, name);
      writeFileSync(path.join(root, "sub/file.txt"), INSIDE);
    }
    assert.equal(readlinkSync(path.join(root, "link")), "sub/file.txt", "the link is still a link");
  });

  test("the served folder itself may be a link", (t) => {
    const { root } = folders(t);
    const link = path.join(path.dirname(root), "link-to-served");
    symlinkSync("served", link);
    assert.deepEqual(contentOf(new DirectoryStorage(link), "sub/file.txt"), INSIDE);
  });

  test("a broken link is not found, and a circle of links is refused", (t) => {
    const { root } = folders(t);
    symlinkSync("nothing", path.join(root, "broken"));
    symlinkSync("circle", path.join(root, "circle"));
    const storage = new DirectoryStorage(root);
    assert.equal(contentOf(storage, "broken"), NOT_FOUND);
    assert.equal(contentOf(storage, "circle"), FORBIDDEN);
    assert.equal(contentOf(storage, "circle/file.txt"), FORBIDDEN);
  });
});
