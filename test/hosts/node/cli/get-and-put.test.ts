/** `lockstep-tftp get` and `put` as a person or a script meets them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { freePort } from "../../../support/free-port.js";
import { CLI, type Ended, type ProgramOptions, run } from "../../../support/program.js";
import { seededBytes } from "../../../support/seed.js";
import { LOOPBACK, ServedFolder } from "../../../support/served-folder.js";
import { SocketPeer } from "../../../support/socket-peer.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const CONTENT = seededBytes(1, 100 * 512 + 1);

interface Place {
  readonly server: ServedFolder;
  /** Where the command runs. */
  readonly folder: string;
  url(name: string): string;
  command(words: readonly string[], options?: ProgramOptions): Promise<Ended>;
}

async function place(t: TestContext): Promise<Place> {
  const server = await ServedFolder.open({ "file.bin": CONTENT }, { write: "overwrite" });
  t.after(() => server[Symbol.asyncDispose]());
  const folder = temporaryFolder(t);
  return {
    server,
    folder,
    url: (name) => `tftp://${LOOPBACK}:${server.port}/${name}`,
    command: (words, options = {}) => run(process.execPath, [CLI, ...words], { cwd: folder, ...options }),
  };
}

function assertFailure({ code, stdout, stderr }: Ended, expectedCode: number, message: RegExp): void {
  assert.equal(code, expectedCode, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, message);
}

describe("get", () => {
  test("takes the name from the address, or a file, or a folder", async (t) => {
    const { folder, url, command } = await place(t);
    const { code, stdout, stderr } = await command(["get", url("file.bin")]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "" }, stderr);
    assert.match(stderr, /^Got tftp:\/\/\S+: 50\.0 KiB in [\d.]+ s \(\d+(\.\d)? [KM]iB\/s(, \d+ repeated)?\)\n$/);
    assert.deepEqual(readFileSync(path.join(folder, "file.bin")), CONTENT);
    assert.equal((await command(["get", url("file.bin"), "copy", "--windowsize", "8"])).code, 0);
    assert.deepEqual(readFileSync(path.join(folder, "copy")), CONTENT);
  });

  test("writes to standard output, and says nothing else when it is to be quiet", async (t) => {
    const { server, url, command } = await place(t);
    writeFileSync(path.join(server.root, "text"), "one\ntwo\n");
    const words = ["get", url("text"), "-", "--quiet", "--netascii", "--no-options"];
    assert.deepEqual(await command(words), { code: 0, signal: null, stdout: "one\ntwo\n", stderr: "" });
  });

  test("waits for a server that comes later", async (t) => {
    const { folder } = await place(t);
    const port = await freePort();
    const words = [CLI, "get", `tftp://${LOOPBACK}:${port}/file.bin`, "late", "--wait", "--give-up", "5s"];
    const waiting = run(process.execPath, words, { cwd: folder });
    const server = await ServedFolder.open({ "file.bin": CONTENT }, { port });
    t.after(() => server[Symbol.asyncDispose]());
    assert.equal((await waiting).code, 0);
    assert.deepEqual(readFileSync(path.join(folder, "late")), CONTENT);
  });
});

describe("put", () => {
  test("a file, and what comes from standard input", async (t) => {
    const { server, folder, url, command } = await place(t);
    writeFileSync(path.join(folder, "source"), CONTENT);
    assert.equal((await command(["put", "source", url("put.bin"), "--blksize", "100"])).code, 0);
    assert.deepEqual(server.contents("put.bin"), CONTENT);
    assert.equal((await command(["put", "-", url("put.txt")], { input: "hello\n" })).code, 0);
    assert.equal(server.contents("put.txt").toString(), "hello\n");
  });
});

describe("exit codes", () => {
  test("1: a mistake in the words", async (t) => {
    const { url, command } = await place(t);
    const mistakes: readonly (readonly [words: readonly string[], message: RegExp])[] = [
      [["get"], /get needs an address: lockstep-tftp get tftp:/],
      [["get", "host/file"], /"host\/file" is no address of a file on a TFTP server; write it like/],
      [["get", url("a"), "b", "c"], /"c" is one word too many/],
      [["put", "file"], /put needs a file and an address/],
      [["get", url("a"), "--blksize", "513"], /--blksize is "513"; it must be a whole number from 8 to 512/],
      [["get", url("a"), "--windowsize", "0"], /--windowsize is "0"/],
      [["get", url("a"), "--timeout", "256"], /--timeout is "256"/],
      [
        ["get", url("a"), "--blocksize", "8"],
        /"--blocksize" is no option.*--blksize.*\nTry: lockstep-tftp get --help\n$/,
      ],
    ];
    for (const [words, message] of mistakes) {
      assertFailure(await command(words), 1, message);
    }
  });

  test("2: no such file; nothing is left of it", async (t) => {
    const { folder, url, command } = await place(t);
    assertFailure(await command(["get", url("missing")]), 2, /the server has no such file; look at the name/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("3: no answer, with advice", async (t) => {
    const { command } = await place(t);
    const words = ["get", `tftp://${LOOPBACK}:${await freePort()}/file`, "--give-up", "50ms"];
    assertFailure(await command(words), 3, /nobody answers there.*--wait.*--no-options/s);
  });

  test("4: refused", async (t) => {
    const { url, command } = await place(t);
    // A name that is a device's on some systems, which no server of ours takes.
    assertFailure(await command(["put", CLI, url("con")]), 4, /the server says: Access violation/);
  });

  test("5: a server that breaks the protocol", async (t) => {
    const { command } = await place(t);
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const ended = command(["get", `tftp://${LOOPBACK}:${server.port}/file`]);
    await server.receive(1);
    await server.reply(Buffer.from("\0\x06windowsize\x004\0", "latin1"));
    assertFailure(await ended, 5, /does not keep to what was asked.*Without options: --no-options/s);
    const withoutOptions = command(["get", `tftp://${LOOPBACK}:${server.port}/file`, "--no-options"]);
    await server.expectError(8);
    await server.receive(1);
    await server.reply(Buffer.concat([Buffer.from([0, 3, 0, 1]), Buffer.alloc(1000)]));
    assertFailure(await withoutOptions, 5, /does not keep to what was asked of it; look for a newer version of it\n$/);
  });

  test("6: the file at this end", async (t) => {
    const { url, command } = await place(t);
    assertFailure(await command(["put", "none", url("x")]), 6, /there is no file none/);
    assertFailure(
      await command(["get", url("file.bin"), "none/x"]),
      6,
      /there is no folder for none\/x; make it first/,
    );
    assertFailure(await command(["get", url("file.bin"), "--max-size", "10K"]), 6, /larger than the limit/);
  });

  test("7: a name without an address", async (t) => {
    const { command } = await place(t);
    assertFailure(await command(["get", "tftp://no-such-host.invalid/file"]), 7, /means no address/);
  });

  test("8: everything was put, and the last acknowledgement did not come", async (t) => {
    const { command } = await place(t);
    await using server = await SocketPeer.open(0, LOOPBACK, { address: LOOPBACK });
    const words = ["put", "-", `tftp://${LOOPBACK}:${server.port}/file`, "--no-options", "--give-up", "100ms"];
    const ended = command(words, { input: "x" });
    await server.receive(2);
    await server.acknowledge(0);
    assertFailure(await ended, 8, /the last acknowledgement did not come/);
  });

  test("130: interrupted; what was there stays", async (t) => {
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
  /** Runs a get on a terminal of so many columns, and returns all that was shown there. */
  async function shown({ folder, url }: Place, columns: number, environment: NodeJS.ProcessEnv): Promise<string> {
    const command = `stty cols ${columns}; '${process.execPath}' '${CLI}' get '${url("file.bin")}' copy --blksize 8`;
    const { code, stdout } = await run("script", ["-qec", command, "/dev/null"], {
      cwd: folder,
      env: { TERM: "xterm", NO_COLOR: "", ...environment },
    });
    assert.equal(code, 0, stdout);
    return stdout;
  }

  test("a bar is shown, with the file's size", async (t) => {
    const text = await shown(await place(t), 100, {});
    assert.match(text, /\[.*\.*\] +\d+ % {2}.* of 50\.0 KiB {2}/);
    assert.ok(text.includes("\u001b[32m"), "it has colour");
    assert.match(text, /Got tftp:/);
  });

  test("without colour where that is not wanted", async (t) => {
    const text = await shown(await place(t), 100, { NO_COLOR: "1" });
    assert.match(text, / of 50\.0 KiB/);
    assert.ok(!text.includes("\u001b[32m"), "it has no colour");
  });

  test("no line is longer than a narrow terminal", async (t) => {
    const text = await shown(await place(t), 20, {});
    const lines = text.split("Got tftp:")[0]?.split("\r") ?? [];
    assert.ok(lines.length > 1, "something was shown");
    for (const line of lines) {
      assert.ok(line.replaceAll("\u001b[K", "").length < 20, JSON.stringify(line));
    }
  });

  test("nothing is shown where the terminal is none", async (t) => {
    const { url, command } = await place(t);
    const { stderr } = await command(["get", url("file.bin")]);
    assert.ok(!stderr.includes("\r"), stderr);
  });
});

test("help fits a terminal, and names every option and exit code", async (t) => {
  const { command } = await place(t);
  for (const verb of ["get", "put"]) {
    const { code, stdout } = await command([verb, "--help"]);
    assert.equal(code, 0);
    for (const word of ["--wait", "--no-options", "--windowsize", "--blksize", "--timeout", "--netascii", "130"]) {
      assert.ok(stdout.includes(word), word);
    }
    for (const line of stdout.split("\n")) {
      assert.ok(line.length <= 80, `fits a terminal: ${line}`);
    }
  }
});
