import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { hasProgram, script } from "../support/program.js";

const UNLESS_BUSYBOX = !hasProgram("busybox") && "not installed (Debian: busybox)";

test("boot-network gives a client its address and its file", {
  skip: UNLESS_NAMESPACES || UNLESS_BUSYBOX,
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./boot-network-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});
