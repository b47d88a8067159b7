import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../support/network-namespace.js";
import { script } from "../../../support/program.js";

test("a server on all addresses answers the first request to any, and nobody else can bind its port", {
  skip: UNLESS_NAMESPACES,
}, async () => {
  const { code, stderr } = await runInNamespace(script("./first-request-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});

test("a server on a machine with no address but loopback serves loopback", { skip: UNLESS_NAMESPACES }, async () => {
  const { code, stderr } = await runInNamespace(script("./only-loopback-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});
