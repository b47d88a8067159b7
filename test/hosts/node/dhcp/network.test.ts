import assert from "node:assert/strict";
import { test } from "node:test";
import { BOOT_PACKAGES } from "../../../support/boot-client.js";
import { UNLESS_LOSS } from "../../../support/lossy-cable.js";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../support/network-namespace.js";
import { hasProgram, script } from "../../../support/program.js";

function unless(...programs: readonly (readonly [program: string, debianPackage: string])[]): string | false {
  const missing = programs.filter(([program]) => !hasProgram(program)).map(([, name]) => name);
  return UNLESS_NAMESPACES || (missing.length > 0 && `not installed (Debian: ${missing.join(", ")})`);
}

test("udhcpc, dhclient and dhcpcd get an address and their file", {
  skip: unless(...BOOT_PACKAGES),
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./clients-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});

test("udhcpc, dhclient and dhcpcd get an address and their file, whichever message is lost", {
  skip: UNLESS_LOSS || unless(...BOOT_PACKAGES),
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./loss-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});

test("50 clients at once share 16 addresses, each given once", { skip: unless(["busybox", "busybox"]) }, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./crowd-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});

test("iPXE in QEMU gets from power-on to its script and an image", {
  skip: unless(["qemu-system-x86_64", "qemu-system-x86 and ipxe-qemu"]),
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./ipxe-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});

test("an address that is used is not given, and another server is found", {
  skip: unless(["busybox", "busybox"], ["dnsmasq", "dnsmasq-base"]),
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./faults-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});

test("leases survive a restart, and a client that does not fetch its file is named", {
  skip: unless(["busybox", "busybox"]),
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./restart-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});

test("what keeps DHCP from serving is said with its remedy, and a server of a program closes in each way", {
  skip: unless(["busybox", "busybox"], ["dnsmasq", "dnsmasq-base"]),
}, async () => {
  const { code, stderr, stdout } = await runInNamespace(script("./failures-scenario.js", import.meta.url));
  assert.equal(code, 0, `${stdout}\n${stderr}`);
});
