/** Options that cannot work are refused, by name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootRule, DhcpOptions } from "lockstep-tftp/dhcp";
import { DhcpHarness } from "../../support/dhcp-harness.js";
import { bits, MAC } from "../../support/dhcp-message.js";

test("options that cannot work are refused, by name", () => {
  const makes = (options: Partial<DhcpOptions>) => () => new DhcpHarness(options);
  assert.throws(makes({ netmask: bits("255.0.255.0") }), /netmask/);
  assert.throws(makes({ rangeStart: bits("192.168.87.100") }), /rangeEnd - rangeStart|range must lie/);
  assert.throws(makes({ rangeEnd: bits("192.168.88.255") }), /range must lie/);
  assert.throws(makes({ rangeStart: bits("192.168.88.0") }), /range must lie/);
  assert.throws(makes({ rangeEnd: bits("192.168.88.99") }), /rangeEnd - rangeStart/);
  assert.throws(makes({ rangeStart: bits("192.168.88.1") }), /own address/);
  assert.throws(makes({ leaseSeconds: 10 }), /leaseSeconds/);
  assert.throws(makes({ domainName: "a b" }), /domainName/);
  assert.throws(makes({ fixed: [{ hardwareAddress: MAC, address: bits("10.0.0.1") }] }), /fixed address/);
  assert.throws(makes({ fixed: [{ hardwareAddress: [], address: bits("192.168.88.7") }] }), /hardwareAddress/);
  const named = { hardwareAddress: MAC, address: bits("192.168.88.7"), hostName: "two words" };
  assert.throws(makes({ fixed: [named] }), /hostName/);
  assert.throws(makes({ routers: [0] }), /routers/);
});

test("boot rules that cannot work are refused", () => {
  const makes = (rule: BootRule) => () => new DhcpHarness({ boot: [rule] });
  assert.throws(makes({ file: "" }), RangeError);
  assert.throws(makes({ file: "x".repeat(128) }), RangeError);
  assert.throws(makes({ file: `${"x".repeat(112)}{address}{mac}` }), /up to 144 bytes/);
  assert.throws(makes({ file: "{name}" }), /unknown placeholder/);
  assert.throws(makes({ file: "b\u00fc" }), /not ASCII/);
  assert.throws(makes({ file: "a\nb" }), /not ASCII/);
  assert.throws(makes({ file: "x", architectures: [] }), /architectures/);
  assert.throws(makes({ file: "x", vendorClass: "" }), /vendorClass/);
  assert.throws(makes({ file: "x", userClass: "x".repeat(256) }), /userClass/);
});
