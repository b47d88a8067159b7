/** Texts that rules fill for each machine: what they contain, block by block, and the mistakes that are named. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import {
  DirectoryStorage,
  type NameRule,
  NameRules,
  NOT_FOUND,
  type ReadableFile,
  RuleStorage,
  TftpServer,
} from "lockstep-tftp";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CLIENT = "192.0.2.7";
const MAC = "aa-bb-cc-dd-ee-ff";

interface Files {
  readonly template: string | Uint8Array;
  readonly table?: string | Uint8Array;
  readonly rule?: NameRule;
}

/** A rule with its files, which lie in a folder of their own. */
function ruleWith(t: TestContext, { template, table, rule }: Files): NameRule {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "t.txt"), template);
  if (table !== undefined) {
    writeFileSync(path.join(folder, "t.csv"), table);
  }
  return {
    match: "cfg/{mac}",
    template: path.join(folder, "t.txt"),
    ...(table === undefined ? {} : { table: path.join(folder, "t.csv") }),
    ...rule,
  };
}

/** The text for a name, read in blocks of this size; undefined if the rule does not apply. */
function textOf(t: TestContext, files: Files, name = `cfg/${MAC}`, address = CLIENT, block = 512): string | undefined {
  const storage = new RuleStorage(new DirectoryStorage(temporaryFolder(t)), new NameRules([ruleWith(t, files)]));
  const file = storage.openForReading(name, address);
  if (typeof file === "number") {
    assert.equal(file, NOT_FOUND);
    return undefined;
  }
  return readIn(file, block);
}

/** Reads the blocks from the last to the first, as they may be read again. */
function readIn(file: ReadableFile, block: number): string {
  const blocks: Buffer[] = [];
  const last = Math.floor(file.sizeBytes / block);
  for (let number = last; number >= 0; number--) {
    const target = new Uint8Array(block).fill(0xee);
    const length = file.read(target, number * block);
    assert.equal(length, number < last ? block : file.sizeBytes % block);
    assert.ok(target.subarray(length).every((byte) => byte === 0xee));
    blocks.unshift(Buffer.from(target.subarray(0, length)));
  }
  return Buffer.concat(blocks).toString();
}

describe("a text from a template", () => {
  const TABLE = "mac,ext,label\naa:bb:cc:dd:ee:ff,7,ä {ext}\n11:22:33:44:55:66,8,\n";
  const TEMPLATE = "<{mac}|{address}|{name}>{ext}{label}{ext}{{mac}{ }{}}{{{";
  const TEXT = `<${MAC}|${CLIENT}|cfg/${MAC}>7ä {ext}7{mac}{ }{}}{{`;

  test("placeholders are filled in once, and other braces stay", (t) => {
    assert.equal(textOf(t, { template: TEMPLATE, table: TABLE }), TEXT);
  });

  test("blocks of any size join to the same text", (t) => {
    for (let size = 1; size < 80; size++) {
      assert.equal(textOf(t, { template: TEMPLATE, table: TABLE }, `cfg/${MAC}`, CLIENT, size), TEXT, String(size));
    }
  });

  test("an empty field is an empty text, and a machine that the table lacks gets none", (t) => {
    assert.equal(textOf(t, { template: "{label}", table: TABLE }, "cfg/112233445566"), "");
    assert.equal(textOf(t, { template: "{label}", table: TABLE }, "cfg/112233445567"), undefined);
  });

  test("a table by address finds clients however their addresses are written, and needs no {mac}", (t) => {
    const files = {
      template: "{address}={n}",
      table: "address,n\n192.0.2.7,1\n2001:DB8::0:1,2\n",
      rule: { match: "x" },
    };
    assert.equal(textOf(t, files, "x"), "192.0.2.7=1");
    assert.equal(textOf(t, files, "x", "2001:db8::1%eth0"), "2001:db8::1=2");
    assert.equal(textOf(t, files, "x", "192.0.2.8"), undefined);
  });

  test("a template needs no table, and keeps bytes that are not UTF-8", (t) => {
    assert.equal(textOf(t, { template: "{mac}\r\n" }), `${MAC}\r\n`);
    const storage = new RuleStorage(
      new DirectoryStorage(temporaryFolder(t)),
      new NameRules([ruleWith(t, { template: Buffer.from("\xfc{address}", "latin1") })]),
    );
    const target = new Uint8Array(20);
    const file = storage.openForReading(`cfg/${MAC}`, CLIENT) as ReadableFile;
    assert.equal(Buffer.from(target.subarray(0, file.read(target, 0))).toString("latin1"), `\xfc${CLIENT}`);
  });

  test("tables of spreadsheets are read: a mark at the beginning, CRLF, quotes, comments and blanks", (t) => {
    const table = `\ufeffmac,a,b\r\n\r\n  # comment, with "quotes\r\n${MAC} , "1, ""2""\r\n3" ,\t4 5 \r\n`;
    assert.equal(textOf(t, { template: "[{a}][{b}]", table }), '[1, "2"\r\n3][4 5]');
  });

  test("the last row needs no line end", (t) => {
    assert.equal(textOf(t, { template: "{a}", table: `mac,a\n${MAC},"x"` }), "x");
  });
});

describe("a server with a template", () => {
  test("a text is sent with its size, in both modes, and uploads of its name are not its", async (t) => {
    const root = temporaryFolder(t);
    const label = "x".repeat(1000);
    const rule = ruleWith(t, { template: "{label}\n{label}", table: `mac,label\n${MAC},${label}\n` });
    const { server, port } = await serving(t, { root, write: "new", checksums: true, rules: [rule, { to: "other" }] });
    const renamed: unknown[] = [];
    server.on("renamed", ({ foundName, rule }) => renamed.push([foundName, rule]));
    const { content, granted } = await fetchFile(`cfg/${MAC}`, { port, options: { tsize: 0, blksize: 100 } });
    assert.equal(content.toString(), `${label}\n${label}`);
    assert.deepEqual(granted, { tsize: 2001, blksize: 100 });
    const netascii = await fetchFile(`cfg/${MAC}`, { port, mode: "netascii" });
    assert.equal(netascii.content.toString(), `${label}\r\n${label}`);
    await assert.rejects(fetchFile(`cfg/${MAC}.sha256`, { port }), { errorCode: 1 });
    await putFile(`cfg/${MAC}`, Buffer.from("put"), { port });
    assert.equal((await fetchFile("cfg/00-00-00-00-00-00", { port })).content.toString(), "put");
    assert.deepEqual(renamed.slice(0, 3), [
      [rule.template, 1],
      [rule.template, 1],
      ["other", 2],
    ]);
  });

  test("a table in the served folder is refused, also through a link", async (t) => {
    const root = temporaryFolder(t);
    mkdirSync(path.join(root, "phones"));
    writeFileSync(path.join(root, "phones/t.csv"), "mac,a\n");
    const rule = ruleWith(t, { template: "x", table: "mac,a\n" });
    const link = path.join(path.dirname(rule.template as string), "link.csv");
    symlinkSync(path.join(root, "phones/t.csv"), link);
    for (const table of [path.join(root, "phones/t.csv"), link]) {
      assert.throws(() => new TftpServer({ root, rules: [{ ...rule, table }] }), /lies in the served folder/);
    }
  });

  test("a drop box refuses a rule with a template", (t) => {
    const options = { root: temporaryFolder(t), write: "new", read: false } as const;
    const rules = [ruleWith(t, { template: "x" })];
    assert.throws(
      () => new TftpServer({ ...options, rules }),
      /A rule has a template, but clients may download nothing/,
    );
  });
});

describe("a mistake in a template or a table is named with its line", () => {
  const ROW = `${MAC},1\n`;
  const MISTAKES: readonly (readonly [files: Files, message: RegExp])[] = [
    [
      { template: "a\n{b}\n{exten}", table: "mac,b\n" },
      /t\.txt, line 3: unknown placeholder \{exten\}; expected \{name\}, .*\{b\}, or/,
    ],
    [{ template: "{label}" }, /t\.txt, line 1: unknown placeholder \{label\}/],
    [{ template: "{date}" }, /unknown placeholder \{date\}/],
    [{ template: "{mac}", rule: { match: "*" } }, /t\.txt has \{mac\}; add \{mac\} to match/],
    [{ template: "x", table: "mac,a\n", rule: { match: "*" } }, /t\.csv has MAC addresses; add \{mac\} to match/],
    [{ template: "{x}".repeat(1001), table: "mac,x\n" }, /t\.txt has more than 1000 placeholders/],
    [{ template: "x", table: "" }, /t\.csv, line 0: the first column is called ""; it must be called mac or address/],
    [{ template: "x", table: "\nmac;a\n" }, /line 2: the first column is called "mac;a"/],
    [{ template: "x", table: "mac,a b\n" }, /line 1: "a b" is no name for a column/],
    [{ template: "x", table: "mac,a,\n" }, /line 1: "" is no name for a column/],
    [{ template: "x", table: "mac,name\n" }, /line 1: the column name is filled in from the request/],
    [{ template: "x", table: "mac,a,a\n" }, /line 1: the column a is there twice/],
    [{ template: "x", table: `mac,a\n${ROW}\n#\n${MAC}\n` }, /line 5: 1 fields instead of 2/],
    [{ template: "x", table: `mac,a\n${MAC},1,2\n` }, /line 2: 3 fields instead of 2/],
    [{ template: "x", table: "mac,a\nlobby,1\n" }, /line 2: "lobby" is not a MAC address/],
    [{ template: "x", table: "address,a\n10.0.0,1\n" }, /line 2: "10\.0\.0" is not an IP address/],
    [{ template: "x", table: `mac,a\n${ROW}AABBCCDDEEFF,2\n` }, /line 3: AABBCCDDEEFF is in the table twice/],
    [{ template: "x", table: `mac,a\n${MAC},"1\n2\n` }, /line 2: a field has no closing quotation mark/],
    [{ template: "x", table: `mac,a\n${MAC},"1\n"2\n` }, /line 2: after a closing quotation mark a comma/],
    [{ template: "x", table: `mac,a\n${MAC},1"2"\n` }, /line 2: a quotation mark within a field/],
    [{ template: "x", table: Buffer.from("mac,a\nx,\xfc\n", "latin1") }, /t\.csv is not in UTF-8; save it/],
    [{ template: "x", rule: { table: { [MAC]: "x" } } }, /the table of a template is a file; write its path/],
    [{ template: "x", rule: { direction: "put" } }, /a template is for downloads; leave out direction = "put"/],
    [{ template: "x", rule: { to: "x", keep: 5 } }, /a template makes the text itself; leave out to, keep/],
    [{ template: "x", rule: { template: "/nowhere/t.txt" } }, /\/nowhere\/t\.txt cannot be read: it does not exist/],
    [{ template: "x", rule: { template: "/" } }, /\/ cannot be read: it is no file/],
    [{ template: "x", rule: { template: 5 as unknown as string } }, /template is 5; it must be a string/],
  ];
  for (const [files, message] of MISTAKES) {
    test(`a mistake is named: ${String(message).slice(0, 60)}`, (t) => {
      assert.throws(() => new NameRules([ruleWith(t, files)]), message);
      assert.throws(() => new NameRules([ruleWith(t, files)]), /^\w+: rule 1: /);
    });
  }

  test("a table without a template is refused", () => {
    assert.throws(() => new NameRules([{ table: "t.csv" }]), /a table in a file is for a template; add template/);
  });

  test("a template or a table of more than a mebibyte is refused", (t) => {
    const rule = ruleWith(t, { template: "x", table: "mac,a\n" });
    for (const file of [rule.template, rule.table] as string[]) {
      truncateSync(file, 2 ** 20 + 1);
      assert.throws(
        () => new NameRules([rule]),
        /cannot be read: it has 1048577 bytes, and at most 1048576 are allowed/,
      );
      truncateSync(file, 0);
    }
  });
});
