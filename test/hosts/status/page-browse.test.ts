/** Many files on the page in a browser: folders, search, order and pages. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Browser, type Page } from "../../support/chromium.js";
import { fakeSite } from "./fake-site.js";
import { CONTENT, focusedElement, listedNames, options, showPage } from "./shown-page.js";

const THREE = CONTENT.subarray(0, 3);

/** Waits until the list shows these names. */
async function untilListed(page: Page, ...names: readonly string[]): Promise<void> {
  const shown = `[...document.querySelectorAll("#files .name")].map((name) => name.textContent).join("|")`;
  await page.until(`${shown} === ${JSON.stringify(names.join("|"))}`);
}

/** Types a text into the search, in place of the one before. */
async function search(page: Page, text: string): Promise<void> {
  await page.value(`(() => {
    const input = document.querySelector("#search");
    input.value = ${JSON.stringify(text)};
    input.dispatchEvent(new Event("input"));
  })()`);
}

async function order(page: Page, value: string): Promise<void> {
  await page.value(`(() => {
    const select = document.querySelector("#order");
    select.value = ${JSON.stringify(value)};
    select.dispatchEvent(new Event("change"));
  })()`);
}

test(
  "folders are opened and left by mouse, by keyboard and by the browser's button, and survive a reload",
  options,
  async (t) => {
    const files = { top: THREE, "phones/a.cfg": THREE, "phones/old \u202e/b.cfg": THREE };
    const { page } = await showPage(t, { files: files });
    assert.deepEqual(await listedNames(page), ["phones/", "top"]);
    assert.equal(await page.value(`document.querySelector("#path").hidden`), true);
    await page.click("#files .folder");
    await untilListed(page, "old \\u{202e}/", "a.cfg");
    assert.equal(await page.text("#path"), "All filesphones/");
    assert.equal(await page.text("#drop-place"), "Uploads go to phones/");
    await page.until(`document.activeElement.matches("#files .folder")`);
    await page.press("Enter");
    await untilListed(page, "b.cfg");
    assert.equal(await page.text("#path"), "All filesphones/old \\u{202e}/");
    await page.until(`document.activeElement.matches("#files a")`);
    await page.reload();
    await untilListed(page, "b.cfg");
    await page.value("history.back()");
    await untilListed(page, "old \\u{202e}/", "a.cfg");
    await page.click("#path button");
    await untilListed(page, "phones/", "top");
    await page.until(`document.activeElement.matches("#files .folder")`);
    assert.equal(await focusedElement(page), "phones/");
  },
);

test("a search finds names in all folders below, and an order by size or time holds for it", options, async (t) => {
  const sizes = { "z.cfg": 2, "a/A.CFG": 3, "a/b/m.cfg": 1, "a/x.bin": 4, top: 0 };
  const files = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, CONTENT.subarray(0, size)]));
  const { page, folder } = await showPage(t, { files });
  Object.keys(sizes).forEach((name, index) => {
    fs.utimesSync(path.join(folder.root, name), 1000 + index, 1000 + index);
  });
  await search(page, " .cfg ");
  await untilListed(page, "a/A.CFG", "a/b/m.cfg", "z.cfg");
  assert.equal(await page.text("#status"), "3 files found.");
  assert.match(await page.text("#files li:last-child"), /2 bytes · 1970-01-01/);
  await order(page, "size down");
  await untilListed(page, "a/A.CFG", "z.cfg", "a/b/m.cfg");
  await order(page, "time down");
  await untilListed(page, "a/b/m.cfg", "a/A.CFG", "z.cfg");
  await search(page, "none");
  await page.until(`!document.querySelector("#no-files").hidden`);
  assert.equal(await page.text("#no-files"), "No name has “none” in it.");
  await search(page, "");
  await page.until(`document.querySelectorAll("#files li").length === 3`);
  await page.click("#files .folder");
  await page.until(`document.querySelectorAll("#files li").length === 3`);
  await search(page, "m.");
  await untilListed(page, "b/m.cfg");
});

test("of 1,234 files a hundred are shown, and the others page by page", options, async (t) => {
  const files = Object.fromEntries(Array.from({ length: 1234 }, (_, index) => [`${1000 + index}.cfg`, THREE]));
  const { page } = await showPage(t, { files });
  const shown = () =>
    page.value<string[]>(`[...document.querySelectorAll("#files .name, #page")].map((each) => each.textContent)
    .filter((_text, index, all) => index === 0 || index >= all.length - 2)`);
  assert.deepEqual(await shown(), ["1000.cfg", "1099.cfg", "1 to 100 of 1,234"]);
  assert.equal(await page.value(`document.querySelector("#previous").disabled`), true);
  await page.click("#next");
  await page.until(`document.querySelector("#page").textContent === "101 to 200 of 1,234"`);
  assert.deepEqual(await shown(), ["1100.cfg", "1199.cfg", "101 to 200 of 1,234"]);
  await page.click("#previous");
  await page.until(`document.querySelector("#page").textContent === "1 to 100 of 1,234"`);
  for (let from = 101; from <= 1201; from += 100) {
    await page.click("#next");
    await page.until(`document.querySelector("#page").textContent.startsWith("${from.toLocaleString("en")} to ")`);
  }
  assert.deepEqual(await shown(), ["2200.cfg", "2233.cfg", "1,201 to 1,234 of 1,234"]);
  assert.equal(await page.value(`document.querySelector("#next").disabled`), true);
  // 1223, 2223 and 2230 to 2233.
  await search(page, "223");
  await page.until(`document.querySelector("#file-count").textContent === "6"`);
  assert.equal(await page.value(`document.querySelector("#pages").hidden`), true);
});

test("the list is not asked for at each poll, but when files have changed or time has passed", options, async (t) => {
  const site = await fakeSite(t);
  const browser = await Browser.start();
  t.after(() => browser[Symbol.asyncDispose]());
  const page = await browser.open(site.url);
  await page.until(`document.querySelector("#state.up") !== null`);
  // A browser keeps 250 by default: a slow test would see no more of them.
  await page.value("performance.setResourceTimingBufferSize(100_000)");
  const asked = (path: string): string =>
    `performance.getEntriesByType("resource").filter(({ name }) => name.includes("${path}")).length`;
  await page.until(`${asked("/api/files")} === 1`);
  // The time of the page stands still.
  await page.value("void (window.time = performance.now(), performance.now = () => window.time)");
  const lists = await page.value<number>(asked("/api/files"));
  const polls = await page.value<number>(asked("/api/status"));
  await page.until(`${asked("/api/status")} > ${polls + 20}`);
  assert.equal(await page.value(asked("/api/files")), lists);
  await page.value("void (window.time += 16_000)");
  await page.until(`${asked("/api/files")} === ${lists + 1}`);
  site.status.fileChanges++;
  await page.value("void (window.time += 1)");
  await page.until(`${asked("/api/files")} === ${lists + 2}`);
});
