/** The configuration file of `serve`: what it says, what flags say instead, and reading it again while files are served. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { CLI, PROJECT, run } from "../../../support/program.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { seededBytes } from "../../../support/seed.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CONTENT = seededBytes(1, 10 * 512 + 1);
const NAME = "file.bin";

/** A folder with a configuration file, and a folder `files` with something to serve. */
class Place {
  readonly folder: string;
  readonly file: string;
  readonly root: string;

  constructor(test: TestContext, lines: readonly string[]) {
    this.folder = temporaryFolder(test);
    this.file = path.join(this.folder, "tftp.toml");
    this.root = path.join(this.folder, "files");
    mkdirSync(this.root);
    writeFileSync(path.join(this.root, NAME), CONTENT);
    this.write(lines);
  }

  /** In one step, as an editor does. */
  write(lines: readonly string[]): void {
    writeFileSync(`${this.file}.new`, lines.join("\n"));
    renameSync(`${this.file}.new`, this.file);
  }

  start(test: TestContext, ...words: string[]): Promise<ServerProcess> {
    return ServerProcess.start(test, ["--config", this.file, "--log", "json", ...words]);
  }
}

/** What the server has said so far of one kind. */
function said(server: ServerProcess, event: string): Record<string, unknown>[] {
  return server.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
}

async function hangUp(server: ServerProcess, answer: RegExp): Promise<void> {
  const before = server.lines.length;
  server.signal("SIGHUP");
  await server.line(answer, before);
}

const RELOADED = /"event":"reloaded"/;
const FAILED = /"event":"reload-failed"/;

describe("a configuration file", () => {
  test("has the names of the flags, root, which is relative to the file, and comments", async (t) => {
    const place = new Place(t, [
      "# what the devices in the hall get",
      'root = "files"',
      "write = true",
      "max-size = 1000 # bytes",
      'allow = ["127.0.0.0/8", "::1"]',
      'host = "127.0.0.1"',
      "[[rules]]",
      'match = "*.cfg"',
      `to = "${NAME}"`,
    ]);
    const server = await place.start(t);
    const { port } = server;
    assert.deepEqual((await fetchFile("router.cfg", { port })).content, CONTENT);
    await putFile("small", CONTENT.subarray(0, 1000), { port });
    await assert.rejects(putFile("large", CONTENT.subarray(0, 1001), { port }), { errorCode: 3 });
  });

  test("a status page may be asked for as a flag is, and a drop box says that it is one", async (t) => {
    const place = new Place(t, ['root = "files"', "write = true", "write-only = true", "status-page = true"]);
    const server = await ServerProcess.start(t, ["--config", place.file, "--status-page", "127.0.0.1:0"]);
    await server.line(/Serving \S+ \(new files may be put, nothing can be fetched\)$/);
  });

  test("flags go before it, --no-NAME as well", async (t) => {
    const place = new Place(t, ['root = "missing"', "overwrite = true", "write-only = true", 'log-level = "error"']);
    const server = await place.start(t, place.root, "--write", "--no-write-only", "--log-level", "info");
    const { port } = server;
    assert.deepEqual((await fetchFile(NAME, { port })).content, CONTENT);
    await putFile("new", CONTENT, { port });
    await assert.rejects(putFile(NAME, CONTENT, { port }), { errorCode: 6 });
    assert.deepEqual(
      said(server, "serving").map(({ root, write }) => ({ root, write })),
      [{ root: place.root, write: "new" }],
    );
  });

  const MISTAKES: readonly (readonly [lines: readonly string[], message: RegExp])[] = [
    [["prot = 69"], /"prot" in \S+tftp\.toml is no setting; did you mean port\?/],
    [["rule = []"], /"rule" in \S+ is no setting; did you mean rules\?/],
    [["no-write = true"], /"no-write" in \S+ is no setting/],
    [["config = 'x'"], /"config" in \S+ is no setting/],
    [["port = 66000"], /port in \S+tftp\.toml is "66000"; it must be a whole number from 0 to 65535/],
    [["port = true"], /port in \S+ is true; it must be a text or a number/],
    [["write = 'yes'"], /write in \S+ is "yes"; it must be true or false/],
    [["host = [1979-05-27]"], /host in \S+ is "1979-05-27"; it must be a text/],
    [["write-only = true"], /write-only in \S+ alone allows nothing; add --write/],
    [["rules = 5"], /rules in \S+ is 5; begin each rule with \[\[rules\]\]/],
    [["[[rules]]", "too = 'x'"], /rule 1: "too" is no part of a rule; did you mean to\?/],
    [["# fine", "port = = 5"], /tftp\.toml, line 2: /],
    [["port = 5", "port = 6"], /tftp\.toml, line 2: /],
    [["log = 'xml'"], /log in \S+ is "xml"; it must be one of: live, text, json/],
  ];
  for (const [lines, message] of MISTAKES) {
    test(`with a mistake: ${lines.join("; ")}`, async (t) => {
      const place = new Place(t, lines);
      const { code, stdout, stderr } = await run(process.execPath, [CLI, "serve", place.root, "--config", place.file]);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      assert.match(stderr, /^lockstep-tftp: [^\n]+\n(?:Try: [^\n]+\n)?$/);
      assert.match(stderr, message);
    });
  }

  test("that is missing, or a folder, or names no folder to serve", async (t) => {
    const place = new Place(t, []);
    const errorOf = async (...words: string[]) => (await run(process.execPath, [CLI, "serve", ...words])).stderr;
    assert.match(await errorOf("--config", `${place.file}2`), /tftp\.toml2 cannot be read: it does not exist/);
    assert.match(await errorOf("--config", place.root), /files cannot be read: it is a folder/);
    assert.match(await errorOf("--config", place.file), /serve needs a folder: .* or root in \S+tftp\.toml/);
  });
});

describe("the examples of docs/serving.md", () => {
  const page = readFileSync(path.join(PROJECT, "docs/serving.md"), "utf8");
  const [settings = "", rules = ""] = [...page.matchAll(/^```toml\n(.*?)^```$/gms)].map(([, example]) => example);

  test("the settings", async (t) => {
    const place = new Place(t, [settings]);
    const server = await place.start(t, "--allow", "127.0.0.1");
    mkdirSync(path.join(place.root, "phones"));
    writeFileSync(path.join(place.root, "phones/00-11-22-aa-bb-cc.xml"), CONTENT);
    assert.deepEqual((await fetchFile("SEP001122AABBCC.cnf.xml", { port: server.port })).content, CONTENT);
  });

  test("the rules", async (t) => {
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
    mkdirSync(path.join(place.root, "backups/127.0.0.1"), { recursive: true });
    await putFile("switch", CONTENT, { port: server.port });
    assert.deepEqual(readFileSync(path.join(place.root, "backups/127.0.0.1/switch")), CONTENT);
    await assert.rejects(putFile("my.key", CONTENT, { port: server.port }), { errorCode: 2 });
    await assert.rejects(fetchFile("keys/my.KEY", { port: server.port }), { errorCode: 2 });
  });
});

describe("SIGHUP reads it again", () => {
  test("and what it says takes effect, while a transfer goes on", async (t) => {
    const place = new Place(t, ['root = "files"', 'log-level = "debug"']);
    const server = await place.start(t);
    const { port } = server;
    const other = path.join(place.folder, "other");
    mkdirSync(other);
    writeFileSync(path.join(other, "second"), "second");
    const told = new EventEmitter();
    const middle = once(told, "middle");
    const step = async (blocks: number): Promise<void> => {
      if (blocks === 3) {
        told.emit("middle");
        await once(told, "go on");
      }
    };
    const download = fetchFile(NAME, { port, step });
    await middle;
    place.write(['root = "other"', "write = true", "[[rules]]", 'match = "first"', 'to = "second"']);
    await hangUp(server, RELOADED);
    assert.equal((await fetchFile("first", { port })).content.toString(), "second");
    await putFile("new", CONTENT, { port });
    await assert.rejects(fetchFile(NAME, { port }), { errorCode: 1 });
    told.emit("go on");
    assert.deepEqual((await download).content, CONTENT);
    // The level is "info" again, which leaves out what is not found and what is renamed.
    assert.deepEqual(said(server, "refused"), []);
    assert.deepEqual(said(server, "unchanged"), []);
  });

  test("names what cannot change in flight, each time, and leaves that as it was", async (t) => {
    const place = new Place(t, ['root = "files"', "max-transfers = 5"]);
    const server = await place.start(t, "--max-window", "4");
    const { port } = server;
    place.write(['root = "files"', "max-transfers = 6", "max-size = 5", "max-window = 8", "write = true"]);
    for (let count = 1; count <= 2; count++) {
      await hangUp(server, RELOADED);
      const unchanged = said(server, "unchanged").map(({ level, settings }) => ({ level, settings }));
      assert.deepEqual(unchanged, Array(count).fill({ level: "warn", settings: "max-size, max-transfers" }));
    }
    await putFile("new", CONTENT, { port });
  });

  test("with a mistake in it everything stays as it was, and the server goes on", async (t) => {
    const place = new Place(t, ['root = "files"', "write = true"]);
    const server = await place.start(t);
    const { port } = server;
    const mistakes: readonly (readonly [lines: readonly string[], reason: RegExp])[] = [
      [['root = "nowhere"'], /nowhere does not exist/],
      [['root = "files"', "port = = 5"], /line 2/],
      [['root = "files"', "[[rules]]"], /rule 1: it does nothing/],
      [['root = "files"', 'allow = "10.0.0.0/40"'], /"10\.0\.0\.0\/40" is not a network/],
      [["max-size = 5"], /serve needs a folder/],
    ];
    for (const [lines, reason] of mistakes) {
      place.write(lines);
      await hangUp(server, FAILED);
      const { reason: saidReason } = said(server, "reload-failed").at(-1) ?? {};
      assert.match(String(saidReason), reason);
    }
    await putFile("new", CONTENT, { port });
    place.write(['root = "files"']);
    await hangUp(server, RELOADED);
    await assert.rejects(putFile("newer", CONTENT, { port }), { errorCode: 2 });
  });

  test("flags still go before it", async (t) => {
    const place = new Place(t, ['root = "files"']);
    const server = await place.start(t, "--write");
    place.write(['root = "files"', "write = false"]);
    await hangUp(server, RELOADED);
    await putFile("new", CONTENT, { port: server.port });
  });

  test("without a configuration file it ends the server, as it ends any program", async (t) => {
    const server = await ServerProcess.start(t, [temporaryFolder(t)]);
    server.signal("SIGHUP");
    assert.equal((await server.ended).signal, "SIGHUP");
  });
});
