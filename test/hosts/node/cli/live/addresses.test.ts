import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../../support/network-namespace.js";
import { hasProgram, script } from "../../../../support/program.js";
import { UNLESS_TERMINALS } from "../../../../support/terminal.js";

const UNLESS_BUSYBOX = !hasProgram("busybox") && "not installed (Debian: busybox)";

test("the live view shows a client of DHCP, with the file that it was told and whether it has it", {
  skip: UNLESS_NAMESPACES || UNLESS_TERMINALS || UNLESS_BUSYBOX,
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./addresses-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});
