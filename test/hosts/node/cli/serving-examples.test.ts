/** The examples of docs/serving.md do what the page says. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { PROJECT } from "../../../support/program.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { CONTENT, Place } from "./configuration-place.js";

describe("the examples of docs/serving.md", () => {
  const page = readFileSync(path.join(PROJECT, "docs/serving.md"), "utf8");
  const [settings = "", rules = "", folders = "", versions = "", template = ""] = [
    ...page.matchAll(/^```toml\n(.*?)^```$/gms),
  ].map(([, example]) => example);

  test("the settings of docs/serving.md are accepted, and give the phone its file", async (t) => {
    const place = new Place(t, [settings]);
    const server = await place.start(t, "--allow", "127.0.0.1");
    mkdirSync(path.join(place.root, "phones"));
    writeFileSync(path.join(place.root, "phones/00-11-22-aa-bb-cc.xml"), CONTENT);
    assert.deepEqual((await fetchFile("SEP001122AABBCC.cnf.xml", { port: server.port })).content, CONTENT);
  });

  test("the rules of docs/serving.md find the files that their comments name", async (t) => {
    const place = new Place(t, ['root = "files"', "write = true", rules]);
    const server = await place.start(t);
    const found: readonly (readonly [asked: string, found: string])[] = [
      ["a.cfg", "127.0.0.1/a.cfg"],
      ["b.cfg", "common/b.cfg"],
      ["pxelinux.cfg/01-00-11-22-AA-BB-CC", "pxe/install.cfg"],
      ["pxelinux.cfg/01-00-11-22-aa-bb-ee", "pxe/disk.cfg"],
      ["\\Boot\\BCD", "boot/bcd"],
      ["/tftpboot/image", "image"],
      ["other", "other"],
    ];
    for (const [, file] of found) {
      mkdirSync(path.dirname(path.join(place.root, file)), { recursive: true });
      writeFileSync(path.join(place.root, file), file);
    }
    for (const [asked, file] of found) {
      assert.equal((await fetchFile(asked, { port: server.port })).content.toString(), file);
    }
    await putFile("switch", CONTENT, { port: server.port });
    assert.deepEqual(readFileSync(path.join(place.root, "backups/127.0.0.1/switch")), CONTENT);
    await assert.rejects(putFile("my.key", CONTENT, { port: server.port }), { errorCode: 2 });
    await assert.rejects(fetchFile("keys/my.KEY", { port: server.port }), { errorCode: 2 });
  });

  test("the rule of docs/serving.md with a template fills it from its table, which is read again with the rules", async (t) => {
    const [xml = "", csv = ""] = [...page.matchAll(/^```(?:xml|csv)\n(.*?)^```$/gms)].map(([, example]) => example);
    const place = new Place(t, [template]);
    const table = path.join(place.folder, "phones/phones.csv");
    mkdirSync(path.dirname(table));
    writeFileSync(table, csv);
    writeFileSync(path.join(place.folder, "phones/7911.xml"), xml);
    const server = await place.start(t);
    const fetched = async (): Promise<string> =>
      (await fetchFile("SEP001122AABBCC.cnf.xml", { port: server.port })).content.toString();
    const text = await fetched();
    assert.match(text, /^<device><!-- 00-11-22-aa-bb-cc at 127\.0\.0\.1 -->\n/);
    assert.ok(text.includes('<name>2001</name><label>Lobby, east</label><password>a "b"</password>'), text);
    await assert.rejects(fetchFile("SEP001122AABBEE.cnf.xml", { port: server.port }), { errorCode: 1 });
    writeFileSync(table, csv.replace("2001", "3001"));
    server.signal("SIGHUP");
    await server.line(/"event":"reloaded"/);
    assert.match(await fetched(), /<name>3001<\/name>/);
    writeFileSync(table, csv.replace("2002,", ""));
    server.signal("SIGHUP");
    const failed = /rule 1 in \S+tftp\.toml, line 3: \S+phones\.csv, line 4: 3 fields instead of 4/;
    assert.match(JSON.parse(await server.line(/"event":"reload-failed"/)).reason, failed);
    assert.match(await fetched(), /<name>3001<\/name>/);
  });

  test("the rule of docs/serving.md that keeps versions makes the files that the page names", async (t) => {
    const place = new Place(t, [versions]);
    const server = await place.start(t);
    for (const content of ["one", "two", "three"]) {
      await putFile("sw1-confg", Buffer.from(content), { port: server.port });
    }
    const contents = ["sw1-confg.~1~", "sw1-confg.~2~", "sw1-confg"].map((name) =>
      readFileSync(path.join(place.root, name), "utf8"),
    );
    assert.deepEqual(contents, ["one", "two", "three"]);
    await assert.rejects(fetchFile("sw1-confg.~1~", { port: server.port }), { errorCode: 1 });
  });

  test("the rule of docs/serving.md that makes folders keeps uploads apart by day and time", async (t) => {
    const place = new Place(t, [folders]);
    const server = await place.start(t);
    await putFile("switch", CONTENT, { port: server.port });
    const files = readdirSync(path.join(place.root, "backups/127.0.0.1"), { recursive: true, encoding: "utf8" });
    assert.match(files.sort().join(" "), /^\d{4}-\d\d-\d\d \d{4}-\d\d-\d\d\/\d\d-\d\d-\d\d-switch$/);
  });
});
