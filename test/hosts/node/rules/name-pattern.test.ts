/** Patterns and templates: which names a rule matches, and the names that it makes of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "lockstep-tftp/simulated";
import { seedOr } from "../../../support/seed.js";
import { mapName } from "./mapped-names.js";

describe("match", () => {
  const CASES: readonly (readonly [match: string, to: string, name: string, expected: string])[] = [
    ["a.cfg", "x", "a.cfg", "x"],
    ["constructor", "x", "constructor", "x"],
    ["a.cfg", "x", "b.cfg", "b.cfg"],
    ["a.cfg", "x", "a.cfg2", "a.cfg2"],
    ["A.cfg", "x", "a.CFG", "x"],
    ["a.cfg", "x", "aXcfg", "aXcfg"],
    ["*.cfg", "x/{1}", "router.cfg", "x/router"],
    ["*.cfg", "x/{1}", "dir/router.cfg", "dir/router.cfg"],
    ["**.cfg", "x/{1}", "dir/router.cfg", "x/dir/router"],
    ["tftpboot/**", "{1}", "tftpboot/a/b", "a/b"],
    ["**", "new/{name}", "a/b", "new/a/b"],
    ["?b", "{1}", "ab", "a"],
    ["?b", "{1}", "/b", "/b"],
    ["*-*", "{2}.{1}", "a-b-c", "c.a-b"],
    ["*", "{1}{1}", "ab", "abab"],
    ["pxelinux.cfg/01-{mac}", "pxe/{mac}", "pxelinux.cfg/01-AA-bb-cc-dd-ee-ff", "pxe/aa-bb-cc-dd-ee-ff"],
    ["SEP{mac}.cnf.xml", "{mac}.xml", "SEP001122AABBCC.cnf.xml", "00-11-22-aa-bb-cc.xml"],
    ["{mac}", "{mac}", "0011.22aa.bbcc", "00-11-22-aa-bb-cc"],
    ["{mac}", "{mac}", "00:11:22:aa:bb:cc", "00-11-22-aa-bb-cc"],
    ["{mac}", "{mac}", "00:11:22-aa-bb-cc", "00:11:22-aa-bb-cc"],
    ["SEP{mac}.cnf.xml", "x", "SEP001122AABBC.cnf.xml", "SEP001122AABBC.cnf.xml"],
    ["gerät.key", "x", "GERÄT.\u212aEY", "x"],
    ["s", "x", "\u017f", "x"],
    ["σ", "x", "ς", "x"],
    ["ss", "x", "ß", "ß"],
    // In lower case, the letter İ has two characters; the characters after it must keep their positions.
    ["*x*", "{2}", "İİx漢字", "漢字"],
  ];
  for (const [match, to, name, expected] of CASES) {
    test(`match = "${match}", to = "${to}" maps ${name} to ${expected}`, () => {
      assert.equal(mapName({ match, to }, name), expected);
    });
  }

  test("random patterns match the same texts as regular expressions", () => {
    const seed = seedOr(2132);
    const random = new SeededRandom(seed);
    const WILDCARDS: Record<string, string> = { "?": "([^/])", "*": "([^/]*)", "**": "(.*)" };
    const pick = (pieces: readonly string[], count: number) =>
      Array.from({ length: random.below(count) }, () => pieces[random.below(pieces.length)] as string);
    let matches = 0;
    for (let round = 0; round < 6000; round++) {
      const pieces = pick(["?", "*", "**", "a", "b", "/", "ab"], 8).filter(
        (piece, index, all) => !(piece.startsWith("*") && all[index - 1]?.startsWith("*")),
      );
      const name = pick(["a", "b", "c", "/", "ab", "B"], 12).join("");
      const expression = new RegExp(`^${pieces.map((piece) => WILDCARDS[piece] ?? piece).join("")}$`, "i");
      const found = expression.exec(name);
      const wildcards = found?.slice(1) ?? [];
      const rule = { match: pieces.join(""), to: `x${wildcards.map((_, index) => `-{${index + 1}}`).join("")}` };
      const expected = found === null ? name : ["x", ...wildcards].join("-");
      const clean = expected.replaceAll(/\/+/g, "/").replace(/^\/|\/$/g, "");
      matches += found === null ? 0 : 1;
      assert.equal(
        mapName(rule, name)
          .replaceAll(/\/+/g, "/")
          .replace(/^\/|\/$/g, ""),
        clean,
        `seed ${seed}: ${rule.match}`,
      );
    }
    assert.ok(matches > 500, `${matches} matches`);
  });

  test("a match ends in time for every name; backtracking would take years", () => {
    const match = `${"**a".repeat(7)}**b`;
    assert.equal(mapName({ match, to: "x" }, "a".repeat(500)), "a".repeat(500));
    assert.equal(mapName({ match, to: "x" }, `${"a".repeat(499)}b`), "x");
  });
});
