/** The rows of uploads beside the button. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Page } from "../../support/chromium.js";
import { CONTENT, endNotes, focusedElement, options, showPage } from "./shown-page.js";

const PHONE = { width: 390, height: 700 };

/** Whether the window shows the whole of each element, without scrolling further. */
function isInSight(page: Page, selector: string): Promise<boolean> {
  return page.value(`[...document.querySelectorAll(${JSON.stringify(selector)})].every((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  })`);
}

test("a failed upload stays beside the button with its reason until the file arrives", options, async (t) => {
  const { folder, page, file } = await showPage(t, { maxSizeBytes: 1000, look: PHONE });
  await page.drop("header", [file("a.bin", CONTENT)]);
  await page.until(`document.querySelector("#uploads .failed") !== null`);
  assert.equal(await page.value("scrollY"), 0);
  assert.ok(await isInSight(page, "#choose, #uploads li"));
  await page.drop("header", [file("b.bin", CONTENT.subarray(0, 10))]);
  await page.until(`document.querySelector("#uploads .uploaded") !== null`);
  assert.equal(await page.value("scrollY"), 0);
  assert.ok(await isInSight(page, "#choose, #uploads li"));
  await endNotes(page);
  assert.equal(await page.value(`document.querySelector("#uploads .uploaded")`), null);
  assert.match(await page.text("#uploads li"), /^a\.bin.*Not uploaded\. It has 195 KiB; at most 1000 B are allowed/s);
  await page.drop("header", [file("a.bin", CONTENT.subarray(0, 10))]);
  await page.until(`document.querySelector("#uploads .uploaded") !== null`);
  assert.match(await page.text("#uploads"), /^a\.bin\s*uploaded, 10 B$/);
  assert.equal(folder.contents("a.bin").length, 10);
});

test("a failure is seen when files are dropped further down", options, async (t) => {
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`file ${index}`, CONTENT]));
  const { page, file } = await showPage(t, { files, maxSizeBytes: 1000, look: PHONE });
  await page.value("scrollTo(0, document.body.scrollHeight)");
  await page.drop("footer", [file("a.bin", CONTENT)]);
  await page.until(`document.querySelector("#uploads .failed") !== null`);
  assert.ok(await isInSight(page, "#uploads li"));
});

test("failures are dismissed one by one or all at once, by keyboard too", options, async (t) => {
  const { page, file } = await showPage(t, { maxSizeBytes: 1000 });
  await page.drop("main", [file("a", CONTENT), file("b", CONTENT), file("c", CONTENT)]);
  await page.until(`document.querySelectorAll("#uploads .failed").length === 3`);
  assert.equal(await page.text("#dismiss"), "Dismiss 3 failures");
  await page.value(`document.querySelector("#dismiss").focus()`);
  await page.press("Tab");
  assert.equal(await focusedElement(page), "Dismiss the failure of c");
  await page.press("Enter");
  assert.equal(await focusedElement(page), "Dismiss the failure of b");
  await page.click("#dismiss");
  assert.equal(await page.value(`document.querySelectorAll("#uploads li").length`), 0);
  assert.equal(await page.value(`document.querySelector("#dismiss").hidden`), true);
  assert.equal(await focusedElement(page), "Upload files");
});

test("many successes do not push a failure out of the list", options, async (t) => {
  const { page, file } = await showPage(t, { maxSizeBytes: 1000 });
  const small = Array.from({ length: 6 }, (_, index) => file(`small ${index}`, CONTENT.subarray(0, index)));
  await page.drop("main", [file("large", CONTENT), ...small]);
  await page.until(`document.querySelector("#uploads li").textContent.startsWith("small 5uploaded")`);
  assert.equal(await page.value(`document.querySelectorAll("#uploads .uploaded").length`), 3);
  assert.match(await page.text("#uploads li:last-child"), /^large.*Not uploaded/s);
});

test("a removal that fails says so in the row of the file", options, async (t) => {
  const { folder, page } = await showPage(t, { files: { "a.bin": CONTENT, "b.bin": CONTENT } });
  fs.rmSync(path.join(folder.root, "a.bin"));
  fs.mkdirSync(path.join(folder.root, "a.bin"));
  await page.click(`#files button[aria-label="Remove a.bin"]`);
  await page.until(`document.querySelector("dialog").open`);
  await page.click("#question-yes");
  await page.until(`document.querySelector("#files .reason") !== null`);
  assert.match(await page.text("#files li:first-child"), /^a\.bin.*Not removed\. "a\.bin"/s);
});
