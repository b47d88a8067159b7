/** `npm start`: the command line in a clone. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../support/network-namespace.js";
import { PROJECT, run, script } from "../../../support/program.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

test("npm start serves the example folder and says how to fetch from it", { skip: UNLESS_NAMESPACES }, async () => {
  const { code, stderr } = await runInNamespace(script("./npm-start-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});

test("npm start -- --help prints the help of the command line", async () => {
  const { code, stdout } = await run("npm", ["start", "--", "--help"], { cwd: PROJECT });
  assert.equal(code, 0);
  assert.match(stdout, /Usage:\n {2}lockstep-tftp serve DIR/);
});

test("npm start passes on the exit code and message of a failure", async (t) => {
  const missing = path.join(temporaryFolder(t), "missing");
  const { code, stderr } = await run("npm", ["start", "--", "serve", missing, "--port", "0"], { cwd: PROJECT });
  assert.equal(code, 1);
  assert.match(stderr, /missing does not exist/);
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
