/** `lockstep-tftp get` and `put`: files, exit codes, and the progress on a terminal. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, type TestContext, test } from "node:test";
import { OPCODE_READ_REQUEST } from "lockstep-tftp/engine";
import { freePort } from "../../../support/free-port.js";
import { CLI, type Ended, type ProgramOptions, run } from "../../../support/program.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { Terminal, UNLESS_TERMINALS } from "../../../support/terminal.js";
import { CONTENT } from "./command-line.js";

/** Short enough for a test to wait, and long enough for this process to answer, though it may not run for some 100 ms. */
const GIVE_UP = "2s";

interface Place {
  readonly server: ServedFolder;
  /** Working folder of the command. */
  readonly folder: string;
  url(name: string): string;
  command(args: readonly string[], options?: ProgramOptions): Promise<Ended>;
}

async function place(t: TestContext): Promise<Place> {
  const server = await ServedFolder.open({ "file.bin": CONTENT }, { write: "overwrite" });
  t.after(() => server[Symbol.asyncDispose]());
  const folder = temporaryFolder(t);
  return {
    server,
    folder,
    url: (name) => `tftp://${LOOPBACK}:${server.port}/${name}`,
    command: (args, options = {}) => run(process.execPath, [CLI, ...args], { cwd: folder, ...options }),
  };
}

function assertFailure({ code, stdout, stderr }: Ended, expectedCode: number, message: RegExp): void {
  assert.equal(code, expectedCode, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, message);
}

describe("get", () => {
  test("get writes to the last name of the URL, or to the file that is given", async (t) => {
    const { folder, url, command } = await place(t);
    mkdirSync(path.join(folder, "folder"));
    const { code, stdout, stderr } = await command(["get", url("file.bin")]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "" }, stderr);
    assert.match(
      stderr,
      /^Got tftp:\/\/\S+ as file\.bin: 50\.0 KiB in [\d.]+ s \(\d+(\.\d)? [KM]iB\/s(, \d+ retransmissions?)?\)\n$/,
    );
    assert.deepEqual(readFileSync(path.join(folder, "file.bin")), CONTENT);
    const copied = await command(["get", url("file.bin"), "folder/", "--windowsize", "8"]);
    assert.match(copied.stderr, /^Got tftp:\/\/\S+ as folder\/file\.bin: /);
    assert.deepEqual(readFileSync(path.join(folder, "folder/file.bin")), CONTENT);
    assert.equal((await command(["get", url("file.bin"), "copy"])).code, 0);
    assert.deepEqual(readFileSync(path.join(folder, "copy")), CONTENT);
  });

  test("get - writes to standard output, and --quiet prints nothing else", async (t) => {
    const { server, url, command } = await place(t);
    writeFileSync(path.join(server.root, "text"), "one\ntwo\n");
    const args = ["get", url("text"), "-", "--quiet", "--netascii", "--no-options"];
    assert.deepEqual(await command(args), { code: 0, signal: null, stdout: "one\ntwo\n", stderr: "" });
  });

  test("get - does not fail when its reader stops reading, and the server is informed", async (t) => {
    const { server, url } = await place(t);
    writeFileSync(path.join(server.root, "short"), "short");
    await using peer = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    for (const source of [url("file.bin"), url("short"), `tftp://${LOOPBACK}:${peer.port}/long`]) {
      const child = spawn(process.execPath, [CLI, "get", source, "-"], { stdio: ["ignore", "pipe", "pipe"] });
      // Nobody reads from the start on, so that the first block fails.
      child.stdout.destroy();
      const errors = text(child.stderr);
      const exit = once(child, "exit");
      if (source.endsWith("long")) {
        await peer.receive(OPCODE_READ_REQUEST);
        await peer.data(1, CONTENT.subarray(0, 512));
        await peer.expectAcknowledgement(1);
        await peer.data(2, CONTENT.subarray(0, 512));
        await peer.expectError(0);
      }
      assert.deepEqual([source, await exit, await errors], [source, [0, null], ""]);
    }
  });

  test("get --wait waits for a server that starts later", async (t) => {
    const { folder } = await place(t);
    const port = await freePort();
    const args = [CLI, "get", `tftp://${LOOPBACK}:${port}/file.bin`, "late", "--wait", "--give-up", "5s"];
    const waiting = run(process.execPath, args, { cwd: folder });
    const server = await ServedFolder.open({ "file.bin": CONTENT }, { port });
    t.after(() => server[Symbol.asyncDispose]());
    assert.equal((await waiting).code, 0);
    assert.deepEqual(readFileSync(path.join(folder, "late")), CONTENT);
  });
});

describe("put", () => {
  test("put sends a file, or standard input", async (t) => {
    const { server, folder, url, command } = await place(t);
    writeFileSync(path.join(folder, "source"), CONTENT);
    assert.equal((await command(["put", "source", url("put.bin"), "--blksize", "100"])).code, 0);
    assert.deepEqual(server.contents("put.bin"), CONTENT);
    assert.equal((await command(["put", "-", url("put.txt")], { input: "hello\n" })).code, 0);
    assert.equal(server.contents("put.txt").toString(), "hello\n");
  });
});

describe("exit codes", () => {
  test("exit code 1: wrong usage", async (t) => {
    const { url, command } = await place(t);
    const mistakes: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [["get"], /get needs a URL: lockstep-tftp get tftp:/],
      [["get", "host/file"], /"host\/file" is not the URL of a file on a TFTP server; write it like/],
      [["get", url("a"), "b", "c"], /unexpected argument "c"; get transfers one file/],
      [["put", "file"], /put needs a file and a URL/],
      [["get", url("a"), "--blksize", "513"], /--blksize is "513"; it must be a whole number from 8 to 512/],
      [["get", url("a"), "--windowsize", "0"], /--windowsize is "0"/],
      [["get", url("a"), "--timeout", "256"], /--timeout is "256"/],
      [["put", "file", url("a"), "--min-interval", "soon"], /--min-interval is "soon"; write a time/],
      [
        ["get", url("a"), "--blocksize", "8"],
        /unknown option "--blocksize"; did you mean --blksize.*\nTry: lockstep-tftp get --help\n$/,
      ],
    ];
    for (const [args, message] of mistakes) {
      assertFailure(await command(args), 1, message);
    }
  });

  test("exit code 2: the server has no such file, and no local file is left", async (t) => {
    const { folder, url, command } = await place(t);
    assertFailure(await command(["get", url("missing")]), 2, /the server has no such file; check the name/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("exit code 3: no response, with advice", async (t) => {
    const { command } = await place(t);
    const args = ["get", `tftp://${LOOPBACK}:${await freePort()}/file`, "--give-up", "50ms"];
    assertFailure(await command(args), 3, /no response; check the address.*--wait.*--no-options/s);
  });

  test("exit code 3: a device that fell silent, with advice", async (t) => {
    const { command } = await place(t);
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const ended = command(["put", CLI, `tftp://${LOOPBACK}:${server.port}/file`, "--give-up", GIVE_UP]);
    await server.receive(2);
    await server.acknowledge(0);
    assertFailure(await ended, 3, /stopped responding after 0 bytes; .*\n.*raise --give-up/s);
  });

  test("put says before it starts that a file needs more blocks than some devices count", async (t) => {
    const { folder, command } = await place(t);
    writeFileSync(path.join(folder, "image"), Buffer.alloc(8 * 65_535));
    const args = ["put", "image", `tftp://${LOOPBACK}:${await freePort()}/x`, "--give-up", "50ms", "--blksize", "8"];
    assertFailure(await command(args), 3, /^lockstep-tftp: image needs 65536 blocks, .* past block 65535 \(512 KiB\)/);
    assertFailure(await command([...args.slice(0, -1), "9"]), 3, /^lockstep-tftp: putting/);
  });

  test("exit code 4: refused by the server", async (t) => {
    const { url, command } = await place(t);
    assertFailure(await command(["put", CLI, url("../outside")]), 4, /the server says: Access violation/);
  });

  test("exit code 5: the server violates the protocol", async (t) => {
    const { command } = await place(t);
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const ended = command(["get", `tftp://${LOOPBACK}:${server.port}/file`]);
    await server.receive(1);
    await server.reply(Buffer.from("\0\x06tsize\x009\0", "latin1"));
    await server.receive(4);
    await server.reply(Buffer.from("\0\x03\0\x01short", "latin1"));
    assertFailure(await ended, 5, /does not keep to the protocol: fewer bytes.*; try without options\n.*--no-options/s);
    const withoutOptions = command(["get", `tftp://${LOOPBACK}:${server.port}/file`, "--no-options"]);
    await server.expectError(0);
    await server.receive(1);
    await server.reply(Buffer.concat([Buffer.from([0, 3, 0, 1]), Buffer.alloc(1000)]));
    assertFailure(await withoutOptions, 5, /does not keep to the protocol; look for a newer version of the server\n$/);
  });

  test("exit code 6: the local file", async (t) => {
    const { url, command } = await place(t);
    assertFailure(await command(["put", "none", url("x")]), 6, /there is no file none/);
    assertFailure(
      await command(["get", url("file.bin"), "none/x"]),
      6,
      /the folder of none\/x does not exist; create it first/,
    );
    assertFailure(await command(["get", url("file.bin"), "--max-size", "10K"]), 6, /larger than the limit/);
  });

  test("exit code 7: a host name that cannot be resolved", async (t) => {
    const { command } = await place(t);
    assertFailure(await command(["get", "tftp://no-such-host.invalid/file"]), 7, /could not be resolved/);
  });

  test("exit code 8: everything was sent, but the last acknowledgement did not arrive", async (t) => {
    const { command } = await place(t);
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const args = ["put", "-", `tftp://${LOOPBACK}:${server.port}/file`, "--no-options", "--give-up", GIVE_UP];
    const ended = command(args, { input: "x" });
    await server.receive(2);
    await server.acknowledge(0);
    assertFailure(await ended, 8, /the last acknowledgement did not arrive/);
  });

  test("exit code 130: interrupted; the old file stays, and the server is informed", async (t) => {
    const { folder } = await place(t);
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    writeFileSync(path.join(folder, "file"), "old");
    const url = `tftp://${LOOPBACK}:${server.port}/file`;
    const child = spawn(process.execPath, [CLI, "get", url], { cwd: folder, stdio: "ignore" });
    await server.receive(1);
    await server.reply(Buffer.concat([Buffer.from([0, 3, 0, 1]), CONTENT.subarray(0, 512)]));
    await server.expectAcknowledgement(1);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    assert.equal(code, 130);
    await server.expectError(0);
    assert.equal(readFileSync(path.join(folder, "file"), "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["file"]);
  });
});

describe("on a terminal", () => {
  /** Runs a get on a terminal of this width, and returns everything that it printed. */
  async function outputOnTerminal(
    { folder, url }: Place,
    columns: number,
    environment: NodeJS.ProcessEnv,
  ): Promise<string> {
    const command = `stty cols ${columns}; '${process.execPath}' '${CLI}' get '${url("file.bin")}' copy --blksize 8`;
    const { code, stdout } = await run("script", ["-qec", command, "/dev/null"], {
      cwd: folder,
      env: { TERM: "xterm", NO_COLOR: "", ...environment },
    });
    assert.equal(code, 0, stdout);
    return stdout;
  }

  test("a terminal shows for whom and how long put waits, and how to stop", { skip: UNLESS_TERMINALS }, async (t) => {
    const url = `tftp://${LOOPBACK}:${await freePort()}/file`;
    const terminal = await Terminal.open(
      t,
      ["put", CLI, url, "--wait"],
      /Waiting for 127\.0\.0\.1:\d+ … [1-9]\d* s, Ctrl-C to stop/,
    );
    terminal.type("\u0003");
    await terminal.ended;
  });

  test("a terminal shows a bar with the size of the file", async (t) => {
    const text = await outputOnTerminal(await place(t), 100, {});
    assert.match(text, /\[.*\.*\] +\d+ % {2}.* of 50\.0 KiB {2}/);
    assert.ok(text.includes("\u001b[32m"), "it has colour");
    assert.match(text, /Got tftp:/);
  });

  test("NO_COLOR removes the colour of the bar", async (t) => {
    const text = await outputOnTerminal(await place(t), 100, { NO_COLOR: "1" });
    assert.match(text, / of 50\.0 KiB/);
    assert.ok(!text.includes("\u001b[32m"), "it has no colour");
  });

  test("no line is wider than a narrow terminal", async (t) => {
    const text = await outputOnTerminal(await place(t), 20, {});
    const lines = text.split("Got tftp:")[0]?.split("\r") ?? [];
    assert.ok(lines.length > 1, "something was shown");
    for (const line of lines) {
      assert.ok(line.replaceAll("\u001b[K", "").length < 20, JSON.stringify(line));
    }
  });

  test("no progress is printed without a terminal", async (t) => {
    const { url, command } = await place(t);
    const { stderr } = await command(["get", url("file.bin")]);
    assert.ok(!stderr.includes("\r"), stderr);
  });
});
