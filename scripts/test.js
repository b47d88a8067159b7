/**
 * Compiles the tests and runs them. Words choose test files: `npm test -- conformance` runs those with "conformance" in
 * their path.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { compile, removeOrphans } from "./compile.js";

const BUILT_TESTS = "build/test";
/** A test that hangs is a failure, not a wait. */
const TEST_TIMEOUT_MS = "600000";

function run(command, words) {
  const { status } = spawnSync(command, words, { stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

removeOrphans(BUILT_TESTS, "test");
compile("test");

const chosen = process.argv.slice(2);
const files = readdirSync(BUILT_TESTS, { recursive: true })
  .map((file) => `${BUILT_TESTS}/${file}`)
  .filter((file) => file.endsWith(".test.js") && (chosen.length === 0 || chosen.some((word) => file.includes(word))))
  .sort();
if (files.length === 0) {
  console.error(`No test file has ${chosen.join(" or ")} in its path`);
  process.exit(1);
}
run(process.execPath, [
  "--enable-source-maps",
  "--expose-gc",
  "--test",
  `--test-timeout=${TEST_TIMEOUT_MS}`,
  "--test-concurrency=2",
  ...files,
]);
