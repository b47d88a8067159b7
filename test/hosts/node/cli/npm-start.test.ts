/** `npm start`: the command line in a clone. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../support/network-namespace.js";
import { PROJECT, run, script } from "../../../support/program.js";
import { ServerProcess } from "../../../support/server-process.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { CONTENT, folderWithFile, startPausedDownload } from "./command-line.js";

/** The script looks for its parent several times meanwhile. */
const LATER_MS = 700;

test("npm start serves the example folder and says how to fetch from it", { skip: UNLESS_NAMESPACES }, async () => {
  const { code, stderr } = await runInNamespace(script("./npm-start-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});

test("npm start -- --help prints the help of the command line", async () => {
  const { code, stdout } = await run("npm", ["start", "--", "--help"], { cwd: PROJECT });
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}serve DIR {2,}serve the files in a folder$/m);
});

test("npm start passes on the exit code and message of a failure", async (t) => {
  const missing = path.join(temporaryFolder(t), "missing");
  const { code, stderr } = await run("npm", ["start", "--", "serve", missing, "--port", "0"], { cwd: PROJECT });
  assert.equal(code, 1);
  assert.match(stderr, /missing does not exist/);
});

test("npm start that SIGTERM ends stops the server, which lets transfers finish", async (t) => {
  const launcher = ["npm", "--prefix", PROJECT, "start"];
  const server = await ServerProcess.start(t, [folderWithFile(t)], { launcher, command: "--" });
  const { download, resume } = await startPausedDownload(t, server);
  server.signal("SIGTERM");
  await server.line(/Stopping: waiting up to 10 s for 1 transfer;/);
  // A second signal would cut the transfer off.
  await setTimeout(LATER_MS);
  resume();
  assert.deepEqual((await download).content, CONTENT);
  // The output ends with its last writer, which is the server.
  await server.ended;
  assert.match(server.lines.at(-1) ?? "", /Stopped$/);
});

test("npm start does not mix the lines of npm into a file on standard output, and npx has none", async (t) => {
  const words = ["get", `tftp://127.0.0.1:1/file`, "-", "--give-up", "50ms"];
  const refused = await run("npm", ["start", "--", ...words], { cwd: PROJECT });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /Run: npx lockstep-tftp get URL -/);
  // npx keeps where the command of this clone was, also when a later version has it elsewhere.
  const env = { npm_config_cache: temporaryFolder(t) };
  for (const [program, ...before] of [
    ["npx", "--offline", "lockstep-tftp"],
    ["npm", "start", "--silent", "--"],
  ]) {
    const { code, stdout } = await run(program as string, [...before, ...words], { cwd: PROJECT, env });
    assert.deepEqual({ code, stdout }, { code: 3, stdout: "" });
  }
});

test("npm start resolves paths from the folder in which it is called", async (t) => {
  const folder = temporaryFolder(t);
  const args = ["--prefix", PROJECT, "start", "--", "serve", "missing", "--port", "0"];
  const { code, stderr } = await run("npm", args, { cwd: folder });
  assert.equal(code, 1);
  assert.match(stderr, /missing does not exist/);
  mkdirSync(path.join(folder, "missing"));
  const found = await run("npm", [...args, "--host", "192.0.2.1"], { cwd: folder });
  assert.match(found.stderr, /this machine has no address 192\.0\.2\.1/);
});
