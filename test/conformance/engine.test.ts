/** The conformance cases on V8. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cases } from "./cases/index.js";

test("no two cases have the same name", () => {
  const names = cases.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

for (const { name, run } of cases) {
  test(name, run);
}
