import assert from "node:assert/strict";
import { test } from "node:test";
import { run, script } from "../../../support/program.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

test("without /proc files are served, and a file that vanishes while it is opened leaves nothing open", async (t) => {
  const scenario = script("./without-proc-scenario.js", import.meta.url);
  const { code, stderr } = await run(process.execPath, [scenario, temporaryFolder(t)]);
  assert.equal(code, 0, stderr);
});
