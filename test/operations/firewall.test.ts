import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace } from "../support/network-namespace.js";
import { script } from "../support/program.js";
import { unlessFirewall } from "./unless-firewall.js";

test("each firewall example lets transfers through, and only with the flags that it names", {
  skip: unlessFirewall(),
}, async () => {
  const { code, stderr } = await runInNamespace(script("./firewall-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});
