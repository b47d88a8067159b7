/** The list of files. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, askJson, put, remove, type SiteOpener } from "./site.js";
import { CONTENT, type Listing, OTHER, type StatusData } from "./site-data.js";

export function fileCases(open: SiteOpener): void {
  test("files are listed by name, with their sizes and whether they can be removed", async () => {
    const files = { b: CONTENT, "a.bin": OTHER, "folder/c": CONTENT.subarray(0, 0) };
    await using site = await open({ files, write: "overwrite" });
    const listing = await askJson<Listing>(site, "/api/files");
    assert.deepEqual(
      listing.files.map(({ name, sizeBytes, isRemovable }) => ({ name, sizeBytes, isRemovable })),
      [
        { name: "a.bin", sizeBytes: OTHER.length, isRemovable: true },
        { name: "b", sizeBytes: CONTENT.length, isRemovable: true },
        { name: "folder/c", sizeBytes: 0, isRemovable: true },
      ],
    );
    assert.deepEqual([listing.total, listing.before, listing.next, listing.isComplete], [3, 0, undefined, true]);
  });

  test("if clients may not write, no file can be removed", async () => {
    await using site = await open({ files: { a: CONTENT } });
    const { files } = await askJson<Listing>(site, "/api/files");
    assert.deepEqual([files[0]?.name, files[0]?.isRemovable, files.length], ["a", false, 1]);
  });

  const TREE = {
    "z.cfg": CONTENT.subarray(0, 1),
    "A.cfg": CONTENT.subarray(0, 30),
    "m.bin": CONTENT.subarray(0, 30),
    "folder/a.cfg": CONTENT.subarray(0, 2),
    "folder/b.bin": CONTENT.subarray(0, 5),
    "folder/ä b.cfg": CONTENT.subarray(0, 4),
  };
  const ASKED: readonly (readonly [parameters: string, names: string])[] = [
    ["folder=", "folder/ A.cfg m.bin z.cfg"],
    ["folder=folder", "folder/a.cfg folder/b.bin folder/ä b.cfg"],
    ["folder=/folder/", "folder/a.cfg folder/b.bin folder/ä b.cfg"],
    ["folder=fold", ""],
    ["folder=missing", ""],
    ["folder=z.cfg", ""],
    ["search=.CFG", "A.cfg folder/a.cfg folder/ä b.cfg z.cfg"],
    ["search=%C3%84%20B", "folder/ä b.cfg"],
    ["search=folder", "folder/a.cfg folder/b.bin folder/ä b.cfg"],
    ["search=m.&search=z.", "m.bin z.cfg"],
    ["search=..", ""],
    ["folder=folder&search=b", "folder/b.bin folder/ä b.cfg"],
    ["folder=folder&search=folder", ""],
    ["order=size", "z.cfg folder/a.cfg folder/ä b.cfg folder/b.bin A.cfg m.bin"],
    ["order=size&descending=true", "m.bin A.cfg folder/b.bin folder/ä b.cfg folder/a.cfg z.cfg"],
    ["folder=&order=size", "folder/ z.cfg A.cfg m.bin"],
    ["folder=&descending=true", "folder/ z.cfg m.bin A.cfg"],
    ["folder=&limit=2&unknown=1", "folder/ A.cfg"],
    ["name=folder/b.bin", "folder/b.bin"],
    ["name=/folder//b.bin", "folder/b.bin"],
    ["name=folder", ""],
    ["name=b.bin", ""],
  ];
  test("files are listed by folder, by a part of the name, in order of name or size, or by name alone", async () => {
    await using site = await open({ files: TREE, write: "overwrite" });
    for (const [parameters, names] of ASKED) {
      const { files } = await askJson<Listing>(site, `/api/files?${parameters}`);
      assert.equal(files.map(({ name }) => name).join(" "), names, parameters);
    }
  });

  for (const order of ["name", "size", "time"]) {
    for (const descending of ["false", "true"]) {
      test(`pages of files ordered by ${order} have each file once, descending: ${descending}`, async () => {
        const files = Object.fromEntries(
          Array.from({ length: 23 }, (_, index) => [
            `${(index * 7) % 23} ä&=+#/%`.slice(0, -2),
            CONTENT.subarray(0, index % 5),
          ]),
        );
        await using site = await open({ files: { ...files, "folder/a": CONTENT } });
        const query = `folder=&order=${order}&descending=${descending}`;
        const whole = await askJson<Listing>(site, `/api/files?${query}`);
        assert.equal(whole.files.length, 24);
        const names: string[] = [];
        let after = "";
        for (let page = 0; page < 5; page++) {
          const listing = await askJson<Listing>(site, `/api/files?${query}&limit=5${after}`);
          assert.deepEqual([listing.total, listing.before, listing.isComplete], [24, 5 * page, true]);
          names.push(...listing.files.map(({ name }) => name));
          assert.equal(listing.next === undefined, page === 4);
          after = `&after=${encodeURIComponent(listing.next ?? "")}`;
        }
        assert.deepEqual(
          names,
          whole.files.map(({ name }) => name),
        );
      });
    }
  }

  test("a malformed parameter of a list is refused", async () => {
    await using site = await open({ files: { a: CONTENT } });
    const malformed = ["folder=..", "folder=a%00", "search=%f", "order=x", "limit=0", "limit=-1", "limit=x"];
    for (const parameters of [...malformed, "after=", "after=x/a", "after=1", "after=1/", "name=", "name=../a"]) {
      const { status, body } = await ask(site, `/api/files?${parameters}`);
      assert.equal(status, 400, parameters);
      assert.match(JSON.parse(body.toString()).error, /^Invalid parameters\./);
    }
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
