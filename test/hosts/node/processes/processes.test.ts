/** `serve --processes`: several processes that are one server. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fetchFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { assertFailure, CONTENT, commandLine, folderWithFile, NAME, startPausedDownload } from "../cli/command-line.js";

const CLIENTS = 12;

/** Whether this Node can share a port: the test must not ask the code that it tests. */
const [MAJOR = 0, MINOR = 0] = process.versions.node.split(".").map(Number);
const CAN_SHARE = process.platform === "linux" && (MAJOR > 22 || (MAJOR === 22 && MINOR >= 12));

function workersOf({ pid }: ServerProcess): number[] {
  const children = execFileSync("ps", ["--ppid", String(pid), "-o", "pid=,args="], { encoding: "utf8" });
  return children
    .split("\n")
    .filter((line) => line.includes("serve-in-group"))
    .map((line) => Number.parseInt(line, 10));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function hasEnded(pid: number): boolean {
  return !existsSync(`/proc/${pid}`);
}

function startGroup(t: TestContext, words: readonly string[], count = 2): Promise<ServerProcess> {
  return ServerProcess.start(t, [...words, "--processes", String(count)]);
}

/** Fetches the file as many clients: each has a port, by which the system chooses a process. */
async function fetchAll(server: ServerProcess, expected = CONTENT): Promise<void> {
  const fetched = Array.from({ length: CLIENTS }, () => fetchFile(NAME, { port: server.port }));
  for (const { content } of await Promise.all(fetched)) {
    assert.deepEqual(content, expected);
  }
}

async function metrics(server: ServerProcess): Promise<string> {
  const [, url = ""] = /Status page at (\S+)/.exec(await server.line(/Status page at/)) ?? [];
  return (await fetch(new URL("/metrics", url))).text();
}

if (CAN_SHARE) {
  describe("serve --processes", () => {
    test("all processes serve the same files, and one page and one log tell of all", async (t) => {
      const server = await startGroup(t, [folderWithFile(t), "--status-page", "127.0.0.1:0"], 3);
      assert.equal(workersOf(server).length, 3);
      await fetchAll(server);
      await until(() => server.lines.filter((line) => line.includes("completed")).length === CLIENTS);
      const text = await metrics(server);
      assert.match(text, new RegExp(`transfers_total\\{direction="get",result="completed"\\} ${CLIENTS}\\n`));
      assert.match(text, /transfers_max 1024\n/);
    });

    test("a running transfer of any process is counted once", async (t) => {
      const server = await startGroup(t, [folderWithFile(t), "--status-page", "127.0.0.1:0"]);
      const paused = [await startPausedDownload(t, server), await startPausedDownload(t, server)];
      while (!/transfers_running\{direction="get"\} 2\n/.test(await metrics(server))) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      for (const { download, resume } of paused) {
        resume();
        assert.deepEqual((await download).content, CONTENT);
      }
    });

    test("a process that is killed is replaced, and the others serve on", async (t) => {
      const server = await startGroup(t, [folderWithFile(t)]);
      const [victim = 0, other = 0] = workersOf(server);
      process.kill(victim, "SIGKILL");
      await server.line(new RegExp(`Process ${victim} of the server has ended \\(SIGKILL\\).*another takes its place`));
      await fetchAll(server);
      await until(() => workersOf(server).length === 2);
      assert.ok(workersOf(server).includes(other));
      assert.ok(!workersOf(server).includes(victim));
    });

    test("SIGTERM lets a transfer of any process end, and leaves no process", async (t) => {
      const server = await startGroup(t, [folderWithFile(t), "--grace", "1m", "--log-level", "debug"]);
      const workers = workersOf(server);
      const paused = [await startPausedDownload(t, server), await startPausedDownload(t, server)];
      await until(() => server.lines.filter((line) => line.endsWith("started")).length === 2);
      server.signal("SIGTERM");
      await server.line(/Stopping: waiting up to 60 s for 2 transfers/);
      for (const { download, resume } of paused) {
        resume();
        assert.deepEqual((await download).content, CONTENT);
      }
      assert.equal((await server.ended).code, 0);
      assert.ok(workers.every(hasEnded));
    });

    test("processes end with the one that started them", async (t) => {
      const server = await startGroup(t, [folderWithFile(t)]);
      const workers = workersOf(server);
      await server.kill();
      await until(() => workers.every(hasEnded));
    });

    test("SIGHUP brings the settings of the file to all processes", async (t) => {
      const root = folderWithFile(t);
      const after = Buffer.from("after");
      writeFileSync(path.join(root, "after.bin"), after);
      const file = path.join(temporaryFolder(t), "tftp.toml");
      writeFileSync(file, "");
      const server = await startGroup(t, [root, "--config", file], 3);
      await fetchAll(server);
      writeFileSync(file, `[[rules]]\nmatch = "${NAME}"\nto = "after.bin"\n`);
      server.signal("SIGHUP");
      await server.line(/Reloaded/);
      await fetchAll(server, after);
    });

    test("uses of a rule are counted over all processes", async (t) => {
      const file = path.join(temporaryFolder(t), "tftp.toml");
      writeFileSync(file, `[[rules]]\nmatch = "${NAME}"\ncase = "lower"\n`);
      const words = [folderWithFile(t), "--config", file, "--log-level", "debug"];
      const server = await startGroup(t, words, 3);
      await fetchAll(server);
      server.signal("SIGTERM");
      await server.ended;
      assert.match(server.lines.join("\n"), new RegExp(`Rule 1 .* was used for ${CLIENTS} requests`));
    });

    test("a port that another program has is taken for all processes", async (t) => {
      const former = await ServerProcess.start(t, [folderWithFile(t)]);
      const place = ["--host", "127.0.0.1", "--port", String(former.port)];
      const failure = await commandLine("serve", folderWithFile(t), ...place, "--processes", "2");
      assertFailure(failure, /port \d+ is taken by another program/);
    });

    test("a group does not join another group on the same port", async (t) => {
      const former = await startGroup(t, [folderWithFile(t)]);
      const place = ["--host", "127.0.0.1", "--port", String(former.port)];
      const failure = await commandLine("serve", folderWithFile(t), ...place, "--processes", "2");
      assertFailure(failure, /port \d+ is taken by another program/);
    });
  });
} else {
  test("serve --processes says which Node it needs", async (t) => {
    const { code, stderr } = await commandLine("serve", temporaryFolder(t), "--processes", "2");
    assert.equal(code, 1);
    assert.match(stderr, /--processes needs Linux, and Node 22\.12 or later; this is \w+, with Node v\d+/);
  });
}

test("one process needs nothing that this system has not", async (t) => {
  const server = await ServerProcess.start(t, [folderWithFile(t), "--processes", "1"]);
  assert.deepEqual((await fetchFile(NAME, { port: server.port })).content, CONTENT);
});

test("--processes is refused beside --single-port", async (t) => {
  const { code, stderr } = await commandLine("serve", temporaryFolder(t), "--processes", "2", "--single-port");
  assert.equal(code, 1);
  assert.match(stderr, /--processes needs a port for each transfer; leave out --single-port/);
});

for (const count of ["0", "65", "two"]) {
  test(`--processes ${count} is refused`, async (t) => {
    const { code, stderr } = await commandLine("serve", temporaryFolder(t), "--processes", count);
    assert.equal(code, 1);
    assert.match(stderr, /--processes/);
  });
}
