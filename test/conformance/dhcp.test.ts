/** The conformance cases of DHCP and BOOTP on V8. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dhcpCases } from "./cases/dhcp/index.js";

test("no two cases of DHCP have the same name, and each names its source", () => {
  const names = dhcpCases.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const name of names) {
    assert.match(name, /^(RFC \d+ §|docs\/boot\.md, )/);
  }
});

for (const { name, run } of dhcpCases) {
  test(name, run);
}
