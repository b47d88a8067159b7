/** Rules that give a client another file than the one it asks for: what they find, what they refuse, what they cost. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import {
  FORBIDDEN,
  type NameRule,
  NameRules,
  type RenamedRequest,
  RuleStorage,
  type Storage,
  TftpServer,
} from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { SeededRandom } from "lockstep-tftp/simulated";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seedOr } from "../../../support/seed.js";
import { serving } from "../../../support/serving.js";
import { hiddenFiles, temporaryFolder } from "../../../support/temporary-folder.js";
import { temporaryName } from "../../../support/temporary-name.js";

const CLIENT = "192.0.2.7";

function names(rules: readonly NameRule[], name: string, address = CLIENT, isUpload = false) {
  return new NameRules(rules).namesFor(name, address, isUpload);
}

/** The one name that one rule makes, or "refused"; the name itself where the rule does not fit. */
function made(rule: NameRule, name: string, address = CLIENT, isUpload = false): string {
  const [found, ...more] = names([rule], name, address, isUpload);
  assert.deepEqual(more, []);
  return found ?? "refused";
}

describe("match", () => {
  const CASES: readonly (readonly [match: string, to: string, name: string, made: string])[] = [
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
    // The letter I with a dot becomes two characters when it is made small; what is behind it must stay in its place.
    ["*x*", "{2}", "İİx漢字", "漢字"],
  ];
  for (const [match, to, name, expected] of CASES) {
    test(`${match} makes ${expected} of ${name}`, () => {
      assert.equal(made({ match, to }, name), expected);
    });
  }

  test("finds what a regular expression finds", () => {
    const seed = seedOr(2132);
    const random = new SeededRandom(seed);
    const WILDCARDS: Record<string, string> = { "?": "([^/])", "*": "([^/]*)", "**": "(.*)" };
    const pick = (pieces: readonly string[], count: number) =>
      Array.from({ length: random.below(count) }, () => pieces[random.below(pieces.length)] as string);
    let matches = 0;
    for (let round = 0; round < 5000; round++) {
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
        made(rule, name)
          .replaceAll(/\/+/g, "/")
          .replace(/^\/|\/$/g, ""),
        clean,
        `seed ${seed}: ${rule.match}`,
      );
    }
    assert.ok(matches > 500, `${matches} matches`);
  });

  test("ends in time, whatever the name is: backtracking would take years", () => {
    const match = `${"**a".repeat(7)}**b`;
    assert.equal(made({ match, to: "x" }, "a".repeat(500)), "a".repeat(500));
    assert.equal(made({ match, to: "x" }, `${"a".repeat(499)}b`), "x");
  });
});

describe("who asks, and for what", () => {
  test("from: networks and single addresses", () => {
    const rule = { from: ["10.0.0.0/8", "fd00::/8"], to: "x" };
    assert.equal(made(rule, "a", "10.1.2.3"), "x");
    assert.equal(made(rule, "a", "11.1.2.3"), "a");
    assert.equal(made(rule, "a", "fd00::1%eth0"), "x");
    assert.equal(made({ from: "10.1.2.3", to: "x" }, "a", "10.1.2.3"), "x");
  });

  test("direction", () => {
    assert.equal(made({ direction: "put", to: "in/{name}" }, "a", CLIENT, true), "in/a");
    assert.equal(made({ direction: "put", to: "in/{name}" }, "a", CLIENT, false), "a");
    assert.equal(made({ direction: "get", to: "out/{name}" }, "a", CLIENT, true), "a");
  });

  test("{address} is a name on every file system", () => {
    assert.equal(made({ to: "{address}/{name}" }, "a"), "192.0.2.7/a");
    assert.equal(made({ to: "{address}/{name}" }, "a", "fe80::1%eth0"), "fe80--1/a");
  });

  test("a table of machines: by the MAC address in the name, then by the client's address, else not at all", () => {
    const table = { "AA:BB:CC:DD:EE:FF": "lobby.cfg", "192.0.2.7": "{address}.cfg", "2001:db8::0:1": "six.cfg" };
    const rule = { match: "cfg/01-{mac}", table };
    assert.equal(made(rule, "cfg/01-aa-bb-cc-dd-ee-ff"), "lobby.cfg");
    assert.equal(made(rule, "cfg/01-aa-bb-cc-dd-ee-00"), "192.0.2.7.cfg");
    assert.equal(made(rule, "cfg/01-aa-bb-cc-dd-ee-00", "192.0.2.8"), "cfg/01-aa-bb-cc-dd-ee-00");
    assert.equal(made(rule, "cfg/01-aa-bb-cc-dd-ee-00", "2001:db8::1"), "six.cfg");
  });

  test("case", () => {
    assert.equal(made({ case: "lower" }, "Boot/BCD"), "boot/bcd");
    assert.equal(made({ match: "cfg/**", to: "{1}", case: "upper" }, "cfg/aBc"), "ABC");
  });
});

describe("several rules", () => {
  test("each that fits gives a name to look for, in their order", () => {
    const rules = [
      { match: "*.cfg", to: "{address}/{name}" },
      { match: "*.bin", to: "no" },
      { match: "*.cfg", to: "common/{name}" },
    ];
    assert.deepEqual(names(rules, "a.cfg"), ["192.0.2.7/a.cfg", "common/a.cfg"]);
    assert.deepEqual(names(rules, "a.txt"), ["a.txt"]);
  });

  test("nothing is looked for behind a refusal", () => {
    const rules = [{ match: "a*", to: "x" }, { match: "*b", refuse: true }, { to: "y" }];
    assert.deepEqual(names(rules, "ab"), ["x", undefined]);
  });

  test("no more than eight names are looked for", () => {
    const rules = Array.from({ length: 20 }, (_, index) => ({ to: `${index}` }));
    assert.deepEqual(names(rules, "a"), ["0", "1", "2", "3", "4", "5", "6", "7"]);
  });
});

describe("a name that a rule makes goes through the checks of names from the wire", () => {
  const CASES: readonly (readonly [rule: NameRule, name: string])[] = [
    [{ match: "*-*", to: "{1}{2}/passwd" }, ".-."],
    [{ match: "*-*", to: "a/{1}{2}" }, "n-ul"],
    [{ match: "*", to: "{1}{1}" }, "a".repeat(300)],
    [{ match: "*.CO", to: "{1}n", case: "lower" }, "CO.CO"],
  ];
  for (const [rule, name] of CASES) {
    test(`${JSON.stringify(rule)} refuses ${name.slice(0, 20)}`, () => {
      assert.equal(made(rule, name), "refused");
      const storage: Storage = {
        openForReading: (asked) => assert.fail(`the storage was asked for ${asked}`),
        openForWriting: (asked) => assert.fail(`the storage was asked for ${asked}`),
      };
      const ruled = new RuleStorage(storage, new NameRules([rule]));
      assert.equal(ruled.openForReading(name, CLIENT), FORBIDDEN);
      assert.equal(ruled.openForWriting(name, -1, CLIENT), FORBIDDEN);
    });
  }

  test("superfluous slashes go, as they do in names from the wire", () => {
    assert.equal(made({ match: "*/*", to: "/x//{1}/./{2}" }, "a/b"), "x/a/b");
  });
});

describe("a mistake in a rule is named, with the rule's number", () => {
  const MISTAKES: readonly (readonly [rule: unknown, message: RegExp])[] = [
    [{}, /it does nothing; it needs one of to, table, case and refuse/],
    ["a", /"a" is no rule; write for example/],
    [{ mach: "a", to: "x" }, /"mach" is no part of a rule; did you mean match\?/],
    [{ to: "../x" }, /"\.\.\/x" can be no file's name/],
    [{ to: "" }, /"" can be no file's name/],
    [{ to: 5 }, /to is 5; it must be a text/],
    [{ to: "{1}", match: "a" }, /\{1\} needs 1 wildcards in match, and there are 0/],
    [{ to: "{mac}", match: "*" }, /\{mac\} needs a \{mac\} in match/],
    [{ to: "{ip}" }, /\{ip\} stands for nothing; there are/],
    [{ match: "{ip}", to: "x" }, /\{ip\} is no wildcard; there are/],
    [{ match: "*a*a*a*a*a*a*a*a*", to: "x" }, /has more than 8 wildcards/],
    [{ from: "10.0.0.0/33", to: "x" }, /"10\.0\.0\.0\/33" is not a network/],
    [{ from: [], to: "x" }, /from is \[\]; it must be a network/],
    [{ direction: "up", to: "x" }, /direction is "up"; it must be one of: get, put/],
    [{ case: "Lower" }, /case is "Lower"; it must be one of: lower, upper/],
    [{ refuse: "yes" }, /refuse is "yes"; it must be true or false/],
    [{ table: { lobby: "x" } }, /"lobby" in the table is neither a MAC address nor an address/],
    [{ table: { "10.0.0.1": 7 } }, /10\.0\.0\.1 in the table is 7; it must be a text/],
    [{ table: { aabbccddeeff: "x" } }, /the table has the MAC address aabbccddeeff; match needs a \{mac\}/],
    [{ table: { "::1": "x", "0:0::1": "y" } }, /the table has 0:0::1 twice/],
    [{ table: { "::1": "x" }, to: "y" }, /a table says itself which file it is/],
  ];
  for (const [rule, message] of MISTAKES) {
    test(JSON.stringify(rule), () => {
      const rules = [{ to: "fine" }, rule] as NameRule[];
      assert.throws(() => new NameRules(rules), message);
      assert.throws(() => new NameRules(rules), /^\w+: rule 2: /);
    });
  }

  test("too many rules", () => {
    const rules = Array.from({ length: 257 }, () => ({ to: "x" }));
    assert.throws(() => new NameRules(rules), /There are 257 rules, and 256 at the most/);
  });
});

describe("a server with rules", () => {
  test("looks for a file of the machine's own, then for one of all machines", async (t) => {
    const root = temporaryFolder(t);
    mkdirSync(path.join(root, "127.0.0.1"));
    writeFileSync(path.join(root, "127.0.0.1/own.cfg"), "own");
    writeFileSync(path.join(root, "common.cfg"), "common");
    const rules: NameRule[] = [
      { match: "*.cfg", to: "{address}/{name}" },
      { match: "*.cfg", to: "common.cfg" },
    ];
    const { server, port } = await serving(t, { root, rules });
    const renamed: RenamedRequest[] = [];
    server.on("renamed", (request) => renamed.push(request));
    assert.equal((await fetchFile("own.cfg", { port })).content.toString(), "own");
    assert.equal((await fetchFile("other.cfg", { port })).content.toString(), "common");
    assert.deepEqual(
      renamed.map(({ name, foundName, address, isUpload }) => [name, foundName, address, isUpload]),
      [
        ["own.cfg", "127.0.0.1/own.cfg", "127.0.0.1", false],
        ["other.cfg", "common.cfg", "127.0.0.1", false],
      ],
    );
    await assert.rejects(fetchFile("none.txt", { port }), { errorCode: ERROR_FILE_NOT_FOUND });
  });

  test("puts uploads where the first rule says", async (t) => {
    const root = temporaryFolder(t);
    mkdirSync(path.join(root, "127.0.0.1"));
    const rules: NameRule[] = [
      { match: "*.key", refuse: true },
      { direction: "put", to: "{address}/{name}" },
    ];
    const { port } = await serving(t, { root, write: "new", rules });
    await putFile("backup", Buffer.from("content"), { port });
    assert.equal(readFileSync(path.join(root, "127.0.0.1/backup"), "utf8"), "content");
    await assert.rejects(putFile("my.key", Buffer.from("secret"), { port }), { errorCode: ERROR_ACCESS_VIOLATION });
  });

  test("is not made when a rule is wrong", (t) => {
    const root = temporaryFolder(t);
    assert.throws(() => new TftpServer({ root, rules: [{}] }), /rule 1: it does nothing/);
  });
});

describe("what is served is replaced while the server runs", () => {
  test("a transfer goes on with the file that it has begun, the next one gets the new", async (t) => {
    const [before, after] = [temporaryFolder(t), temporaryFolder(t)];
    const contents = { before: Buffer.alloc(2000, "before "), after: Buffer.alloc(2000, "after ") };
    writeFileSync(path.join(before, "file"), contents.before);
    writeFileSync(path.join(after, "FILE"), contents.after);
    const { server, port } = await serving(t, { root: before });
    const step = async (blocks: number): Promise<void> => {
      if (blocks === 2) {
        await server.reconfigure({ root: after, rules: [{ case: "upper" }] });
      }
    };
    assert.deepEqual((await fetchFile("file", { port, step })).content, contents.before);
    assert.deepEqual((await fetchFile("file", { port })).content, contents.after);
  });

  test("what is left out has its default again", async (t) => {
    const root = temporaryFolder(t);
    const { server, port } = await serving(t, { root, write: "new", rules: [{ to: "other" }] });
    await putFile("a", Buffer.from("content"), { port });
    await server.reconfigure({ root });
    await assert.rejects(putFile("b", Buffer.from("content"), { port }), { errorCode: ERROR_ACCESS_VIOLATION });
    assert.equal((await fetchFile("other", { port })).content.toString(), "content");
  });

  test("networks that are no longer allowed get no answer", async (t) => {
    const root = temporaryFolder(t);
    writeFileSync(path.join(root, "file"), "content");
    const { server, port } = await serving(t, { root, allow: ["127.0.0.1"] });
    await fetchFile("file", { port });
    await server.reconfigure({ root, allow: ["192.0.2.0/24"] });
    const client = new AbortController();
    const download = fetchFile("file", { port, signal: client.signal });
    await server.reconfigure({ root, allow: ["192.0.2.0/24"] });
    const other = fetchFile("file", { port, localAddress: "127.0.0.2", signal: client.signal });
    await server.reconfigure({ root, allow: ["127.0.0.2"] });
    assert.equal((await other).content.toString(), "content");
    client.abort(new Error("nothing came"));
    await assert.rejects(download, { message: "nothing came" });
  });

  test("what an earlier run has left in the new folder is removed, if uploads are allowed there", async (t) => {
    const root = temporaryFolder(t);
    // No process has such a high number.
    writeFileSync(path.join(root, temporaryName(999_999_999)), "litter");
    const { server } = await serving(t, { root: temporaryFolder(t) });
    await server.reconfigure({ root });
    assert.equal(hiddenFiles(root).length, 1);
    await server.reconfigure({ root, write: "new" });
    assert.deepEqual(hiddenFiles(root), []);
  });

  test("of several at the same time the last one counts, however long the others take", async (t) => {
    const [slow, last] = [temporaryFolder(t), temporaryFolder(t)];
    writeFileSync(path.join(slow, "file"), "slow");
    writeFileSync(path.join(last, "file"), "last");
    const { server, port } = await serving(t, { root: temporaryFolder(t) });
    // Only where uploads are allowed is the folder looked through first.
    await Promise.all([server.reconfigure({ root: slow, write: "new" }), server.reconfigure({ root: last })]);
    assert.equal((await fetchFile("file", { port })).content.toString(), "last");
    await server.reconfigure({ root: slow });
    assert.equal((await fetchFile("file", { port })).content.toString(), "slow");
  });

  test("a mistake changes nothing", async (t) => {
    const root = temporaryFolder(t);
    writeFileSync(path.join(root, "file"), "content");
    const { server, port } = await serving(t, { root });
    await assert.rejects(server.reconfigure({ root: path.join(root, "missing") }), { code: "ENOENT" });
    await assert.rejects(server.reconfigure({ root, rules: [{}] }), /rule 1/);
    await assert.rejects(server.reconfigure({ root, allow: ["nowhere"] }), RangeError);
    await assert.rejects(server.reconfigure({}), TypeError);
    assert.equal((await fetchFile("file", { port })).content.toString(), "content");
  });
});
