/** Options of `DhcpServer` with a mistake: each is named, before any address is looked up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DhcpServer } from "lockstep-tftp/node/dhcp-server";

const OPTIONS = { host: "192.168.88.1", range: "192.168.88.100-192.168.88.150" };

for (const [title, boot, message] of [
  [
    "a misspelt condition",
    [{ userclass: "iPXE", file: "x" }],
    'boot 1: unknown key "userclass"; did you mean userClass?',
  ],
  ["a rule without a file", [{ file: "x" }, {}], 'boot 2: file is missing; write for example { file: "image.bin" }'],
  ["no rule", [null], 'boot 1: file is missing; write for example { file: "image.bin" }'],
  ["no list of rules", "x", 'boot must be a list of rules, such as [{ file: "image.bin" }]'],
  [
    "a number of an architecture",
    [{ architectures: 7, file: "x" }],
    "boot 1: architectures must be a list of numbers, such as [7, 9]",
  ],
] as const) {
  test(`${title} in boot is refused`, { skip: process.platform !== "linux" && "DHCP needs Linux" }, () => {
    assert.throws(() => new DhcpServer({ ...OPTIONS, boot: boot as never }), { name: "TypeError", message });
  });
}

test("a server without a host says what is missing", {
  skip: process.platform !== "linux" && "DHCP needs Linux",
}, () => {
  assert.throws(
    () => new DhcpServer({ range: OPTIONS.range } as never),
    /host is "undefined"; it must be an IPv4 address/,
  );
});
