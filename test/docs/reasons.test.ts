/** docs/troubleshooting.md has a row for each reason of a refusal, with its text, and no other row. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

const page = readFileSync(path.join(PROJECT, "docs/troubleshooting.md"), "utf8");
const rows = [...page.matchAll(/^\| `([a-z_]+)` *\| (.*?) *\| (.*?) *\|$/gm)];

/** The table in the library as it was built; the command has the same one, with escapes. */
function builtTexts(): [code: string, text: string][] {
  const library = readFileSync(path.join(PROJECT, "dist/node/index.js"), "utf8");
  const [, table = ""] = /REASON_TEXTS = \{\n(.*?)\n\};/s.exec(library) ?? [];
  return [...table.matchAll(/^\s+([a-z_]+): "(.*)",?$/gm)].map(([, code, text]) => [code as string, text as string]);
}

test("docs/troubleshooting.md lists the reasons of refusals with their texts", () => {
  assert.ok(rows.length > 10);
  assert.deepEqual(
    rows.map(([, code, text]) => [code, text]),
    builtTexts(),
  );
});

test("docs/troubleshooting.md says of each reason what to do", () => {
  for (const [, code, , advice] of rows) {
    assert.match(advice as string, /\w/, code);
  }
});
