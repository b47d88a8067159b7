/** Rules that give clients other files than they ask for: selection, order, checks, and error messages. */
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
  type TftpServerOptions,
} from "lockstep-tftp";
import { ERROR_ACCESS_VIOLATION, ERROR_FILE_NOT_FOUND } from "lockstep-tftp/engine";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CLIENT, mapName, namesFor } from "./mapped-names.js";

describe("the properties of a rule", () => {
  test("from selects clients by networks and single addresses", () => {
    const rule = { from: ["10.0.0.0/8", "fd00::/8"], to: "x" };
    assert.equal(mapName(rule, "a", "10.1.2.3"), "x");
    assert.equal(mapName(rule, "a", "11.1.2.3"), "a");
    assert.equal(mapName(rule, "a", "fd00::1%eth0"), "x");
    assert.equal(mapName({ from: "10.1.2.3", to: "x" }, "a", "10.1.2.3"), "x");
  });

  test("direction selects downloads or uploads", () => {
    assert.equal(mapName({ direction: "put", to: "in/{name}" }, "a", CLIENT, true), "in/a");
    assert.equal(mapName({ direction: "put", to: "in/{name}" }, "a", CLIENT, false), "a");
    assert.equal(mapName({ direction: "get", to: "out/{name}" }, "a", CLIENT, true), "a");
  });

  test("{address} makes a name that every file system accepts", () => {
    assert.equal(mapName({ to: "{address}/{name}" }, "a"), "192.0.2.7/a");
    assert.equal(mapName({ to: "{address}/{name}" }, "a", "fe80::1%eth0"), "fe80--1/a");
  });

  test("a table finds a machine by the MAC address in the name, then by its address, and applies to no other", () => {
    const table = { "AA:BB:CC:DD:EE:FF": "lobby.cfg", "192.0.2.7": "{address}.cfg", "2001:db8::0:1": "six.cfg" };
    const rule = { match: "cfg/01-{mac}", table };
    assert.equal(mapName(rule, "cfg/01-aa-bb-cc-dd-ee-ff"), "lobby.cfg");
    assert.equal(mapName(rule, "cfg/01-aa-bb-cc-dd-ee-00"), "192.0.2.7.cfg");
    assert.equal(mapName(rule, "cfg/01-aa-bb-cc-dd-ee-00", "192.0.2.8"), "cfg/01-aa-bb-cc-dd-ee-00");
    assert.equal(mapName(rule, "cfg/01-aa-bb-cc-dd-ee-00", "2001:db8::1"), "six.cfg");
  });

  test("case converts the name to lower or upper case", () => {
    assert.equal(mapName({ case: "lower" }, "Boot/BCD"), "boot/bcd");
    assert.equal(mapName({ match: "cfg/**", to: "{1}", case: "upper" }, "cfg/aBc"), "ABC");
  });
});

describe("several rules", () => {
  test("each rule that applies gives a name to look up, in the order of the rules", () => {
    const rules = [
      { match: "*.cfg", to: "{address}/{name}" },
      { match: "*.bin", to: "no" },
      { match: "*.cfg", to: "common/{name}" },
    ];
    assert.deepEqual(namesFor(rules, "a.cfg"), ["192.0.2.7/a.cfg", "common/a.cfg"]);
    assert.deepEqual(namesFor(rules, "a.txt"), ["a.txt"]);
  });

  test("once a refuse rule matches, no further rule is tried", () => {
    const rules = [{ match: "a*", to: "x" }, { match: "*b", refuse: true }, { to: "y" }];
    assert.deepEqual(namesFor(rules, "ab"), ["x", undefined]);
  });

  test("a refusal holds for the names that later rules make, and for no name of an earlier rule", () => {
    const secret = { match: "secret/**", refuse: true };
    const stripped = { match: "boot/**", to: "{1}" };
    assert.deepEqual(namesFor([secret, stripped], "boot/secret/a"), [undefined]);
    assert.deepEqual(namesFor([secret, stripped], "boot/secret/a", CLIENT, true), [undefined]);
    assert.deepEqual(namesFor([secret, stripped], "boot/open/a"), ["open/a"]);
    assert.deepEqual(namesFor([stripped, secret], "boot/secret/a"), ["secret/a"]);
    assert.deepEqual(namesFor([{ match: "a", to: "a" }, { refuse: true }], "a"), ["a", undefined]);
    assert.deepEqual(namesFor([{ ...secret, direction: "put" }, stripped], "boot/secret/a"), ["secret/a"]);
    assert.deepEqual(namesFor([{ ...secret, from: "10.0.0.1" }, stripped], "boot/secret/a"), ["secret/a"]);
    const lower = { match: "boot/**", case: "lower" } as const;
    const upper = { match: "boot/**", case: "upper" } as const;
    assert.deepEqual(namesFor([{ match: "boot/key", refuse: true }, lower], "BOOT/\u212aEY"), [undefined]);
    assert.deepEqual(namesFor([{ match: "**/S", refuse: true }, upper], "boot/\u017f"), [undefined]);
  });

  test("at most eight names are looked up", () => {
    const rules = Array.from({ length: 20 }, (_, index) => ({ to: `${index}` }));
    assert.deepEqual(namesFor(rules, "a"), ["0", "1", "2", "3", "4", "5", "6", "7"]);
  });
});

describe("names made by rules pass the checks of names from the wire", () => {
  const CASES: readonly (readonly [rule: NameRule, name: string])[] = [
    [{ match: "*-*", to: "{1}{2}/passwd" }, ".-."],
    [{ match: "*-*", to: "a/{1}{2}" }, ".-."],
    [{ match: "*", to: "{1}{1}" }, "a".repeat(300)],
  ];
  for (const [rule, name] of CASES) {
    test(`the name that ${JSON.stringify(rule)} makes of ${name.slice(0, 20)} is refused`, () => {
      assert.equal(mapName(rule, name), "refused");
      const storage: Storage = {
        openForReading: (asked) => assert.fail(`the storage was asked for ${asked}`),
        openForWriting: (asked) => assert.fail(`the storage was asked for ${asked}`),
      };
      const ruled = new RuleStorage(storage, new NameRules([rule]));
      assert.equal(ruled.openForReading(name, CLIENT), FORBIDDEN);
      assert.equal(ruled.openForWriting(name, -1, CLIENT), FORBIDDEN);
    });
  }

  test("superfluous slashes are removed from a name made by a rule", () => {
    assert.equal(mapName({ match: "*/*", to: "/x//{1}/./{2}" }, "a/b"), "x/a/b");
  });
});

describe("an error message names the rule and its mistake", () => {
  const MISTAKES: readonly (readonly [rule: unknown, message: RegExp])[] = [
    [{}, /it has no effect; add to, table, template, case, refuse, makeFolders or keep/],
    [{ keep: 0 }, /keep is 0; it must be a whole number from 1 to 1000/],
    [{ keep: "5" }, /keep is "5"; it must be a whole number/],
    [{ keep: 1001 }, /keep is 1001; it must be a whole number/],
    [{ keep: 5, direction: "get" }, /keep is for uploads; leave out refuse, and direction = "get"/],
    [{ makeFolders: "yes" }, /makeFolders is "yes"; it must be true or false/],
    [{ makeFolders: true, direction: "get" }, /makeFolders is for uploads; leave out refuse, and direction = "get"/],
    [{ makeFolders: true, refuse: true }, /makeFolders is for uploads/],
    [{ "make-folders": true }, /unknown key "make-folders"; did you mean makeFolders\?/],
    ["a", /"a" is not a rule; write for example/],
    [{ mach: "a", to: "x" }, /unknown key "mach"; did you mean match\?/],
    [{ to: "../x" }, /"\.\.\/x" is not a valid file name/],
    [{ to: "" }, /"" is not a valid file name/],
    [{ to: 5 }, /to is 5; it must be a string/],
    [{ to: "{1}", match: "a" }, /\{1\} needs at least 1 wildcard in match, which has 0/],
    [{ to: "{mac}", match: "*" }, /\{mac\} needs a \{mac\} in match/],
    [{ to: "{ip}" }, /unknown placeholder \{ip\}; expected/],
    [{ match: "{ip}", to: "x" }, /unknown wildcard \{ip\}; expected/],
    [{ match: "*a*a*a*a*a*a*a*a*", to: "x" }, /has more than 8 wildcards/],
    [{ from: "10.0.0.0/33", to: "x" }, /"10\.0\.0\.0\/33" is not a network/],
    [{ from: [], to: "x" }, /from is \[\]; it must be a network/],
    [{ direction: "up", to: "x" }, /direction is "up"; it must be one of: get, put/],
    [{ case: "Lower" }, /case is "Lower"; it must be one of: lower, upper/],
    [{ refuse: "yes" }, /refuse is "yes"; it must be true or false/],
    [{ table: { lobby: "x" } }, /"lobby" in the table is neither a MAC address nor an IP address/],
    [{ table: { "10.0.0.1": 7 } }, /10\.0\.0\.1 in the table is 7; it must be a string/],
    [{ table: { aabbccddeeff: "x" } }, /the table has the MAC address aabbccddeeff; add \{mac\} to match/],
    [{ table: { "::1": "x", "0:0::1": "y" } }, /the table has 0:0::1 twice/],
    [{ table: { "::1": "x" }, to: "y" }, /a table names the files itself; leave out to and refuse/],
  ];
  for (const [rule, message] of MISTAKES) {
    test(`a mistake is named in the rule ${JSON.stringify(rule)}`, () => {
      const rules = [{ to: "fine" }, rule] as NameRule[];
      assert.throws(() => new NameRules(rules), message);
      assert.throws(() => new NameRules(rules), /^\w+: rule 2: /);
    });
  }

  test("more than 256 rules are refused", () => {
    const rules = Array.from({ length: 257 }, () => ({ to: "x" }));
    assert.throws(() => new NameRules(rules), /there are 257 rules, and at most 256 are allowed; use tables/);
  });
});

describe("a server with rules", () => {
  test("a server looks up the file of the machine, then the file of all machines", async (t) => {
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

  test("an upload goes where the first rule says", async (t) => {
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

  test("with ignoreCase no spelling of a refused name leads to the file, its checksum or a replacement", async (t) => {
    const root = temporaryFolder(t);
    writeFileSync(path.join(root, "my.key"), "secret");
    writeFileSync(path.join(root, "gerät.cfg"), "secret");
    writeFileSync(path.join(root, "gr\u00fcn.txt"), "open");
    const rules: NameRule[] = ["**.key", "gerät.cfg"].map((match) => ({ match, refuse: true }));
    const { port } = await serving(t, { root, write: "overwrite", ignoreCase: true, checksums: true, rules });
    for (const name of ["my.key", "MY.KEY", "my.\u212aey", "GERÄT.cfg", "gera\u0308t.cfg"]) {
      for (const refused of [name, `${name}.sha256`]) {
        await assert.rejects(fetchFile(refused, { port }), { errorCode: ERROR_ACCESS_VIOLATION }, refused);
      }
      await assert.rejects(putFile(name, Buffer.from("bad"), { port }), { errorCode: ERROR_ACCESS_VIOLATION }, name);
    }
    assert.equal((await fetchFile("GRÜN.TXT", { port })).content.toString(), "open");
  });

  test("a server whose storage has no folders refuses a rule that makes some", () => {
    const storage: Storage = { openForReading: () => FORBIDDEN, openForWriting: () => FORBIDDEN };
    assert.throws(() => new TftpServer({ storage, rules: [{ makeFolders: true }] }), /need a folder: serve a root/);
    assert.throws(() => new TftpServer({ storage, rules: [{ keep: 5 }] }), /need a folder: serve a root/);
  });

  test("a server with an invalid rule cannot be constructed", (t) => {
    const root = temporaryFolder(t);
    const kept: TftpServerOptions = { root, write: "new", rules: [{ keep: 5 }] };
    assert.throws(() => new TftpServer(kept), /A rule has keep, but no upload replaces a file; allow overwriting/);
    assert.throws(() => new TftpServer({ root, rules: [{}] }), /rule 1: it has no effect/);
  });
});
