import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { hasProgram, PROJECT, run } from "../support/program.js";

const UNLESS_DNSMASQ = !hasProgram("dnsmasq") && "not installed (Debian: dnsmasq-base)";

for (const file of ["boot-options.conf", "proxy-dhcp.conf"]) {
  test(`dnsmasq accepts examples/operations/${file}`, { skip: UNLESS_DNSMASQ }, async () => {
    const { code, stderr } = await run("dnsmasq", ["--test", "-C", path.join(PROJECT, "examples/operations", file)]);
    assert.equal(code, 0, stderr);
  });
}
