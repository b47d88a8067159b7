/** The live view of `serve` on a terminal. */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { EventEmitter, once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fetchFile, putFile } from "../../../../support/retrying-client.js";
import { seededBytes } from "../../../../support/seed.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { Terminal, type TerminalOptions, UNLESS_TERMINALS } from "../../../../support/terminal.js";

const CONTENT = seededBytes(1, 100 * 512);
const NAME = "firmware-of-a-switch-12.1.bin";
const HALF = 50;
const ADDRESS = /tftp:\/\/127\.0\.0\.1:(\d+)\//;
const ESCAPE = "\u001b";

class LiveServer {
  private constructor(
    readonly terminal: Terminal,
    private readonly test: TestContext,
    readonly root: string,
  ) {}

  static async start(test: TestContext, args: readonly string[], options: TerminalOptions = {}): Promise<LiveServer> {
    const root = temporaryFolder(test);
    writeFileSync(path.join(root, NAME), CONTENT);
    const serve = ["serve", root, "--host", "127.0.0.1", "--port", "0", "--give-up", "10m", ...args];
    return new LiveServer(await Terminal.open(test, serve, ADDRESS, options), test, root);
  }

  get port(): number {
    return Number(ADDRESS.exec(this.terminal.lines.join(""))?.[1]);
  }

  /** Starts a download that pauses in its middle until `resume` is called. */
  async startHalfDownload(name = NAME): Promise<{ download: Promise<unknown>; resume: () => void }> {
    const events = new EventEmitter();
    const client = new AbortController();
    this.test.after(() => client.abort());
    const middle = once(events, "middle");
    const step = async (blocks: number): Promise<void> => {
      if (blocks === HALF) {
        events.emit("middle");
        await once(events, "resume", { signal: client.signal });
      }
    };
    const download = fetchFile(name, { port: this.port, step, signal: client.signal, options: { tsize: 0 } });
    download.catch(() => {});
    await middle;
    return { download, resume: () => events.emit("resume") };
  }
}

/** Whether no program uses a UDP port. */
async function isFree(port: number): Promise<boolean> {
  const socket = dgram.createSocket("udp4");
  try {
    socket.bind(port, "127.0.0.1");
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

describe("on a terminal", { skip: UNLESS_TERMINALS }, () => {
  test("the first lines name the folder, and the addresses as URLs", async (t) => {
    const { terminal, root } = await LiveServer.start(t, ["--write"], { columns: 120 });
    assert.deepEqual(
      terminal.lines.map((line) => line.replace(/:\d+\/$/, ":PORT/")),
      [`Serving ${root} (clients may upload new files). Stop with Ctrl-C.`, "  tftp://127.0.0.1:PORT/"],
    );
  });

  test("a running transfer has a line with its progress, and a completed one a log line above", async (t) => {
    const server = await LiveServer.start(t, []);
    const { terminal } = server;
    const { download, resume } = await server.startHalfDownload();
    await terminal.shows(/^firmware-o\.{3}ch-12\.1\.bin +-> +\[==> +\] +49% .*$/m);
    // The client is silent, so the server repeats its block.
    await terminal.shows(/49% .* [1-9]\d* retr(?:y|ies)$/m);
    resume();
    await download;
    const seen = await terminal.shows(/gets "firmware-of-a-switch-12\.1\.bin": completed; 51200\s+bytes/);
    assert.doesNotMatch(await terminal.shows(/^(?!.*\[=)[\s\S]*completed[\s\S]*$/), /%/);
    assert.match(seen, ADDRESS);
    terminal.type("\u0003");
    await terminal.shows(/Stopped$/);
    await terminal.ended;
  });

  test("a name that is not UTF-8 is shown with its bytes", { skip: process.platform !== "linux" }, async (t) => {
    const server = await LiveServer.start(t, []);
    const name = Buffer.from("T\xfc.cfg", "latin1");
    writeFileSync(Buffer.concat([Buffer.from(`${server.root}/`), name]), CONTENT);
    const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    t.after(() => socket.close());
    await once(socket, "listening");
    socket.send(Buffer.concat([Buffer.from("\0\x01"), name, Buffer.from("\0octet\0")]), server.port, "127.0.0.1");
    await server.terminal.shows(/^T\\xfc\.cfg +-> /m);
  });

  test("a refused upload has a line with the reason", async (t) => {
    const server = await LiveServer.start(t, [], { columns: 120 });
    await assert.rejects(putFile("backup", CONTENT, { port: server.port }));
    await server.terminal.shows(/puts "backup": uploads are off \(--write allows them\)$/m);
  });

  test("an upload of unknown size shows its bytes, and a mark that moves with them", async (t) => {
    const server = await LiveServer.start(t, ["--write"]);
    const events = new EventEmitter();
    let allowedBlocks = HALF;
    const step = async (blocks: number): Promise<void> => {
      while (blocks >= allowedBlocks) {
        await once(events, "next");
      }
    };
    const allow = (blocks: number): void => {
      allowedBlocks += blocks;
      events.emit("next");
    };
    const upload = putFile("backup", CONTENT, { port: server.port, step });
    await server.terminal.shows(/^backup +<- +\[ *<=> *\] +.*25\.0 KiB/m);
    for (let count = 0; count < 5; count++) {
      const [bar = ""] = /\[ *<=> *\]/.exec(server.terminal.lines.join("\n")) ?? [];
      allow(1);
      await server.terminal.shows(new RegExp(`^(?![^]*\\${bar.slice(0, -1)}\\])[^]*<=>`));
    }
    allow(CONTENT.length);
    await upload;
    await server.terminal.shows(/puts "backup": completed/);
  });

  test("with more transfers than rows, the oldest are shown, the others counted, and the lines above stay", async (t) => {
    const server = await LiveServer.start(t, [], { rows: 8 });
    const { terminal } = server;
    const downloads = [];
    for (let count = 0; count < 12; count++) {
      downloads.push(await server.startHalfDownload());
    }
    const full = await terminal.shows(/and 6 more$/);
    assert.equal(full.match(/49%/g)?.length, 6);
    assert.match(full, ADDRESS);
    for (const { resume } of downloads.slice(0, 6)) {
      resume();
    }
    const rest = await terminal.shows(/(?:completed[\s\S]*){6}(?:49%[\s\S]*){6}$/);
    assert.doesNotMatch(rest, /more/);
    assert.equal(rest.match(/49%/g)?.length, 6);
  });

  test("after a change of width the line fits, and no old line remains", async (t) => {
    const server = await LiveServer.start(t, [], { columns: 100 });
    const { terminal } = server;
    await server.startHalfDownload();
    await terminal.shows(/49%$|49% /m);
    for (const [columns, line] of [
      [50, /^firmware-of-a-switch-12\.1\.bin +-> +\[==> +\] +49%$/m],
      [20, /^firm\S*\.{3}\S*bin +49%$/m],
      [9, /^fi\.{3}bin$/m],
      [120, /^firmware-of-a-switch-12\.1\.bin +-> +127\.0\.0\.1 +\[=+> +\] +49% /m],
    ] as const) {
      terminal.resize(columns, 24);
      await terminal.shows(line);
    }
    assert.equal(terminal.lines.join("\n").match(/firm|%/g)?.length, 2, terminal.lines.join("\n"));
  });

  test("lines of the log are broken between words", async (t) => {
    const server = await LiveServer.start(t, [], { columns: 40 });
    await fetchFile(NAME, { port: server.port });
    await server.terminal.shows(
      /^\d\d:\d\d:\d\d 127\.0\.0\.1:\d+ gets\n {4}"firmware-of-a-switch-12\.1\.bin":\n {4}completed; 51200 bytes in \S+ s,\n? +\d+ KiB\/s(?:,\s+\d+\s+retransmissions?)?$/m,
    );
  });

  test("at 80 columns the names of phones can be told apart, and at 50", async (t) => {
    const server = await LiveServer.start(t, []);
    for (const last of ["55", "66", "77"]) {
      const name = `SEP0011223344${last}.cnf.xml`;
      writeFileSync(path.join(server.root, name), CONTENT);
      await server.startHalfDownload(name);
    }
    await server.terminal.shows(/(?:^SEP0011223344(?:55|66|77)\.cnf\.xml +-> .*B\/s.*\n?){3}$/m);
    server.terminal.resize(50, 24);
    await server.terminal.shows(/(?:^SEP0011223344(?:55|66|77)\.cnf\.xml +-> {2}\[[=> ]+\] +49%\n?){3}$/m);
  });

  test("names from the wire are escaped, and long names shortened in the middle", async (t) => {
    const server = await LiveServer.start(t, []);
    const trick = `x\u202e\u200b${"漢".repeat(30)}.bin`;
    writeFileSync(path.join(server.root, trick), CONTENT);
    await server.startHalfDownload(trick);
    await server.terminal.shows(/^x\\u\{.*\.\.\..*bin +-> .*49%/m);
    assert.doesNotMatch(server.terminal.written, /[\u202e\u200b]/);
  });

  test("the view has colours, unless NO_COLOR is set", async (t) => {
    for (const [environment, isColoured] of [
      [{}, true],
      [{ NO_COLOR: "1" }, false],
    ] as const) {
      const server = await LiveServer.start(t, [], { environment });
      await server.startHalfDownload();
      await server.terminal.shows(/49%/);
      assert.equal(server.terminal.written.includes(`${ESCAPE}[32m`), isColoured);
      assert.equal(server.terminal.written.includes(`${ESCAPE}[2m`), isColoured);
    }
  });

  test("--log text and a dumb terminal give plain lines", async (t) => {
    for (const [args, environment] of [
      [["--log", "text"], {}],
      [[], { TERM: "dumb" }],
    ] as const) {
      const root = temporaryFolder(t);
      const serve = ["serve", root, "--host", "127.0.0.1", "--port", "0", ...args];
      const terminal = await Terminal.open(t, serve, /Listening on 127\.0\.0\.1:\d+/, { environment });
      assert.ok(!terminal.written.includes(ESCAPE));
    }
  });

  test("a server stops when its terminal closes, even if SIGHUP rereads a configuration file", async (t) => {
    const configuration = path.join(temporaryFolder(t), "tftp.toml");
    writeFileSync(configuration, "write = true\n");
    const { terminal, port } = await LiveServer.start(t, ["--config", configuration]);
    terminal.hangUp();
    await terminal.ended;
    while (!(await isFree(port))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  test("nothing is drawn while no transfer runs", async (t) => {
    const server = await LiveServer.start(t, []);
    const { download, resume } = await server.startHalfDownload();
    await server.terminal.shows(/49%/);
    resume();
    await download;
    await server.terminal.shows(/^(?!.*\[=)[\s\S]*completed[\s\S]*$/);
    let written: string;
    let looks = 0;
    do {
      // The end of the last drawing may still be on its way.
      assert.ok(looks++ < 20, server.terminal.written);
      ({ written } = server.terminal);
      // Longer than several drawings take.
      await new Promise((resolve) => setTimeout(resolve, 500));
    } while (server.terminal.written !== written);
  });
});
