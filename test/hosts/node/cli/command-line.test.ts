/**
 * The command line as a person or a supervisor meets it: what it says, how it exits, what signals do.
 */
import assert from "node:assert/strict";
import dgram from "node:dgram";
import { EventEmitter, once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { CLI, type Ended, PROJECT, run } from "../../../support/program.js";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { IS_ROOT } from "../../../support/rights.js";
import { seededBytes } from "../../../support/seed.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CONTENT = seededBytes(1, 100 * 512 + 1);
const NAME = "file.bin";

function folderWithFile(test: TestContext): string {
  const root = temporaryFolder(test);
  writeFileSync(path.join(root, NAME), CONTENT);
  return root;
}

function commandLine(...words: string[]): Promise<Ended> {
  return run(process.execPath, [CLI, ...words]);
}

/** A failure is told in one line, on standard error, and by exit code 1. */
function assertFailure({ code, stdout, stderr }: Ended, pattern: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^lockstep-tftp: [^\n]*\n$/);
  assert.match(stderr, pattern);
}

describe("help and version", () => {
  for (const words of [["--help"], ["-h"], ["help"], [], ["serve", "--help"]]) {
    test(`lockstep-tftp ${words.join(" ")} explains every flag`, async () => {
      const { code, stdout, stderr } = await commandLine(...words);
      assert.equal(code, 0);
      assert.equal(stderr, "");
      const page = readFileSync(path.join(PROJECT, "docs/serving.md"), "utf8");
      const documented = new Set(page.match(/(?<=^\| .*`)--[a-z-]+/gm));
      const explained = new Set(stdout.match(/(?<=^ {2}(?:--help, -h +.*)?)--[a-z-]+/gm));
      assert.ok(explained.size > 10, "the help lists the flags");
      assert.deepEqual([...documented].sort(), [...explained].sort());
      for (const line of stdout.split("\n")) {
        assert.ok(line.length <= 80, `fits a terminal: ${line}`);
      }
    });
  }

  for (const flag of ["--version", "-V"]) {
    test(`lockstep-tftp ${flag} says the package's version`, async () => {
      const { version } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8"));
      assert.deepEqual(await commandLine(flag), { code: 0, signal: null, stdout: `${version}\n`, stderr: "" });
    });
  }
});

describe("a mistake in the words gets one line that names it, the way to the help, and exit code 1", () => {
  const MISTAKES: readonly (readonly [words: string, message: RegExp])[] = [
    ["fetch", /"fetch" is no command/],
    ["serve . --port-range 5000-6000 --single-port", /--single-port needs no other ports; leave out --port-range/],
    ["serve . --timeout 0", /--timeout is "0"; write a time above 0, such as 500ms/],
    ["serve", /serve needs a folder/],
    ["serve . more", /"more" is one too many/],
    ["serve . --colour", /"--colour" is no option/],
    ["serve . --prot 6969", /"--prot" is no option; did you mean --port\?/],
    ["serve . -p 6969", /"-p" is no option/],
    ["serve . --port", /--port needs a value/],
    ["serve . --port --write", /--port needs a value, and "--write" is an option/],
    ["serve . --host=", /--host is ""; name an address/],
    ["serve . --port -1", /--port is "-1"; it must be a whole number from 0 to 65535/],
    ["serve . --port 65536", /--port is "65536"; it must be a whole number from 0 to 65535/],
    ["serve . --port 6.9", /--port is "6.9"/],
    ["serve . --port tftp", /--port is "tftp"/],
    ["serve . --port=", /--port is ""/],
    ["serve . --write=yes", /--write takes no value/],
    ["serve . --write-only", /--write-only alone allows nothing; add --write/],
    ["serve . --max-size 5X", /--max-size is "5X"; write bytes, or for example 500K/],
    ["serve . --max-size 999999999999G", /--max-size is "999999999999G"; no file is as large as that/],
    ["serve . --max-transfers 0", /--max-transfers is "0"/],
    ["serve . --max-window 0", /--max-window is "0"/],
    ["serve . --give-up never", /--give-up is "never"/],
    ["serve . --grace 2d", /--grace is "2d"/],
    ["serve . --port-range 5000", /--port-range is "5000"; write the first and the last port/],
    ["serve . --port-range 6000-5000", /--port-range is "6000-5000"/],
    ["serve . --log xml", /--log is "xml"; it must be one of: live, text, json/],
    ["serve . --log-level all", /--log-level is "all"; it must be one of: error, warn, info, debug/],
  ];
  for (const [words, message] of MISTAKES) {
    test(`lockstep-tftp ${words}`, async () => {
      const { code, stdout, stderr } = await commandLine(...words.split(" "));
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^lockstep-tftp: [^\n]+\nTry: lockstep-tftp --help\n$/);
      assert.match(stderr, message);
    });
  }
});

describe("a server that cannot start says why, in one line, and exits with 1", () => {
  test("the folder is missing", async (t) => {
    const missing = path.join(temporaryFolder(t), "missing");
    assertFailure(await commandLine("serve", missing, "--port", "0"), /missing does not exist; give the folder/);
  });

  test("the folder is a file", async (t) => {
    const file = path.join(folderWithFile(t), NAME);
    assertFailure(await commandLine("serve", file, "--port", "0"), /file\.bin is not a folder; give the folder/);
  });

  test("the port is taken by another program", async (t) => {
    const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    t.after(() => socket.close());
    await once(socket, "listening");
    const { port } = socket.address();
    const message = new RegExp(`port ${port} is taken by another program; stop that, or choose another port`);
    for (const host of ["127.0.0.1", "0.0.0.0"]) {
      assertFailure(await commandLine("serve", temporaryFolder(t), "--host", host, "--port", String(port)), message);
    }
  });

  test("the port is taken by another server of this kind", async (t) => {
    const root = temporaryFolder(t);
    const first = await ServerProcess.start(t, [root, "--host", "0.0.0.0"]);
    const words = ["serve", root, "--host", "0.0.0.0", "--port", String(first.port)];
    assertFailure(await commandLine(...words), /is taken by another program/);
  });

  test("the address is not this machine's", async (t) => {
    // An address for documentation (RFC 5737), which no machine has.
    const words = ["serve", temporaryFolder(t), "--host", "192.0.2.1", "--port", "0"];
    const failure = /this machine has no address 192\.0\.2\.1; choose one of its own/;
    assertFailure(await commandLine(...words), failure);
    assertFailure(await commandLine(...words, "--host", "127.0.0.1"), failure);
  });

  test("the name means no address", async (t) => {
    // RFC 6761 keeps "invalid" for names that mean nothing.
    const words = ["serve", temporaryFolder(t), "--host", "127.0.0.1", "--host", "nowhere.invalid", "--port", "0"];
    assertFailure(await commandLine(...words), /the host name "nowhere\.invalid" means no address; give --host/);
  });

  test("an allowed network is none", async (t) => {
    const words = ["serve", temporaryFolder(t), "--port", "0", "--allow", "10.0.0.0/33"];
    assertFailure(
      await commandLine(...words),
      /"10\.0\.0\.0\/33" is not a network; write for example 192\.168\.0\.0\/24/,
    );
  });
});

describe("an address that is given by itself and with all others", () => {
  for (const hosts of [
    ["0.0.0.0", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
  ]) {
    test(hosts.join(" and "), async (t) => {
      const server = await ServerProcess.start(t, [folderWithFile(t), ...hosts.flatMap((host) => ["--host", host])]);
      assert.deepEqual((await fetchFile(NAME, { port: server.port })).content, CONTENT);
      const loopback = server.lines.filter((line) => line.includes("Listening on 127.0.0.1:"));
      assert.equal(loopback.length, 1, server.lines.join("\n"));
    });
  }

  test("0.0.0.0 and one of loopback that no interface lists: it answers from there", async (t) => {
    const words = [folderWithFile(t), "--host", "0.0.0.0", "--host", "127.0.0.2"];
    const server = await ServerProcess.start(t, words);
    assert.deepEqual((await fetchFile(NAME, { host: "127.0.0.2", port: server.port })).content, CONTENT);
  });
});

describe("nobody's rights", () => {
  /** Starts the command line with no more rights than anybody has, from a folder that anybody can read. */
  async function asNobody(test: TestContext, ...words: string[]): Promise<Ended> {
    if (!IS_ROOT) {
      return commandLine(...words);
    }
    const copy = temporaryFolder(test);
    cpSync(path.join(PROJECT, "dist"), path.join(copy, "dist"), { recursive: true });
    cpSync(path.join(PROJECT, "package.json"), path.join(copy, "package.json"));
    chmodSync(copy, 0o755);
    const becomeNobody = "data:text/javascript,process.setgroups([]);process.setgid(65534);process.setuid(65534)";
    return run(process.execPath, ["--import", becomeNobody, path.join(copy, "dist/node/cli.js"), ...words]);
  }

  const firstFree = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  const skip = firstFree > 69 ? false : `this machine gives port 69 to everybody (from ${firstFree} on)`;

  test("a port that needs a right: says the three ways out", { skip }, async (t) => {
    const root = temporaryFolder(t);
    chmodSync(root, 0o755);
    const ended = await asNobody(t, "serve", root, "--host", "127.0.0.1");
    assertFailure(ended, /port 69 needs a right that this user has not/);
    assert.match(ended.stderr, /--port 6969/);
    assert.match(ended.stderr, /setcap cap_net_bind_service=\+ep/);
    assert.match(ended.stderr, /--dport 69 -j REDIRECT --to-ports 6969/);
  });

  test("a folder that this user cannot write to, where files may be put", async (t) => {
    const root = temporaryFolder(t);
    chmodSync(root, 0o555);
    // The page's port is taken: the server ends by itself.
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    t.after(() => taken.close());
    const page = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const words = ["serve", root, "--host", "127.0.0.1", "--port", "0", "--status-page", page];
    const warning = /Puts into \S+ itself will be refused: this user may not write to it/;
    assert.match((await asNobody(t, ...words, "--write")).stdout, warning);
    assert.doesNotMatch((await asNobody(t, ...words)).stdout, warning);
    chmodSync(root, 0o777);
    assert.doesNotMatch((await asNobody(t, ...words, "--overwrite")).stdout, warning);
  });

  test("a folder that this user can see, and cannot enter", async (t) => {
    const parent = temporaryFolder(t);
    const root = path.join(parent, "served");
    mkdirSync(root, { mode: 0 });
    chmodSync(parent, 0o755);
    const ended = await asNobody(t, "serve", root, "--host", "127.0.0.1", "--port", "0");
    assertFailure(ended, /served cannot be read; check its permissions/);
  });

  test("a folder that this user cannot enter", async (t) => {
    const parent = temporaryFolder(t);
    const root = path.join(parent, "served");
    mkdirSync(root);
    chmodSync(parent, 0);
    const ended = await asNobody(t, "serve", root, "--host", "127.0.0.1", "--port", "0");
    chmodSync(parent, 0o700);
    assertFailure(ended, /served cannot be read; check its permissions/);
  });
});

/** Starts a download that waits in its middle until it is told to go on. */
async function startWaiting(test: TestContext, server: ServerProcess) {
  const told = new EventEmitter();
  const client = new AbortController();
  test.after(() => client.abort());
  const middle = once(told, "middle");
  const step = async (blocks: number): Promise<void> => {
    if (blocks === 3) {
      told.emit("middle");
      await once(told, "go on", { signal: client.signal });
    }
  };
  const download = fetchFile(NAME, { port: server.port, step, signal: client.signal });
  // Whoever waits for the download sees its failure; a test that does not wait for it does not mind.
  download.catch(() => {});
  await middle;
  return { download, goOn: () => told.emit("go on") };
}

describe("signals", () => {
  async function withWaitingDownload(test: TestContext, grace: string) {
    const server = await ServerProcess.start(test, [folderWithFile(test), "--grace", grace]);
    return { server, ...(await startWaiting(test, server)) };
  }

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal} stops an idle server at once, with exit code 0`, async (t) => {
      const server = await ServerProcess.start(t, [temporaryFolder(t), "--grace", "1m"]);
      server.signal(signal);
      assert.deepEqual({ ...(await server.ended), stdout: "" }, { code: 0, signal: null, stdout: "", stderr: "" });
      assert.match(server.lines.at(-1) ?? "", /Stopped$/);
    });

    test(`${signal} lets a running transfer end, takes no more requests, and exits with 0`, async (t) => {
      const { server, download, goOn } = await withWaitingDownload(t, "1m");
      server.signal(signal);
      await server.line(/Stopping: 1 transfers? may run for 60 s; once more stops at once/);
      const late = new AbortController();
      const lateDownload = fetchFile(NAME, { port: server.port, signal: late.signal });
      goOn();
      assert.deepEqual((await download).content, CONTENT);
      const { code } = await server.ended;
      assert.equal(code, 0);
      late.abort(new Error("nothing came"));
      await assert.rejects(lateDownload, { message: "nothing came" });
    });
  }

  test("a second signal stops at once", async (t) => {
    const { server } = await withWaitingDownload(t, "1m");
    server.signal("SIGTERM");
    await server.line(/Stopping/);
    server.signal("SIGTERM");
    assert.equal((await server.ended).code, 0);
    assert.match(server.lines.join("\n"), /aborted at shutdown/);
  });

  test("the grace time ends", async (t) => {
    const { server } = await withWaitingDownload(t, "50ms");
    server.signal("SIGTERM");
    assert.equal((await server.ended).code, 0);
    assert.match(server.lines.join("\n"), /aborted at shutdown/);
  });

  test("a supervisor may stop the server at its very first word", async (t) => {
    const firstWord = `data:text/javascript,
      const log = console.log;
      console.log = (line) => { log(line); if (line.includes("Serving")) process.kill(process.pid, "SIGTERM"); };`;
    const words = ["--import", firstWord, CLI, "serve", temporaryFolder(t), "--host", "127.0.0.1", "--port", "0"];
    const { code, signal } = await run(process.execPath, words);
    assert.deepEqual({ code, signal }, { code: 0, signal: null });
  });
});

describe("the log", () => {
  /** Characters that would change what a terminal shows: right-to-left override, line separator, zero width. */
  const TRICK = "invoice\u202etxt\u202831m\u200b.exe";
  const TRICK_SHOWN = "invoice\\u{202e}txt\\u{2028}31m\\u{200b}.exe";
  const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

  async function useServer(test: TestContext, format: string): Promise<string[]> {
    const root = folderWithFile(test);
    writeFileSync(path.join(root, TRICK), CONTENT);
    const words = [root, "--write", "--log", format, "--log-level", "debug"];
    const server = await ServerProcess.start(test, words);
    const { port } = server;
    await fetchFile(NAME, { port });
    await fetchFile(TRICK, { port });
    await putFile("new", CONTENT, { port });
    await assert.rejects(putFile(TRICK, CONTENT, { port }), { errorCode: 6 });
    await assert.rejects(putFile("no folder/new", CONTENT, { port }), { errorCode: 1 });
    await assert.rejects(fetchFile(`${TRICK} that is not there`, { port }), { errorCode: 1 });
    await assert.rejects(fetchFile("bell\u0007", { port }), { errorCode: 2 });
    await assert.rejects(fetchFile("x".repeat(400), { port }), { errorCode: 1 });
    server.signal("SIGTERM");
    await server.ended;
    return server.lines;
  }

  test("in JSON: each line is an object with a time, a level and an event", async (t) => {
    const lines = await useServer(t, "json");
    const events = lines.map((line) => JSON.parse(line));
    for (const event of events) {
      assert.equal(new Date(event.time).toISOString(), event.time);
      assert.match(event.level, /^(error|warn|info|debug)$/);
      assert.equal(typeof event.event, "string");
    }
    const named = (name: string) => events.filter(({ event }) => event === name);
    assert.equal(named("listening").length, 1);
    assert.equal(named("started").length, 3);
    assert.deepEqual(
      named("ended").map(({ direction, file, bytes, outcome }) => ({ direction, file, bytes, outcome })),
      [
        { direction: "get", file: NAME, bytes: CONTENT.length, outcome: "completed" },
        { direction: "get", file: TRICK_SHOWN, bytes: CONTENT.length, outcome: "completed" },
        { direction: "put", file: "new", bytes: CONTENT.length, outcome: "completed" },
      ],
    );
    assert.deepEqual(
      named("refused").map(({ errorCode, level }) => ({ errorCode, level })),
      [
        { errorCode: 6, level: "warn" },
        { errorCode: 1, level: "warn" },
        { errorCode: 1, level: "debug" },
        { errorCode: 2, level: "warn" },
        { errorCode: 1, level: "debug" },
      ],
    );
    assert.equal(named("stopped").length, 1);
    assert.doesNotMatch(lines.join(""), UNPRINTABLE);
  });

  test("in text: names are escaped and not longer than a person reads", async (t) => {
    const lines = await useServer(t, "text");
    assert.doesNotMatch(lines.join(""), UNPRINTABLE);
    const said = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    assert.ok(said(/gets "invoice\\u\{202e\}txt\\u\{2028\}31m\\u\{200b\}\.exe": completed; 51201 bytes/) === 1);
    assert.ok(said(/puts "new": completed/) === 1);
    assert.ok(said(/gets "x{200}\.\.\.": not found/) === 1);
  });

  test("is silent by default about what concerns nobody", async (t) => {
    const server = await ServerProcess.start(t, [folderWithFile(t)]);
    await assert.rejects(fetchFile("not there", { port: server.port }), { errorCode: 1 });
    await fetchFile(NAME, { port: server.port });
    server.signal("SIGTERM");
    await server.ended;
    const [serving, listening, completed, stopped, ...more] = server.lines;
    assert.match(
      `${serving}\n${listening}\n${completed}\n${stopped}`,
      /Serving.*\n.*Listening.*\n.*completed.*\n.*Stopped/,
    );
    assert.deepEqual(more, []);
  });

  test("says at the end how many requests got no answer, if any", async (t) => {
    const server = await ServerProcess.start(t, [folderWithFile(t), "--max-transfers", "1", "--grace", "0"]);
    await startWaiting(t, server);
    const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
    t.after(() => socket.close());
    await once(socket, "listening");
    socket.send(`\0\x01${NAME}\0octet\0`, server.port, "127.0.0.1");
    // Not a proper request: its answer says that the one before has been looked at.
    socket.send("\0\x01nonsense", server.port, "127.0.0.1");
    await once(socket, "message");
    server.signal("SIGTERM");
    await server.ended;
    assert.match(server.lines.at(-1) ?? "", /Stopped; 1 requests? got no answer/);
  });
});
