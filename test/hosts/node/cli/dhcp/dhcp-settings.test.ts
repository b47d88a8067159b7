/** `--dhcp` and `[dhcp]`: what cannot work is said before anything starts. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { CLI, run } from "../../../../support/program.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";

const RANGE = "192.168.88.100-192.168.88.150";
const NEEDS_LINUX = process.platform !== "linux" && "DHCP needs Linux";

async function failure(test: TestContext, words: readonly string[], lines: readonly string[] = []): Promise<string> {
  const folder = temporaryFolder(test);
  const file = path.join(folder, "tftp.toml");
  writeFileSync(file, lines.join("\n"));
  const config = lines.length > 0 ? ["--config", file] : [];
  const all = [CLI, "serve", folder, "--port", "0", ...config, ...words];
  const { code, stderr, signal } = await run(process.execPath, all);
  assert.equal(signal, null);
  assert.equal(code, 1, stderr);
  return stderr;
}

const HOST = ["--host", "192.0.2.77"];

const CASES: readonly (readonly [
  title: string,
  words: readonly string[],
  lines: readonly string[],
  message: RegExp,
])[] = [
  ["DHCP without an address", ["--dhcp", RANGE], [], /--dhcp needs one --host with the IPv4 address/],
  ["DHCP with two addresses", ["--dhcp", RANGE, "--host", "127.0.0.1", "--host", "127.0.0.2"], [], /needs one --host/],
  ["DHCP on an IPv6 address", ["--dhcp", RANGE, "--host", "::1"], [], /needs one --host/],
  ["a boot file without DHCP", ["--boot-file", "x"], [], /--boot-file needs --dhcp with the addresses to give/],
  ["a table without a range", HOST, ["[dhcp]", 'lease-time = "1h"'], /\[dhcp\] needs a range/],
  ["an unknown setting", HOST, ["[dhcp]", 'rnge = "x"'], /unknown setting "rnge" of dhcp in \S+; did you mean range/],
  ["no table", HOST, ['dhcp = "x"'], /dhcp in \S+ is "x"; write it as a table/],
  ["a range that is no text", HOST, ["[dhcp]", "range = 5"], /dhcp\.range in \S+ is 5; it must be a string/],
  ["a time that is none", HOST, ["[dhcp]", 'lease-time = "soon"'], /dhcp\.lease-time in \S+ is "soon"; write a time/],
  ["routers that are no list", HOST, ["[dhcp]", 'routers = "x"'], /dhcp\.routers in \S+ is "x"; it must be a list/],
  ["rules that are no list", HOST, ["[dhcp]", 'boot = "x"'], /begin each entry with \[\[dhcp\.boot\]\]/],
  ["a rule without a file", HOST, ["[[dhcp.boot]]", "architectures = [7]"], /dhcp\.boot 1 in \S+ needs file/],
  [
    "a fixed address without one",
    HOST,
    ["[[dhcp.fixed]]", 'hardware-address = "1:2"'],
    /dhcp\.fixed 1 in \S+ needs address/,
  ],
  [
    "a host name that is no text",
    HOST,
    ["[[dhcp.fixed]]", 'hardware-address = "1:2"', 'address = "192.0.2.9"', "host-name = 5"],
    /dhcp\.fixed 1\.host-name in \S+ is 5; it must be a string/,
  ],
  ["an unknown condition", HOST, ["[[dhcp.boot]]", "arch = 7"], /unknown setting "arch" of dhcp\.boot 1/],
];

for (const [title, words, lines, message] of CASES) {
  test(`usage error: ${title}`, async (t) => {
    assert.match(await failure(t, words, lines), message);
  });
}

test("DHCP cannot start on loopback", { skip: NEEDS_LINUX }, async (t) => {
  const stderr = await failure(t, ["--host", "127.0.0.1", "--dhcp", RANGE]);
  assert.match(stderr, /DHCP cannot start: host is 127\.0\.0\.1, which no other machine reaches/);
});
