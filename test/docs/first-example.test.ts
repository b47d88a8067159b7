/** Each page begins with what its reader came for, and the chart of docs/troubleshooting.md leads to sections. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

/** A reader sees this many lines without scrolling, even on a small screen. */
const MAX_LINES_BEFORE_EXAMPLE = 10;
const DOCS = readdirSync(path.join(PROJECT, "docs")).filter((name) => name.endsWith(".md"));
const PAGES = ["README.md", ...DOCS.map((name) => `docs/${name}`)];

function linesOf(page: string): string[] {
  return readFileSync(path.join(PROJECT, page), "utf8").split("\n");
}

for (const page of PAGES) {
  test(`the first example of ${page} is within its first ten lines`, () => {
    const line = linesOf(page).findIndex((text) => text.startsWith("```")) + 1;
    assert.ok(line > 0 && line <= MAX_LINES_BEFORE_EXAMPLE, `line ${line}`);
  });
}

test("the list under the chart of docs/troubleshooting.md has each numbered box, and no other", () => {
  const page = linesOf("docs/troubleshooting.md").join("\n");
  const boxes = [...page.matchAll(/\["(\d+): /g)].map(([, number]) => Number(number));
  const list = [...page.matchAll(/^(\d+)\. \[.*\]\(#.*\)$/gm)].map(([, number]) => Number(number));
  assert.ok(list.length > 3);
  assert.deepEqual([...new Set(boxes)].sort(), list);
});
