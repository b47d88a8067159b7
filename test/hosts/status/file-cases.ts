/** The list of files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askJson, put, remove, type SiteOpener } from "./site.js";
import { CONTENT, type Listing, OTHER, type StatusData } from "./site-data.js";

export function fileCases(open: SiteOpener): void {
  test("files are listed by name, with their sizes and whether they can be removed", async () => {
    const files = { b: CONTENT, "a.bin": OTHER, "folder/c": CONTENT.subarray(0, 0) };
    await using site = await open({ files, write: "overwrite" });
    assert.deepEqual(await askJson<Listing>(site, "/api/files"), {
      files: [
        { name: "a.bin", sizeBytes: OTHER.length, isRemovable: true },
        { name: "b", sizeBytes: CONTENT.length, isRemovable: true },
        { name: "folder/c", sizeBytes: 0, isRemovable: true },
      ],
      isComplete: true,
    });
  });

  test("if clients may not write, no file can be removed", async () => {
    await using site = await open({ files: { a: CONTENT } });
    const { files } = await askJson<Listing>(site, "/api/files");
    assert.deepEqual(files, [{ name: "a", sizeBytes: CONTENT.length, isRemovable: false }]);
  });

  test("uploads and removals are counted, so that the page knows when to reload the list", async () => {
    await using site = await open({ files: { a: CONTENT }, write: "overwrite" });
    const changes = async () => (await askJson<StatusData>(site, "/api/status")).fileChanges;
    const before = await changes();
    await put(site, "b", CONTENT);
    assert.equal(await changes(), before + 1);
    await remove(site, "a");
    assert.equal(await changes(), before + 2);
    await remove(site, "a");
    assert.equal(await changes(), before + 2);
  });
}
