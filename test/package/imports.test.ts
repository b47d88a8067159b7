/** The entry points of the package on Node: docs/embedding-node.md lists them, and CommonJS gets them, too. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT, run } from "../support/program.js";

const { exports } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8")) as {
  exports: Record<string, string | { default?: string }>;
};
const entries = Object.entries(exports)
  .filter(([, target]) => typeof target === "object" && target.default !== undefined)
  .map(([entry]) => path.posix.join("lockstep-tftp", entry));

test("docs/embedding-node.md lists what can be imported on Node, and nothing else", () => {
  const page = readFileSync(path.join(PROJECT, "docs/embedding-node.md"), "utf8");
  const [, table = ""] = /^\| import .*\n\|[ -|]*\n((?:\|.*\n)*)/m.exec(page) ?? [];
  const listed = table.split("\n").flatMap((line) => (line.split("|")[1] ?? "").match(/lockstep-tftp[a-z/-]*/g) ?? []);
  assert.deepEqual(listed.sort(), [...entries].sort());
});

const needsRequire = !("require_module" in process.features) && "require of ES modules needs Node 20.19";
test("CommonJS gets each of them by require", { skip: needsRequire }, async () => {
  const script = `for (const entry of ${JSON.stringify(entries)}) Object.keys(require(entry))[0].at(0)`;
  const { code, stderr } = await run(process.execPath, ["--input-type=commonjs", "--eval", script], { cwd: PROJECT });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
});
