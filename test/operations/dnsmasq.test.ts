import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { hasProgram, PROJECT, run, script } from "../support/program.js";

const UNLESS_DNSMASQ = !hasProgram("dnsmasq") && "not installed (Debian: dnsmasq-base)";
const UNLESS_QEMU =
  !hasProgram("qemu-system-x86_64") && "not installed (Debian: qemu-system-x86, seabios and ipxe-qemu)";
const UNLESS_MACHINE = UNLESS_NAMESPACES || UNLESS_DNSMASQ || UNLESS_QEMU;

for (const file of ["boot-options.conf", "proxy-dhcp.conf"]) {
  test(`dnsmasq accepts examples/operations/${file}`, { skip: UNLESS_DNSMASQ }, async () => {
    const { code, stderr } = await run("dnsmasq", ["--test", "-C", path.join(PROJECT, "examples/operations", file)]);
    assert.equal(code, 0, stderr);
  });
}

async function boots(...words: readonly string[]): Promise<void> {
  const { code, stderr, stdout } = await runInNamespace(script("./dnsmasq-scenario.js", import.meta.url), ...words);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
}

test("iPXE boots with the addresses and the options of boot-options.conf", { skip: UNLESS_MACHINE }, () =>
  boots("boot-options.conf", "ipxe"),
);

test("iPXE boots with a router's addresses and the file of proxy-dhcp.conf", { skip: UNLESS_MACHINE }, () =>
  boots("proxy-dhcp.conf", "ipxe", "router"),
);
