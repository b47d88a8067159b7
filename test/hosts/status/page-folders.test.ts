/** Uploads of folders on the page in a browser. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Page } from "../../support/chromium.js";
import { CONTENT, options, showPage } from "./shown-page.js";

const THREE = CONTENT.subarray(0, 3);

function failures(page: Page): Promise<string[]> {
  return page.value(`[...document.querySelectorAll("#uploads .failed .name")].map((name) => name.textContent).sort()`);
}

for (const way of ["chosen", "dropped"]) {
  test(
    `the files of a ${way} folder get their paths in it, and what is refused stays with its reason`,
    options,
    async (t) => {
      const { folder, page, file } = await showPage(t, {
        files: { "phones/old/x": THREE },
        write: "new",
        maxSizeBytes: 100,
      });
      const outside = path.dirname(file("other", THREE));
      mkdirSync(path.join(outside, "phones/old/missing"), { recursive: true });
      for (const name of ["phones/a.cfg", "phones/old/b ä.cfg", "phones/old/x", "phones/old/missing/c.cfg"]) {
        file(name, THREE);
      }
      file("phones/large.bin", CONTENT.subarray(0, 101));
      const picked = [path.join(outside, "phones")];
      await (way === "chosen" ? page.choose("#chosen-folder", picked) : page.drop("main", picked));
      await page.until(`document.querySelectorAll("#uploads .failed").length === 3`);
      await page.until(`document.querySelector("#stop").hidden`);
      assert.deepEqual(await failures(page), ["phones/large.bin", "phones/old/missing/c.cfg", "phones/old/x"]);
      assert.match(
        await page.text("#uploads"),
        /large\.binDismissNot uploaded\. It has 101 B; at most 100 B are allowed/,
      );
      assert.match(await page.text("#uploads"), /missing\/c\.cfgDismissNot uploaded\. The folder of .* does not exist/);
      assert.match(await page.text("#uploads"), /old\/xDismissNot uploaded\. It already exists and cannot be replaced/);
      assert.deepEqual(Buffer.from(folder.contents("phones/a.cfg")), THREE);
      assert.deepEqual(Buffer.from(folder.contents("phones/old/b ä.cfg")), THREE);
      assert.equal(folder.has("phones/old/missing"), false);
    },
  );
}

test("uploads go to the folder that is shown", options, async (t) => {
  const { folder, page, file } = await showPage(t, { files: { "phones/a": THREE } });
  await page.click("#files .folder");
  await page.until(`document.querySelector("#files a") !== null`);
  await page.drop("main", [file("b", THREE)]);
  await page.until(`document.querySelectorAll("#files a").length === 2`);
  assert.deepEqual(Buffer.from(folder.contents("phones/b")), THREE);
  assert.match(await page.text("#uploads"), /^phones\/b\s*uploaded/);
});

test(
  "of many files that exist already, all are replaced after one question if that is asked for",
  options,
  async (t) => {
    const { folder, page, file } = await showPage(t, { files: { a: THREE, b: THREE, c: THREE } });
    const others = ["a", "b", "c"].map((name) => file(name, CONTENT.subarray(0, 10)));
    await page.drop("main", others);
    await page.until(`document.querySelector("#question-text").textContent === 'Replace "a"?'`);
    await page.press("Escape");
    await page.until(`document.querySelector("#question-text").textContent === 'Replace "b"?'`);
    await page.until(`document.querySelector("dialog").open`);
    assert.equal(await page.text("#question-all"), "Replace all");
    await page.click("#question-all");
    await page.until(`document.querySelectorAll("#uploads .uploaded").length === 2`);
    assert.deepEqual(
      ["a", "b", "c"].map((name) => folder.contents(name).length),
      [3, 10, 10],
    );
  },
);

test(
  "more than fifty files are uploaded after a question, and of many failures twenty are shown until all are asked for",
  options,
  async (t) => {
    const { page, file } = await showPage(t, { maxSizeBytes: 1 });
    const many = Array.from({ length: 51 }, (_, index) => file(`${index}`, THREE));
    await page.drop("main", many);
    await page.until(`document.querySelector("dialog").open`);
    assert.equal(await page.text("#question-text"), "Upload 51 files?");
    await page.click("#question-yes");
    await page.until(`document.querySelector("#all-uploads").textContent === "Show all 51"`);
    const shown = `[...document.querySelectorAll("#uploads li")].filter((row) => row.offsetParent !== null).length`;
    assert.equal(await page.value(shown), 20);
    await page.click("#all-uploads");
    assert.equal(await page.value(shown), 51);
    await page.click("#dismiss");
    assert.equal(await page.value(shown), 0);
  },
);

test("an upload of many files can be stopped", options, async (t) => {
  const { folder, page, file } = await showPage(t, { files: { b: THREE } });
  await page.drop("main", [file("a", THREE), file("b", THREE), file("c", THREE)]);
  await page.until(`document.querySelector("dialog").open`);
  assert.equal(await page.text("#drop-hint"), "Uploading 2 of 3");
  await page.value(`document.querySelector("#stop").click()`);
  await page.press("Escape");
  await page.until(`document.querySelector("#stop").hidden`);
  assert.deepEqual([folder.has("a"), folder.has("c")], [true, false]);
});
