/** How often each rule was used, on the page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTENT, options, showPage } from "./shown-page.js";

test("the page says how often each rule was used", options, async (t) => {
  const rules = [
    { match: "*.key", refuse: true },
    { match: "<b>", to: "a" },
  ];
  const { folder, page } = await showPage(t, { files: { a: CONTENT.subarray(0, 10) }, rules });
  await using peer = await folder.peer();
  await peer.read("x.key");
  await peer.expectError(2);
  await page.until(`document.querySelector("#rules .figure").textContent === "1 request"`);
  assert.equal(await page.value(`document.querySelector("#rules-card").hidden`), false);
  assert.deepEqual(await page.value(`[...document.querySelectorAll("#rules li")].map((row) => row.textContent)`), [
    "1: *.key1 request",
    "2: <b>0 requests",
  ]);
});

test("the page has no list of rules where there are none", options, async (t) => {
  const { page } = await showPage(t);
  assert.equal(await page.value(`document.querySelector("#rules-card").hidden`), true);
});
