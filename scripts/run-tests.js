import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { summaryOf } from "./test-summary.js";

/** A test that hangs fails instead of waiting. Node takes it for whole files, too, of which some take minutes on one core. */
const TEST_TIMEOUT_MS = 1_800_000;
const RECORDS = "build/test-records.jsonl";
const REPORTER = fileURLToPath(new URL("test-reporter.js", import.meta.url));

// Servers of the tests keep nothing in the folders of whoever runs them.
process.env.NODE_DISABLE_COMPILE_CACHE ??= "1";

/** Runs test files, prints the summary and exits with the code of node:test. */
export function runTests(files, flags = []) {
  const { status } = spawnSync(
    process.execPath,
    [
      "--enable-source-maps",
      ...flags,
      "--test",
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      "--test-concurrency=2",
      `--test-reporter=${process.stdout.isTTY ? "spec" : "tap"}`,
      "--test-reporter-destination=stdout",
      `--test-reporter=${REPORTER}`,
      `--test-reporter-destination=${RECORDS}`,
      ...files,
    ],
    { stdio: "inherit" },
  );
  const lines = readFileSync(RECORDS, "utf8").split("\n");
  console.log(summaryOf(lines.filter((line) => line !== "").map((line) => JSON.parse(line))));
  process.exit(status ?? 1);
}

/** Test files whose path has one of the words, or all without words. Exits if there are none. */
export function chosen(files, words) {
  const found = files.filter(
    (file) => file.endsWith(".test.js") && (words.length === 0 || words.some((word) => file.includes(word))),
  );
  if (found.length === 0) {
    console.error(`No test file has ${words.join(" or ")} in its path`);
    process.exit(1);
  }
  return found.sort();
}
