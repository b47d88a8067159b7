/** The page by keyboard, for screen readers, in light and dark colours, and on a phone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SHIFT } from "../../support/chromium.js";
import { CONTENT, focusedElement, options, showPage } from "./shown-page.js";

test("everything can be done by keyboard, and the focus stays in the list", options, async (t) => {
  const { folder, page } = await showPage(t, { files: { a: CONTENT, b: CONTENT, c: CONTENT } });
  const order: string[] = [];
  for (let count = 0; count < 5; count++) {
    await page.press("Tab");
    order.push(await focusedElement(page));
  }
  assert.deepEqual(order, ["Upload files", "Upload a folder", "a", "Remove a", "Metrics"]);
  await page.press("Tab", SHIFT);
  const moves: string[] = [];
  for (const key of ["ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"]) {
    await page.press(key);
    moves.push(await focusedElement(page));
  }
  assert.deepEqual(moves, ["Remove a", "Remove b", "Remove c", "Remove c", "Remove b"]);
  // Tab returns to the row that was left.
  await page.press("Tab");
  assert.equal(await focusedElement(page), "Metrics");
  await page.press("Tab", SHIFT);
  assert.equal(await focusedElement(page), "Remove b");
  await page.press("Enter");
  await page.until(`document.querySelector("dialog").open`);
  assert.equal(await focusedElement(page), "Cancel");
  await page.press("Tab");
  assert.equal(await focusedElement(page), "Remove");
  await page.press("Enter");
  await page.until(`document.querySelectorAll("#files li").length === 2`);
  assert.equal(folder.has("b"), false);
  assert.equal(await focusedElement(page), "Remove c");
  assert.match(await page.text("#status"), /b was removed\./);
  // The focus also stays while the page polls the server.
  const asked = await page.value<number>("performance.getEntriesByType('resource').length");
  await page.until(`performance.getEntriesByType("resource").length > ${asked + 2}`);
  assert.equal(await focusedElement(page), "Remove c");
});

test("the focused element has a visible outline", options, async (t) => {
  const { page } = await showPage(t);
  await page.press("Tab");
  const width = await page.value<string>("getComputedStyle(document.activeElement).outlineWidth");
  assert.ok(Number.parseFloat(width) >= 2, width);
});

test("every section, bar and button has an accessible name, and changes are announced", options, async (t) => {
  const { folder, page } = await showPage(t, { files: { a: CONTENT } });
  await using peer = await folder.peer();
  await peer.read("a");
  await page.until(`document.querySelector("#transfers progress") !== null`);
  const nameless = await page.value<
    string[]
  >(`[...document.querySelectorAll("section, progress, button, input, svg, dialog")]
    .filter((element) => {
      const label = element.getAttribute("aria-label");
      const other = document.getElementById(element.getAttribute("aria-labelledby"));
      return !(label || other || element.textContent.trim() || element.closest("menu"));
    })
    .map((element) => element.outerHTML)`);
  assert.deepEqual(nameless, []);
  assert.equal(await page.value(`document.querySelector("#status").getAttribute("aria-live")`), "polite");
  assert.equal(await page.value(`document.documentElement.lang`), "en");
});

/** Contrast of two colours (WCAG 2.2). */
const CONTRAST = `(one, other) => {
  const light = (text) => {
    const [red, green, blue] = text.match(/[\\d.]+/g).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}`;

for (const isDark of [false, true]) {
  test(`in ${isDark ? "dark" : "light"} colours every text has enough contrast`, options, async (t) => {
    const { page } = await showPage(t, { files: { a: CONTENT }, look: { isDark } });
    const ground = await page.value<string>("getComputedStyle(document.body).backgroundColor");
    const [red = 0] = (ground.match(/\d+/g) ?? []).map(Number);
    assert.equal(red < 128, isDark, ground);
    const faint = await page.value<string[]>(`(() => {
      const contrast = ${CONTRAST};
      const groundOf = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return colour === "rgba(0, 0, 0, 0)" ? groundOf(element.parentElement) : colour;
      };
      return [...document.querySelectorAll("body *")]
        .filter((element) => element.offsetParent !== null && element.childElementCount === 0 && element.textContent !== "")
        .filter((element) => contrast(getComputedStyle(element).color, groundOf(element)) < 4.5)
        .map((element) => element.outerHTML);
    })()`);
    assert.deepEqual(faint, []);
  });
}

test("on a phone nothing is wider than the window, and buttons are large enough for fingers", options, async (t) => {
  const files = { ["long-".repeat(40)]: CONTENT, short: CONTENT };
  const { page } = await showPage(t, { files, look: { width: 320, height: 600 } });
  assert.equal(await page.value("document.documentElement.scrollWidth"), 320);
  const small = await page.value<string[]>(`[...document.querySelectorAll("button")]
    .filter((button) => button.offsetParent !== null && button.getBoundingClientRect().height < 44)
    .map((button) => button.outerHTML)`);
  assert.deepEqual(small, []);
});
