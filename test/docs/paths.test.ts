/** Files and folders of the project that the pages name exist. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

const PAGES = [".", "docs"].flatMap((folder) =>
  readdirSync(path.join(PROJECT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name)),
);
const ROOMS = ["bench", "dist", "docs", "examples", "hosts", "scripts", "src", "test"];

/** Paths in the inline code of a page. Those with a placeholder (`…`, `*`, `NAME`) are left out. */
function pathsIn(page: string): string[] {
  const prose = readFileSync(path.join(PROJECT, page), "utf8").replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
  const code = [...prose.matchAll(/`([\w./-]+)`/g)].map(([, text]) => text as string);
  return code.filter((text) => ROOMS.some((room) => text.startsWith(`${room}/`)) && !/[A-Z]{3}/.test(text));
}

for (const page of PAGES) {
  test(`the files and folders that ${page} names exist`, () => {
    const missing = pathsIn(page).filter((name) => !existsSync(path.join(PROJECT, name)));
    assert.deepEqual(missing, []);
  });
}
