import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../support/network-namespace.js";
import { script } from "../../../support/program.js";

test("a machine with several addresses answers from the requested address", { skip: UNLESS_NAMESPACES }, async () => {
  const { code, stderr } = await runInNamespace(script("./several-addresses-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});
