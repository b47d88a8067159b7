/** Titles of tests that refer to a row of the wire table in docs/protocol.md name one that exists. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

const TESTS = path.join(PROJECT, "test");

/** The events of the wire table: a row may have several, separated by commas. */
function events(): string[] {
  const page = readFileSync(path.join(PROJECT, "docs/protocol.md"), "utf8");
  const [, section = ""] = /^## The wire table$([\s\S]*?)^## /m.exec(page) ?? [];
  const rows = [...section.matchAll(/^\| ([^|]*?) +\|/gm)].map(([, row]) => row as string);
  return rows.flatMap((row) =>
    row
      .replace(/ \(.*|:.*/, "")
      .split(", ")
      .filter((event) => event !== ""),
  );
}

function referencesIn(file: string): string[] {
  const source = readFileSync(path.join(TESTS, file), "utf8");
  return [...source.matchAll(/["`]docs\/protocol\.md, ([^$:"`][^:"`]*)/g)].map(([, event]) => event as string);
}

test("titles refer to events of the wire table that exist", () => {
  const known = events();
  const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const references = files.flatMap(referencesIn);
  assert.ok(references.length > 0);
  assert.deepEqual(
    references.filter((event) => !known.some((row) => event.startsWith(row))),
    [],
  );
});
