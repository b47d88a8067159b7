/** The example of a router that gives one address to two servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace } from "../support/network-namespace.js";
import { script } from "../support/program.js";
import { unlessFirewall } from "./unless-firewall.js";

test("a router that chooses a server by the client's address and port leads whole transfers to both", {
  skip: unlessFirewall(),
}, async () => {
  const { code, stdout, stderr } = await runInNamespace(script("./balance-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});
