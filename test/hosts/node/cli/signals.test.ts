/** Stopping a server by SIGTERM and SIGINT. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { CLI, run } from "../../../support/program.js";
import { fetchFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CONTENT, folderWithFile, NAME, startPausedDownload } from "./command-line.js";

async function withPausedDownload(test: TestContext, grace: string) {
  const server = await ServerProcess.start(test, [folderWithFile(test), "--grace", grace]);
  return { server, ...(await startPausedDownload(test, server)) };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  describe(signal, () => {
    test(`${signal} stops an idle server at once, with exit code 0`, async (t) => {
      const server = await ServerProcess.start(t, [temporaryFolder(t), "--grace", "1m"]);
      server.signal(signal);
      assert.deepEqual({ ...(await server.ended), stdout: "" }, { code: 0, signal: null, stdout: "", stderr: "" });
      assert.match(server.lines.at(-1) ?? "", /Stopped$/);
    });

    test(`${signal} lets a running transfer end, takes no more requests, and exits with 0`, async (t) => {
      const { server, download, resume } = await withPausedDownload(t, "1m");
      server.signal(signal);
      await server.line(/Stopping: waiting up to 60 s for 1 transfer; a second signal stops at once/);
      const late = new AbortController();
      const lateDownload = fetchFile(NAME, { port: server.port, signal: late.signal });
      resume();
      assert.deepEqual((await download).content, CONTENT);
      const { code } = await server.ended;
      assert.equal(code, 0);
      late.abort(new Error("nothing came"));
      await assert.rejects(lateDownload, { message: "nothing came" });
    });
  });
}

test("a second signal aborts running transfers at once", async (t) => {
  const { server } = await withPausedDownload(t, "1m");
  server.signal("SIGTERM");
  await server.line(/Stopping/);
  server.signal("SIGTERM");
  assert.equal((await server.ended).code, 0);
  assert.match(server.lines.join("\n"), /aborted at shutdown/);
});

test("the end of the grace time aborts running transfers", async (t) => {
  const { server } = await withPausedDownload(t, "50ms");
  server.signal("SIGTERM");
  assert.equal((await server.ended).code, 0);
  assert.match(server.lines.join("\n"), /aborted at shutdown/);
});

test("a supervisor can stop the server as soon as it prints its first line", async (t) => {
  const stopAtFirstLine = `data:text/javascript,
    const write = process.stdout.write;
    process.stdout.write = function (text) {
      if (text.includes("Serving")) process.kill(process.pid, "SIGTERM");
      return write.apply(this, arguments);
    };`;
  const args = ["--import", stopAtFirstLine, CLI, "serve", temporaryFolder(t), "--host", "127.0.0.1", "--port", "0"];
  const { code, signal } = await run(process.execPath, args);
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
});
