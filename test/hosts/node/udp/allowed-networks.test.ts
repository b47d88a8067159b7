/** Networks whose clients are answered, and to which a rule applies. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NameRules } from "lockstep-tftp";
import { FILE, FIRST_BLOCK, goesOn } from "../../../conformance/sockets/two-blocks.js";
import { ServedFolder } from "../../../support/served-folder.js";

describe("a network of a rule means clients of its own family", () => {
  for (const [from, address, isIncluded] of [
    [["::/0"], "127.0.0.1", false],
    [["::/0"], "::1", true],
    [["::/1"], "10.0.0.1", false],
    [["::ffff:0:0/96"], "10.0.0.1", false],
    [["10.0.0.0/8", "::/0"], "192.0.2.1", false],
    [["10.0.0.0/8", "::/0"], "10.1.2.3", true],
    [["10.0.0.0/8", "::/0"], "2001:db8::1", true],
    [["0.0.0.0/0"], "192.0.2.1", true],
    [["0.0.0.0/0"], "::1", false],
    [["fe80::/10"], "fe80::1%eth0", true],
  ] as const) {
    test(`${from.join(" and ")} ${isIncluded ? "includes" : "excludes"} ${address}`, () => {
      const names = new NameRules([{ from: [...from], to: "mapped" }]).namesFor("name", address, false);
      assert.equal(names.includes("mapped"), isIncluded);
    });
  }
});

test("a server for all of IPv6 and one network of IPv4 is silent towards the rest of IPv4", async () => {
  await using folder = await ServedFolder.open({ file: FILE }, { allow: ["127.0.0.2", "::/0"] });
  await using outside = await folder.peer();
  await using inside = await folder.peer({ address: "127.0.0.2" });
  await outside.read("file");
  await inside.read("file");
  await inside.expectData(1, FIRST_BLOCK);
  await outside.expectSilence();
  await goesOn(inside);
});
