/** The reference that `npm run docs` makes from the docstrings of what is published. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { PROJECT, run } from "../support/program.js";

test("everything that is published has a docstring, and every link in them leads somewhere", async () => {
  const words = ["--emit", "none", "--logLevel", "Warn"];
  const { code, stdout, stderr } = await run(path.join(PROJECT, "node_modules/.bin/typedoc"), words, { cwd: PROJECT });
  assert.equal(code, 0, stdout + stderr);
});
