import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("examples/simulated passes", () => {
  // Within a test run, node's runner would report the child's tests to its own parent.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--test", "--test-reporter=tap", "examples/simulated/configuration-storage.test.js"],
    { env, encoding: "utf8" },
  );
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /# pass 3/);
});
