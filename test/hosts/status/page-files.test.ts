/** Uploads and removals on the page in a browser. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { CONTENT, listedNames, options, showPage } from "./shown-page.js";

test("files dropped on the page are uploaded", options, async (t) => {
  const { folder, page, file } = await showPage(t, { write: "new" });
  await page.drop("main", [file("one.bin", CONTENT), file("two words.txt", CONTENT.subarray(0, 0))]);
  await page.until(`document.querySelectorAll("#files li").length === 2`);
  assert.deepEqual(Buffer.from(folder.contents("one.bin")), CONTENT);
  assert.equal(folder.contents("two words.txt").length, 0);
  assert.match(await page.text("#status"), /two words\.txt was uploaded\./);
});

test("files chosen with the button are uploaded", options, async (t) => {
  const { folder, page, file } = await showPage(t, { write: "new" });
  await page.choose("#chosen", [file("one.bin", CONTENT)]);
  await page.until(`document.querySelectorAll("#files li").length === 1`);
  assert.deepEqual(Buffer.from(folder.contents("one.bin")), CONTENT);
});

const onLinux = { skip: options.skip || (process.platform !== "linux" && "the system takes names in UTF-8 only") };

test("a file whose name is not UTF-8 is shown with its bytes, and removed", onLinux, async (t) => {
  const { folder, status, page } = await showPage(t, { files: { "T\ufffdr.cfg": CONTENT } });
  // The second half of the last character's pair of UTF-16 is U+DCFC, which stands for a byte when it is alone.
  const name = Buffer.concat([Buffer.from("T\xfc", "latin1"), Buffer.from("r📼.cfg")]);
  fs.writeFileSync(Buffer.concat([Buffer.from(`${folder.root}/`), name]), CONTENT);
  await page.go(status.url);
  await page.until(`document.querySelectorAll("#files li").length === 2`);
  assert.deepEqual((await listedNames(page)).sort(), ["T\\xfcr📼.cfg", "T\ufffdr.cfg"].sort());
  await page.click(`#files button[aria-label="Remove T\\\\xfcr📼.cfg"]`);
  await page.until(`document.querySelector("dialog").open`);
  assert.equal(await page.text("#question-text"), 'Remove "T\\xfcr📼.cfg" for good?');
  await page.click("#question-yes");
  await page.until(`document.querySelectorAll("#files li").length === 1`);
  assert.match(await page.text("#status"), /T\\xfcr📼\.cfg was removed/);
  assert.deepEqual(fs.readdirSync(folder.root), ["T\ufffdr.cfg"]);
});

test("a file is replaced only after confirmation", options, async (t) => {
  const { folder, page, file } = await showPage(t, { files: { "a.bin": CONTENT } });
  const other = file("a.bin", CONTENT.subarray(0, 10));
  await page.drop("main", [other]);
  await page.until(`document.querySelector("dialog").open`);
  assert.equal(await page.text("#question-text"), `Replace "a.bin"?`);
  await page.press("Escape");
  await page.until(`!document.querySelector("dialog").open`);
  assert.deepEqual(Buffer.from(folder.contents("a.bin")), CONTENT);
  await page.drop("main", [other]);
  await page.until(`document.querySelector("dialog").open`);
  await page.click("#question-yes");
  await page.until(`document.querySelector("#files li").textContent.includes("10 bytes")`);
  assert.deepEqual(Buffer.from(folder.contents("a.bin")), CONTENT.subarray(0, 10));
});

test("files dropped while a question is open are confirmed one after the other", options, async (t) => {
  const { folder, page, file } = await showPage(t, { files: { "a.bin": CONTENT, "b.bin": CONTENT } });
  await page.drop("main", [file("a.bin", CONTENT.subarray(0, 10))]);
  await page.until(`document.querySelector("dialog").open`);
  await page.drop("main", [file("b.bin", CONTENT.subarray(0, 20))]);
  assert.equal(await page.text("#question-text"), `Replace "a.bin"?`);
  await page.press("Escape");
  await page.until(`document.querySelector("#question-text").textContent === 'Replace "b.bin"?'`);
  await page.click("#question-yes");
  await page.until(`document.querySelector("#files li:last-child").textContent.includes("20 bytes")`);
  assert.deepEqual(Buffer.from(folder.contents("a.bin")), CONTENT);
  assert.deepEqual(Buffer.from(folder.contents("b.bin")), CONTENT.subarray(0, 20));
});

test("a file that is too large or cannot be replaced is refused in words, and nothing is sent", options, async (t) => {
  const { folder, page, file } = await showPage(t, {
    files: { "a.bin": CONTENT.subarray(0, 10) },
    write: "new",
    maxSizeBytes: 1000,
  });
  await page.drop("main", [file("large.bin", CONTENT)]);
  await page.until(`document.querySelector("#uploads .failed") !== null`);
  assert.match(await page.text("#uploads li"), /^large\.bin.*It has 195 KiB; at most 1000 B are allowed/s);
  await page.drop("main", [file("a.bin", CONTENT.subarray(0, 3))]);
  await page.until(`document.querySelector("#uploads li").textContent.includes("already exists")`);
  assert.equal(await page.value(`document.querySelectorAll("#uploads .failed").length`), 2);
  assert.equal(folder.has("large.bin"), false);
  assert.equal(folder.contents("a.bin").length, 10);
  assert.equal(await page.value(`document.querySelectorAll("#files button").length`), 0);
});

test("a refusal by the server is shown", options, async (t) => {
  const { page, file } = await showPage(t);
  await page.drop("main", [file("bell\u0007.bin", CONTENT)]);
  await page.until(`document.querySelector("#uploads .failed") !== null`);
  assert.match(await page.text("#uploads li"), /^bell\\u\{7\}\.bin.*Not uploaded\. Invalid file name/s);
});

test("if clients may not write, the page has no controls for changes", options, async (t) => {
  const { folder, page, file } = await showPage(t, { files: { "a.bin": CONTENT }, write: "never" });
  assert.equal(await page.value(`document.querySelector("#drop").offsetParent`), null);
  assert.equal(await page.value(`document.querySelectorAll("#files button").length`), 0);
  await page.drop("main", [file("new.bin", CONTENT)]);
  assert.equal(await page.value("location.pathname"), "/");
  assert.equal(folder.has("new.bin"), false);
});
