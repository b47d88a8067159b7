/**
 * Compiles the tests and runs them. Words choose test files: `node scripts/test.js conformance` runs those with
 * "conformance" in their path.
 */
import { readdirSync } from "node:fs";
import { compile, removeOrphans } from "./compile.js";
import { chosen, runTests } from "./run-tests.js";

const BUILT_TESTS = "build/test";

removeOrphans(BUILT_TESTS, "test");
compile("test");
const files = readdirSync(BUILT_TESTS, { recursive: true }).map((file) => `${BUILT_TESTS}/${file}`);
runTests(chosen(files, process.argv.slice(2)), ["--expose-gc"]);
