/** The example for keepalived, with two servers in namespaces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { hasProgram, script } from "../support/program.js";

const skip =
  UNLESS_NAMESPACES ||
  (!hasProgram("keepalived") && "not installed (Debian: keepalived)") ||
  (!hasProgram("curl") && "not installed (Debian: curl)");

test("when a server dies, another has its address, and what was cut is asked again and ends whole", {
  skip,
}, async () => {
  const { code, stdout, stderr } = await runInNamespace(script("./keepalived-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});
