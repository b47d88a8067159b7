/** `npm start`, the command line from a clone. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { PROJECT, run, script } from "../support/program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

test("npm start serves the example folder and says how to fetch from it", { skip: UNLESS_NAMESPACES }, async () => {
  const { code, stderr } = await runInNamespace(script("./npm-start-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});

test("npm start -- --help says what the command line says", async () => {
  const { code, stdout } = await run("npm", ["start", "--", "--help"], { cwd: PROJECT });
  assert.equal(code, 0);
  assert.match(stdout, /Usage:\n {2}lockstep-tftp serve DIR/);
});

test("npm start passes mistakes on", async (t) => {
  const missing = path.join(temporaryFolder(t), "missing");
  const { code, stderr } = await run("npm", ["start", "--", "serve", missing, "--port", "0"], { cwd: PROJECT });
  assert.equal(code, 1);
  assert.match(stderr, /missing does not exist/);
});
