/** The summary at the end of a test run, and the packages that it names. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { PROJECT, run } from "../support/program.js";
import { temporaryFolder } from "../support/temporary-folder.js";

interface Summary {
  readonly PACKAGES: Readonly<Record<string, string>>;
  summaryOf(records: readonly unknown[]): string;
}

const SCRIPTS = path.join(PROJECT, "scripts");
const { PACKAGES, summaryOf }: Summary = await import(pathToFileURL(path.join(SCRIPTS, "test-summary.js")).href);

/** Without this `node --test` inside a test run does nothing and succeeds. */
const OWN_RUN = { NODE_TEST_CONTEXT: undefined };

const TESTS = `
import { describe, test } from "node:test";
test("passes", () => {});
test("fails", () => { throw new Error("as it should"); });
test("needs a client", { skip: "tftp is not installed" }, () => {});
test("finds out late", (t) => t.skip("tftp is not installed"));
test("gives no reason", { skip: true }, () => {});
describe("a skipped suite", { skip: "chromium is not installed" }, () => test("is not counted", () => {}));
`;

test("the summary counts passes, failures, and skips by reason, and names the packages to install", async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, "sample.test.mjs");
  const records = path.join(folder, "records");
  writeFileSync(file, TESTS);
  const reporter = ["--test-reporter", path.join(SCRIPTS, "test-reporter.js"), "--test-reporter-destination", records];
  const { code } = await run(process.execPath, ["--test", ...reporter, file], { cwd: folder, env: OWN_RUN });
  assert.equal(code, 1);

  const lines = readFileSync(records, "utf8").trim().split("\n");
  const summary = summaryOf(lines.map((line) => JSON.parse(line))).split("\n");
  assert.deepEqual(summary, [
    "",
    "Skipped:",
    "    1  chromium is not installed",
    "    1  no reason given",
    "    2  tftp is not installed",
    "To run them on Debian, install chromium tftp-hpa (see CONTRIBUTING.md)",
    "",
    "Failed:",
    `  ${path.relative(".", file)}: fails`,
    "",
    "1 passed, 1 failed, 4 skipped",
  ]);
});

test("each package that the summary may name is in CONTRIBUTING.md and installed by CI", () => {
  const packages = new Set(Object.values(PACKAGES).flatMap((names) => names.split(" ")));
  for (const file of ["CONTRIBUTING.md", ".ci/run"]) {
    const words = new Set(readFileSync(path.join(PROJECT, file), "utf8").split(/[^\w.-]+/));
    const missing = [...packages].filter((name) => !words.has(name));
    assert.deepEqual(missing, [], file);
  }
});
