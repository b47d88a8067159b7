/** The configuration file of `serve`: its settings, flags that override it, and rereading it while files are served. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { CLI, run } from "../../../support/program.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CONTENT, NAME, Place } from "./configuration-place.js";

/** Log lines of one event so far. */
function logged(server: ServerProcess, event: string): Record<string, unknown>[] {
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
  test("a configuration file has the names of the flags, comments, and a root that is relative to the file", async (t) => {
    const place = new Place(t, [
      "# files for the devices in the hall",
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

  test("status-page = true opens the page, and the first line says that a drop box gives no downloads", async (t) => {
    const place = new Place(t, ['root = "files"', "write = true", "write-only = true", "status-page = true"]);
    const server = await ServerProcess.start(t, ["--config", place.file, "--status-page", "127.0.0.1:0"]);
    await server.line(/Serving \S+ \(clients may upload new files, but download none\)$/);
  });

  test("flags override a configuration file, including --no-NAME", async (t) => {
    const place = new Place(t, ['root = "missing"', "overwrite = true", "write-only = true", 'log-level = "error"']);
    const server = await place.start(t, place.root, "--write", "--no-write-only", "--log-level", "info");
    const { port } = server;
    assert.deepEqual((await fetchFile(NAME, { port })).content, CONTENT);
    await putFile("new", CONTENT, { port });
    await assert.rejects(putFile(NAME, CONTENT, { port }), { errorCode: 6 });
    assert.deepEqual(
      logged(server, "serving").map(({ root, write }) => ({ root, write })),
      [{ root: place.root, write: "new" }],
    );
  });

  const MISTAKES: readonly (readonly [lines: readonly string[], message: RegExp])[] = [
    [["prot = 69"], /unknown setting "prot" in \S+tftp\.toml; did you mean port\?/],
    [["max-window = 4"], /unknown setting "max-window" in \S+; did you mean max-window-size\?/],
    [["max-windw = 4"], /unknown setting "max-windw" in \S+; did you mean max-window-size\?/],
    [["status = true"], /unknown setting "status" in \S+; did you mean status-page\?/],
    [["max = 4"], /unknown setting "max" in \S+tftp\.toml$/m],
    [["timeout = '2s'"], /unknown setting "timeout" in \S+; did you mean initial-interval\?/],
    [["rule = []"], /unknown setting "rule" in \S+; did you mean rules\?/],
    [["no-write = true"], /unknown setting "no-write" in \S+/],
    [["config = 'x'"], /unknown setting "config" in \S+/],
    [["port = 66000"], /port in \S+tftp\.toml is "66000"; it must be a whole number from 0 to 65535/],
    [["port = true"], /port in \S+ is true; it must be a string or a number/],
    [["write = 'yes'"], /write in \S+ is "yes"; it must be true or false/],
    [["host = [1979-05-27]"], /host in \S+ is "1979-05-27"; it must be a string/],
    [["write-only = true"], /write-only in \S+ alone allows nothing; add --write/],
    [["rules = 5"], /rules in \S+ is 5; begin each rule with \[\[rules\]\]/],
    [["[[rules]]", "too = 'x'"], /: rule 1 in \S+tftp\.toml, line 1: unknown key "too"; did you mean to\?/],
    [
      ["[[rules]]", "to = 'x'", "", " [[ rules ]]", "case = 1"],
      /: rule 2 in \S+tftp\.toml, line 4: case is 1; it must/,
    ],
    [["rules = [{ to = 5 }]"], /: rule 1 in \S+tftp\.toml: to is 5; it must be a string/],
    [["[[rules]]", "make-folders = 1"], /: rule 1 in \S+, line 1: make-folders is 1; it must be true or false/],
    [["[[rules]]", "makeFolders = true"], /: unknown key "makeFolders"; did you mean make-folders\?/],
    [["[[rules]]\nrefuse = true\n".repeat(257)], /there are 257 rules in \S+, and at most 256/],
    [["# fine", "port = = 5"], /tftp\.toml, line 2: /],
    [["port = 5", "port = 6"], /tftp\.toml, line 2: /],
    [["log = 'xml'"], /log in \S+ is "xml"; it must be one of: live, text, json/],
  ];
  for (const [lines, message] of MISTAKES) {
    test(`a configuration file with a mistake is refused: ${lines.join("; ").slice(0, 40)}`, async (t) => {
      const place = new Place(t, lines);
      const { code, stdout, stderr } = await run(process.execPath, [CLI, "serve", place.root, "--config", place.file]);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
      assert.match(stderr, /^lockstep-tftp: [^\n]+\n(?:Try: [^\n]+\n)?$/);
      assert.match(stderr, message);
    });
  }

  test("a configuration file that is missing, is a folder, or names no folder to serve, is refused", async (t) => {
    const place = new Place(t, []);
    const errorOf = async (...args: string[]) => (await run(process.execPath, [CLI, "serve", ...args])).stderr;
    assert.match(await errorOf("--config", `${place.file}2`), /tftp\.toml2 cannot be read: it does not exist/);
    assert.match(await errorOf("--config", place.root), /files cannot be read: it is a folder/);
    assert.match(await errorOf("--config", place.file), /serve needs a folder: .* or root in \S+tftp\.toml/);
  });
});

describe("SIGHUP", () => {
  test("SIGHUP applies the configuration file as it is now, and running transfers continue", async (t) => {
    const place = new Place(t, ['root = "files"', 'log-level = "debug"']);
    const server = await place.start(t);
    const { port } = server;
    const other = path.join(place.folder, "other");
    mkdirSync(other);
    writeFileSync(path.join(other, "second"), "second");
    const events = new EventEmitter();
    const middle = once(events, "middle");
    const step = async (blocks: number): Promise<void> => {
      if (blocks === 3) {
        events.emit("middle");
        await once(events, "resume");
      }
    };
    const download = fetchFile(NAME, { port, step });
    await middle;
    place.write(['root = "other"', "write = true", "[[rules]]", 'match = "first"', 'to = "second"']);
    await hangUp(server, RELOADED);
    assert.equal((await fetchFile("first", { port })).content.toString(), "second");
    await putFile("new", CONTENT, { port });
    await assert.rejects(fetchFile(NAME, { port }), { errorCode: 1 });
    events.emit("resume");
    assert.deepEqual((await download).content, CONTENT);
    // The level is "info" again, which leaves out missing and renamed files.
    assert.deepEqual(logged(server, "refused"), []);
    assert.deepEqual(logged(server, "unchanged"), []);
  });

  test("SIGHUP names the changed settings that need a restart, each time, and keeps their values", async (t) => {
    const place = new Place(t, ['root = "files"', "max-transfers = 5"]);
    const server = await place.start(t, "--max-window-size", "4");
    const { port } = server;
    place.write(['root = "files"', "max-transfers = 6", "max-size = 5", "max-window-size = 8", "write = true"]);
    for (let count = 1; count <= 2; count++) {
      await hangUp(server, RELOADED);
      const unchanged = logged(server, "unchanged").map(({ level, settings }) => ({ level, settings }));
      assert.deepEqual(unchanged, Array(count).fill({ level: "warn", settings: "max-size, max-transfers" }));
    }
    await putFile("new", CONTENT, { port });
  });

  test("SIGHUP with a mistake in the file changes nothing, and the server continues", async (t) => {
    const place = new Place(t, ['root = "files"', "write = true"]);
    const server = await place.start(t);
    const { port } = server;
    const mistakes: readonly (readonly [lines: readonly string[], reason: RegExp])[] = [
      [['root = "nowhere"'], /nowhere does not exist/],
      [['root = "files"', "port = = 5"], /line 2/],
      [['root = "files"', "[[rules]]"], /rule 1 in \S+tftp\.toml, line 2: it has no effect/],
      [['root = "files"', 'allow = "10.0.0.0/40"'], /"10\.0\.0\.0\/40" is not a network/],
      [["max-size = 5"], /serve needs a folder/],
    ];
    for (const [lines, reason] of mistakes) {
      place.write(lines);
      await hangUp(server, FAILED);
      const { reason: loggedReason } = logged(server, "reload-failed").at(-1) ?? {};
      assert.match(String(loggedReason), reason);
    }
    await putFile("new", CONTENT, { port });
    place.write(['root = "files"']);
    await hangUp(server, RELOADED);
    await assert.rejects(putFile("newer", CONTENT, { port }), { errorCode: 2 });
  });

  test("flags override the file after SIGHUP, too", async (t) => {
    const place = new Place(t, ['root = "files"']);
    const server = await place.start(t, "--write");
    place.write(['root = "files"', "write = false"]);
    await hangUp(server, RELOADED);
    await putFile("new", CONTENT, { port: server.port });
  });

  test("SIGHUP before the server listens is obeyed after the start", async (t) => {
    const atFirstSocket = `data:text/javascript,
      import dgram from "node:dgram";
      import { syncBuiltinESMExports } from "node:module";
      const { createSocket } = dgram;
      dgram.createSocket = (...args) => {
        process.kill(process.pid, "SIGHUP");
        dgram.createSocket = createSocket;
        syncBuiltinESMExports();
        return createSocket(...args);
      };
      syncBuiltinESMExports();`;
    const place = new Place(t, ['root = "files"']);
    const args = ["--config", place.file, "--log", "json"];
    const server = await ServerProcess.start(t, args, { node: ["--import", atFirstSocket] });
    await server.line(RELOADED);
    assert.deepEqual((await fetchFile(NAME, { port: server.port })).content, CONTENT);
  });

  test("SIGHUP ends a server without a configuration file", async (t) => {
    const server = await ServerProcess.start(t, [temporaryFolder(t)]);
    server.signal("SIGHUP");
    assert.equal((await server.ended).signal, "SIGHUP");
  });
});
