/** The reference that `npm run docs` makes from the published docstrings. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { PROJECT, run } from "../support/program.js";

test("each published name has a docstring, and each link in a docstring leads somewhere", async () => {
  const words = ["--emit", "none", "--logLevel", "Warn"];
  const { code, stdout, stderr } = await run(path.join(PROJECT, "node_modules/.bin/typedoc"), words, { cwd: PROJECT });
  assert.equal(code, 0, stdout + stderr);
});
